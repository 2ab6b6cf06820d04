import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { transform as minifyCss } from 'esbuild';
import esbuild from 'rollup-plugin-esbuild';

const version = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).version;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Imports the text of a style sheet, made small. */
const styleSheets = {
  name: 'style-sheets',
  async transform(css, id) {
    if (!id.endsWith('.css')) return null;
    const { code } = await minifyCss(css, { loader: 'css', minify: true });
    return { code: `export default ${JSON.stringify(code.trim())}`, map: { mappings: '' } };
  },
};

const plugins = ({ browser }) => [
  styleSheets,
  resolve({ browser, exportConditions: ['handrail-source'], extensions: ['.ts', '.tsx', '.mjs', '.js'] }),
  esbuild({
    target: browser ? 'es2022' : 'node22',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { __VERSION__: JSON.stringify(version) },
    tsconfig: false,
  }),
];
const minify = (format = {}) =>
  terser({
    ecma: 2020,
    module: true,
    compress: { passes: 3, unsafe_arrows: true, inline: 1, negate_iife: false },
    format: { comments: false, ...format },
  });

/**
 * Nearly all that these files have is called as they load. Chromium then compiles it at once, and not each function
 * twice, first to skip it and then to call it: half of the main thread's time for Handrail.
 * https://v8.dev/blog/explicit-compile-hints
 */
const EAGER = { preamble: '//# allFunctionsCalledOnLoad' };

/** What a page loads: the script tag's file and those that it may load later. The collector serves no maps of them. */
const pageFile = (input, name, { format = 'es', isEager = true } = {}) => ({
  input: path(input),
  plugins: [...plugins({ browser: true }), minify(isEager ? EAGER : {})],
  output: { file: path(`sdk/dist/page/${name}.js`), format, sourcemap: 'hidden' },
});

/** What npm users import. Dependencies stay imports; `@handrail/widgets` stays a lazy one. */
const library = (directory, input) => ({
  input,
  plugins: plugins({ browser: true }),
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && id !== '@handrail/sdk/protocol',
  output: {
    dir: path(`${directory}/dist`),
    format: 'es',
    chunkFileNames: '[name].js',
    // Bare imports of chunks would have bundlers warn, since the package has no side effects.
    hoistTransitiveImports: false,
    sourcemap: true,
  },
});

export default [
  pageFile('sdk/src/tag.ts', 'handrail', { format: 'iife' }),
  pageFile('sdk/src/capture/index.ts', 'handrail-capture'),
  pageFile('sdk/src/capture/vitals.ts', 'handrail-vitals', { isEager: false }),
  pageFile('sdk/src/idle/index.ts', 'handrail-idle'),
  pageFile('sdk/src/link/index.ts', 'handrail-link'),
  pageFile('sdk/src/consent-platforms/index.ts', 'handrail-consent'),
  pageFile('sdk/src/hardened.ts', 'handrail-hardened'),
  pageFile('sdk/src/options-check.ts', 'handrail-options'),
  pageFile('sdk/src/prompts/index.ts', 'handrail-prompts'),
  pageFile('sdk/src/prompts/delays.ts', 'handrail-delays', { isEager: false }),
  pageFile('sdk/src/prompts/decision.ts', 'handrail-decision', { isEager: false }),
  pageFile('sdk/src/prompts/show.ts', 'handrail-show', { isEager: false }),
  pageFile('sdk/src/prompts/preview.ts', 'handrail-preview', { isEager: false }),
  pageFile('widgets/src/index.ts', 'handrail-widgets', { isEager: false }),
  pageFile('widgets/src/languages.ts', 'handrail-languages', { isEager: false }),
  library('sdk', {
    index: path('sdk/src/index.ts'),
    protocol: path('sdk/src/protocol.ts'),
    condition: path('sdk/src/condition.ts'),
  }),
  library('widgets', { index: path('widgets/src/index.ts'), languages: path('widgets/src/languages.ts') }),
  {
    input: {
      index: path('collector/src/index.ts'),
      cli: path('collector/src/cli/index.ts'),
      // The entry of a thread of its own.
      'history-worker': path('collector/src/store/sqlite/history-worker.ts'),
    },
    plugins: plugins({ browser: false }),
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@handrail/sdk'),
    output: { dir: path('collector/dist'), format: 'es', chunkFileNames: '[name].js', sourcemap: true },
  },
  {
    input: path('collector/dashboard/src/main.tsx'),
    plugins: [...plugins({ browser: true }), minify()],
    output: { file: path('collector/dist/dashboard/dashboard.js'), format: 'es', sourcemap: true },
  },
];
