import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../collector/bin/handrail.js', import.meta.url));
const READY_TIMEOUT_MS = 15_000;
const POLL_INTERVAL_MS = 50;
/** The collector promises to drain and exit within 10 s of SIGTERM. */
const EXIT_TIMEOUT_MS = 12_000;

/**
 * Starts the collector as a process of its own. It prints its own errors.
 *
 * @param {{ port: number, db: string, config: string, env: { [name: string]: string } }} options
 * @returns {{ url: string, ready: Promise<void>, exited: Promise<number>, close(): Promise<void> }}
 *   `ready` rejects where it exits or takes too long; `exited` resolves with its exit code.
 */
export function startCollector({ port, db, config, env }) {
  const child = spawn(
    process.execPath,
    [BIN, 'start', '--port', String(port), '--db', db, '--config', config],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exited = once(child, 'exit').then(([code]) => code ?? 1);
  const url = `http://localhost:${port}`;
  const failed = exited.then((code) => {
    throw new Error(`the collector stopped (exit code ${code}): its own message is above`);
  });

  return {
    url,
    ready: Promise.race([answers(`${url}/readyz`), failed]),
    exited,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

async function answers(url) {
  const deadline = AbortSignal.timeout(READY_TIMEOUT_MS);
  while (!deadline.aborted) {
    const response = await fetch(url, { signal: deadline }).catch(() => undefined);
    if (response?.ok) return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new Error(`the collector was not ready within ${READY_TIMEOUT_MS / 1000} s`);
}
