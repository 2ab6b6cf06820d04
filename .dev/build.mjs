// Builds sdk, widgets, collector and dashboard, unless what is there was built from the same inputs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const INPUTS = [
  'package.json',
  'package-lock.json',
  'rollup.config.mjs',
  'tsconfig.json',
  '.dev/build.mjs',
  'sdk/src',
  'sdk/package.json',
  'widgets/src',
  'widgets/package.json',
  'collector/src',
  'collector/dashboard',
  'collector/package.json',
];
const OUTPUTS = ['sdk/dist', 'widgets/dist', 'collector/dist'];
const stamp = `${root}collector/dist/.built-from`;

const filesBelow = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort();

function hashOfInputs() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const path = root + input;
    for (const file of input.match(/\.(json|mjs)$/) ? [path] : filesBelow(path)) {
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** For editors: what a site file and a scenario may contain, by the very schemas that check them. */
async function writeSchemas() {
  const { siteJsonSchema, scenarioJsonSchema } = await import(`${root}collector/dist/index.js`);
  const schemas = { site: siteJsonSchema(), scenario: scenarioJsonSchema() };
  for (const [name, schema] of Object.entries(schemas)) {
    writeFileSync(`${root}collector/dist/${name}.schema.json`, JSON.stringify(schema, null, 2));
  }
}

const inputs = hashOfInputs();
const upToDate = existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
if (!upToDate || process.argv.includes('--force')) {
  console.log('handrail: building');
  const node = (args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const emitTypes = () =>
    node(['node_modules/typescript/bin/tsc', '-b', '--force', 'sdk', 'widgets', 'collector']);
  // First of all, so that code with an error in it does not cost the last good build.
  emitTypes();
  for (const output of OUTPUTS) rmSync(root + output, { recursive: true, force: true });
  emitTypes();
  node(['node_modules/rollup/dist/bin/rollup', '--config', 'rollup.config.mjs', '--silent']);
  // The collector serves the page's files and the dashboard itself, and reads its migrations at run time.
  cpSync(`${root}sdk/dist/page`, `${root}collector/dist/page`, { recursive: true });
  cpSync(`${root}collector/dashboard/static`, `${root}collector/dist/dashboard`, { recursive: true });
  cpSync(`${root}collector/src/store/sqlite/migrations`, `${root}collector/dist/migrations`, {
    recursive: true,
  });
  await writeSchemas();
  mkdirSync(`${root}collector/dist`, { recursive: true });
  writeFileSync(stamp, inputs);
}
