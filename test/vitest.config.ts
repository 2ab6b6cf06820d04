import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const resolve = { conditions: ['handrail-source'] };
const ssr = { resolve };
const oxc = { jsx: { runtime: 'automatic' as const, importSource: 'preact' } };
const define = { __VERSION__: '"0.0.0-test"' };
const common = { resolve, ssr, oxc, define, root };
/** On a busy machine. Who promises to be quicker measures it. */
const patience = { testTimeout: 30_000, hookTimeout: 60_000, expect: { poll: { timeout: 15_000 } } };

export default defineConfig({
  test: {
    // Half of the time goes by waiting for a disk, a process or a browser. By default, one core would be left idle.
    maxWorkers: '100%',
    projects: [
      {
        ...common,
        test: {
          ...patience,
          name: 'node',
          include: ['test/{sdk,widgets,collector,repo}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.dom.test.*'],
        },
      },
      {
        ...common,
        test: {
          ...patience,
          name: 'dom',
          environment: 'happy-dom',
          include: ['test/{sdk,widgets}/**/*.dom.test.{ts,tsx}'],
        },
      },
      {
        ...common,
        test: {
          ...patience,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        ...common,
        test: {
          name: 'budget',
          include: ['test/budget/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // What they measure is time, so nothing of ours runs beside them.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
