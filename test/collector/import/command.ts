/** `handrail import` in a process of its own, as a user runs it; built before the tests run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SECRET_KEY } from '../../support/collector.ts';

const BIN = fileURLToPath(new URL('../../../collector/bin/handrail.js', import.meta.url));

export interface ImportProcess {
  child: ChildProcess;
  ended: Promise<{ code: number | null; output: string }>;
}

export function startImport(
  url: string,
  args: string[],
  environment: Record<string, string> = {},
): ImportProcess {
  const child = spawn(process.execPath, [BIN, 'import', ...args], {
    env: { ...process.env, HANDRAIL_URL: url, HANDRAIL_SECRET_KEY: SECRET_KEY, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  return { child, ended };
}
