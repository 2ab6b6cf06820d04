import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnCollector } from '../../support/collector-process.ts';
import { acknowledge } from './post.ts';

const REQUESTS = 5;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-fsync-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the collector's own thread asked of the kernel from reading a request to having written its reply. */
type Step = 'request read' | 'log written' | 'log synced' | 'reply sent';

const STEPS: [Step, RegExp][] = [
  ['request read', /^read\(.*"POST \/v1\/batch/],
  ['log written', /^p?write(v|64)?\(\d+<[^>]*-wal>/],
  ['log synced', /^f(data)?sync\(\d+<[^>]*-wal>/],
  ['reply sent', /^(write|writev|sendto|sendmsg)\(.*"HTTP\/1\.1 200/],
];

/** One list a request. */
function stepsIn(trace: string, pid: number): Step[][] {
  const calls = trace
    .split('\n')
    .filter((line) => line.startsWith(`${pid} `))
    .map((line) => line.slice(String(pid).length).trimStart());
  const requests: Step[][] = [];
  for (const call of calls) {
    const step = STEPS.find(([, pattern]) => pattern.test(call))?.[0];
    if (step === 'request read') requests.push([step]);
    else if (step && requests.at(-1)?.includes('reply sent') === false) requests.at(-1)?.push(step);
  }
  return requests;
}

/** Starts on the file, records a few touchpoints one after the other, ends as told. */
async function tracedRun(name: string, end: NodeJS.Signals): Promise<Step[][]> {
  const log = join(folder, `${name}.trace`);
  const collector = await spawnCollector(['--db', join(folder, 'handrail.sqlite')], {}, [
    'strace',
    // The traced process is our own child, and not the tracer's.
    '-D',
    '--follow-forks',
    '--decode-fds=path',
    '--string-limit=20',
    `--output=${log}`,
    '--trace=read,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync',
    '--',
  ]).catch((error: Error) => {
    throw new Error(`cannot trace (strace is missing, or ptrace is forbidden here): ${error.message}`);
  });
  for (let index = 0; index < REQUESTS; index++) {
    const messageId = `${name}-${index}`;
    const result = await acknowledge(collector.url, [
      { type: 'track', event: 'ping', anonymousId: 'visitor', messageId },
    ]);
    expect(result).toMatchObject({ accepted: 1, duplicates: 0 });
  }
  await collector.kill(end);
  const pid = collector.child.pid ?? 0;
  const trace = () => readFileSync(log, 'utf8');
  await expect
    .poll(trace, { message: 'the tracer has not finished' })
    .toMatch(new RegExp(`^${pid} +\\+\\+\\+ `, 'm'));
  return stepsIn(trace(), pid);
}

test.each([
  ['a new file', 'new', 'SIGKILL'],
  ['the same file after a kill', 'after-kill', 'SIGTERM'],
  ['the same file after a clean end', 'after-end', 'SIGTERM'],
] as const)(
  'Q02 on %s, the log is synced to disk between its last write and the reply',
  async (_, name, end) => {
    const requests = await tracedRun(name, end);
    expect(requests).toHaveLength(REQUESTS);
    for (const steps of requests) {
      expect(steps).toContain('log written');
      expect(steps.slice(-2)).toEqual(['log synced', 'reply sent']);
    }
  },
  30_000,
);
