/** A real `handrail start` in a process of its own, as a user runs it; built before the tests run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SECRET_KEY, WRITE_KEY } from './collector.ts';

const BIN = fileURLToPath(new URL('../../collector/bin/handrail.js', import.meta.url));

export interface CollectorProcess {
  url: string;
  child: ChildProcess;
  /** Resolves once it has ended. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
  output(): string;
}

/**
 * @param under a command to run it under, such as `prlimit …`; it must exec, so that the process is the collector's own
 * @throws with what it printed, if it ends before it listens
 */
export async function spawnCollector(
  args: string[],
  environment: Record<string, string> = {},
  under: string[] = [],
): Promise<CollectorProcess> {
  const [command = '', ...rest] = [...under, process.execPath, BIN, 'start', '--port', '0', ...args];
  const child = spawn(command, rest, {
    env: { ...process.env, HANDRAIL_WRITE_KEY: WRITE_KEY, HANDRAIL_SECRET_KEY: SECRET_KEY, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /listening on (http:\/\/\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then((code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  return {
    url,
    child,
    output: () => output,
    kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
