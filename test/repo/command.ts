/** Runs commands of the READMEs as a person would: in a shell, in a folder, with Ctrl-C at the end. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './markdown.ts';

export interface Place {
  cwd: string;
  env?: Record<string, string>;
}

/** A folder where commands find our packages, as in the root, but leave what they write. */
export function makeFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'handrail-readme-'));
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

/** @returns what it prints; rejects if it fails, or takes longer than 20 s */
export async function runInShell(script: string, { cwd, env = {} }: Place): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  return stdout;
}

export interface RunningCommand {
  output(): string;
  /** What it has printed, once that matches. Rejects if it ends before. */
  printed(expected: RegExp): Promise<RegExpExecArray>;
  /** Ctrl-C, which a terminal sends to the command and all that it has started. @returns its exit code */
  interrupt(): Promise<number | null>;
}

export function startInShell(command: string, { cwd, env = {} }: Place): RunningCommand {
  const child = spawn('bash', ['-c', command], {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('printed');
    });
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  return {
    output: () => output,
    async printed(expected) {
      for (;;) {
        const found = expected.exec(output);
        if (found) return found;
        if (hasEnded()) throw new Error(`\`${command}\` ended without printing ${expected}:\n${output}`);
        await Promise.race([once(child, 'printed'), once(child, 'exit')]);
      }
    },
    async interrupt() {
      if (!hasEnded() && child.pid) {
        const ended = once(child, 'exit');
        process.kill(-child.pid, 'SIGINT');
        await ended;
      }
      return child.exitCode;
    },
  };
}

/** Ports that nobody listens on now; each is another one. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}
