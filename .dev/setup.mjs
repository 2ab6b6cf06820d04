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
  // `npm ci` as one atomic step: what it leaves is exactly the lockfile, whatever was there before.
  // Dev dependencies are needed to build, so a NODE_ENV=production around us must not leave them out.
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  mkdirSync(`${root}node_modules`, { recursive: true });
  writeFileSync(stamp, lock);
}

/** Where a Chromium may already be; the tests look in the same places (test/support/chromium.ts). */
const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function installChromium() {
  if (process.env.HANDRAIL_CHROMIUM || CHROMIUM_PATHS.some((path) => existsSync(path))) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error('no Chromium found: install one and name it in HANDRAIL_CHROMIUM');
  }
  console.log('handrail: installing the Debian package chromium for the browser tests');
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    const [command, ...rest] = [...asRoot, 'apt-get', ...args];
    run(command, rest);
  }
}

try {
  installPackages();
  if (process.argv.includes('--chromium')) installChromium();
} catch (error) {
  console.error(`handrail: set-up failed: ${error.message}`);
  process.exit(1);
}
