// Installs what is missing, and only that. Runs on the system's own Node, before any dependency is there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });

function installPackages() {
  const stamp = `${root}node_modules/.handrail-installed`;
  const lock = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('handrail: installing the npm packages of package-lock.json');
  // Not `npm ci`: it insists on lock entries for the binaries of every platform, also those that a registry lacks.
  // Dev dependencies are needed to build, so a NODE_ENV=production around us must not leave them out.
  run('npm', ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  mkdirSync(`${root}node_modules`, { recursive: true });
  writeFileSync(stamp, lock);
}

/**
 * What the tests run besides Node: the Debian package, and where it may already be. Chromium is looked for in the same
 * places by test/support/chromium.ts; strace shows what is synced to disk before a reply; nginx and Caddy run the recipes
 * of examples/reverse-proxy.
 */
const TEST_TOOLS = [
  {
    name: 'chromium',
    paths: [
      process.env.HANDRAIL_CHROMIUM,
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
    ],
    otherwise: 'install one and name it in HANDRAIL_CHROMIUM',
  },
  { name: 'strace', paths: ['/usr/bin/strace'], otherwise: 'install it; some tests need Linux' },
  { name: 'nginx', paths: ['/usr/sbin/nginx'], otherwise: 'install it' },
  { name: 'caddy', paths: ['/usr/bin/caddy'], otherwise: 'install it' },
];

function installTestTools() {
  const missing = TEST_TOOLS.filter(({ paths }) => !paths.some((path) => path && existsSync(path)));
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(missing.map(({ name, otherwise }) => `no ${name} found: ${otherwise}`).join('; '));
  }
  const names = missing.map(({ name }) => name);
  console.log(`handrail: installing for the tests, from Debian: ${names.join(', ')}`);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...names],
  ]) {
    const [command, ...rest] = [...asRoot, 'apt-get', ...args];
    run(command, rest);
  }
}

try {
  installPackages();
  if (process.argv.includes('--test-tools')) installTestTools();
} catch (error) {
  console.error(`handrail: set-up failed: ${error.message}`);
  process.exit(1);
}
