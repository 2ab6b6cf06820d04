import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const resolve = { conditions: ['handrail-source'] };
const ssr = { resolve };
const oxc = { jsx: { runtime: 'automatic' as const, importSource: 'preact' } };
const define = { __VERSION__: '"0.0.0-test"' };
const common = { resolve, ssr, oxc, define, root };

export default defineConfig({
  test: {
    projects: [
      {
        ...common,
        test: {
          name: 'node',
          include: ['test/{sdk,widgets,collector,repo}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.dom.test.*'],
        },
      },
      {
        ...common,
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: ['test/{sdk,widgets}/**/*.dom.test.{ts,tsx}'],
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
