import { existsSync } from 'node:fs';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

/** The same places as .dev/setup.mjs. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium with a fresh profile. Many origins: any `*.test` host is this machine. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = process.env.HANDRAIL_CHROMIUM ?? PATHS.find((path) => existsSync(path));
  if (!executablePath) throw new Error('no Chromium found: run `npm test`, which installs one');
  return chromium.launch({
    ...options,
    executablePath,
    args: [...FLAGS, '--host-resolver-rules=MAP *.test 127.0.0.1', ...(options.args ?? [])],
  });
}
