import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

/**
 * A switch that is given again replaces the first, so these are Playwright's own (chromiumSwitches.ts) and, at the end,
 * what costs more than the page under test and shows in no page: each window otherwise starts two renderers besides
 * the page's, for an address bar that a headless browser does not have, and for a site that may come next.
 */
const DISABLED_FEATURES = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'SpareRendererForSitePerProcess',
];

/** A person's: by its own the collector knows a headless browser for a bot. */
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

const ALL_FLAGS = [...FLAGS, `--user-agent=${USER_AGENT}`, '--host-resolver-rules=MAP *.test 127.0.0.1'];

function executablePath(): string {
  const path = process.env.HANDRAIL_CHROMIUM ?? PATHS.find((each) => existsSync(each));
  if (!path) throw new Error('no Chromium found: run `npm test`, which installs one');
  return path;
}

/** A headless Chromium with a fresh profile. Many origins: any `*.test` host is this machine. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    ...options,
    executablePath: executablePath(),
    args: [...ALL_FLAGS, `--disable-features=${DISABLED_FEATURES.join(',')}`, ...(options.args ?? [])],
  });
}

/**
 * One with nothing of that disabled, opened on a page and left alone: Chromium prerenders nothing for whoever drives it.
 * Returns how to end it.
 */
export function openUndriven(url: string): () => Promise<void> {
  const profile = mkdtempSync(`${tmpdir()}/handrail-chromium-`);
  const child = spawn(executablePath(), [...ALL_FLAGS, `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  return async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}
