/**
 * What a script costs the main thread as a page loads, in real Chromium on a processor made four times slower. All
 * times are the thread's own: what else runs on the machine does not count, as far as it does not slow down all.
 */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession } from 'playwright-core';

export const SLOWDOWN = 4;

/** What stands in a script tag, and when the script has come to rest. */
export interface Script {
  file: string;
  attributes: string;
  /** The last file that it asks for. */
  lastFile: string;
  /** Awaited then; its promise resolves when the page view has arrived. */
  deliver: string;
}

const HANDRAIL = { file: 'handrail.js', deliver: 'handrail.flush()' };
/** Everything that Handrail does by itself. */
export const WHOLE: Script = {
  ...HANDRAIL,
  attributes: 'data-write-key="pk_test" data-consent="granted"',
  lastFile: 'handrail-vitals.js',
};
/** As far as the peer goes: page views, kept and delivered. */
export const AS_A_PEER: Script = {
  ...HANDRAIL,
  attributes: 'data-write-key="pk_test" data-consent="granted" data-capture="off" data-prompts="off"',
  lastFile: 'handrail-idle.js',
};
/** The yardstick. */
export const PEER: Script = {
  file: 'peer-tracker.js',
  attributes: 'data-website-id="1"',
  lastFile: 'peer-tracker.js',
  deliver: 'peer.sent',
};

export interface MainThreadTime {
  /** Of the script, until it has come to rest and the page view has arrived. */
  totalMs: number;
  /** Of that, before the page had its first idle moment: what stands in the page's way. */
  initMs: number;
  /** The longest task in which the script ran, with what the browser did there besides. */
  longestTaskMs: number;
}

export interface MainThreadBench {
  measure(script: Script): Promise<MainThreadTime>;
  close(): Promise<void>;
}

export async function startMainThreadBench(browser: Browser): Promise<MainThreadBench> {
  const server = await startScriptServer();
  return {
    async measure(script) {
      const page = await browser.newPage();
      const tracing = await browser.newBrowserCDPSession();
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
      const lastFile = page.waitForEvent('requestfinished', (request) =>
        request.url().endsWith(script.lastFile),
      );
      const endTrace = await startTrace(tracing);
      await page.goto(server.pageUrl(script));
      await lastFile;
      // By the protocol itself: what Playwright runs in a page to look at it would be measured too.
      await session.send('Runtime.evaluate', { expression: script.deliver, awaitPromise: true });
      const time = timeOf(await endTrace(), server.scriptOrigin);
      await page.close();
      await tracing.detach();
      return time;
    },
    close: server.close,
  };
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

interface ScriptServer {
  /** Of an empty page with that script, from another origin. */
  pageUrl(script: Script): string;
  scriptOrigin: string;
  close(): Promise<void>;
}

const FOLDERS = ['../../sdk/dist/page/', './'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

/** Serves the page, the built files and the peer's, and takes whatever they send. */
async function startScriptServer(): Promise<ScriptServer> {
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any.test');
    const file = FOLDERS.map((folder) => folder + pathname.slice(1)).find((path) => existsSync(path));
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>
        <script async src="${scriptOrigin}/${searchParams.get('file')}" ${searchParams.get('attributes')}></script>`);
    } else if (file) {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(file));
    } else {
      response.setHeader('content-type', 'application/json').end('{"success":true}');
    }
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const scriptOrigin = `http://collect.test:${port}`;
  return {
    scriptOrigin,
    pageUrl: ({ file, attributes }) =>
      `http://shop.test:${port}/?${new URLSearchParams({ file, attributes })}`,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** As Chromium writes it. Times are microseconds; `tdur` is the thread's own. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { data?: { url?: string } };
}
type TimedEvent = TraceEvent & { dur: number; tdur: number };

async function startTrace(session: CDPSession): Promise<() => Promise<TraceEvent[]>> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const traceConfig = { includedCategories: ['toplevel', 'devtools.timeline', 'v8'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await complete;
    return events;
  };
}

const TASK = 'ThreadControllerImpl::RunTask';
const IDLE = 'FireIdleCallback';
/** What runs scripts, or makes them ready to run. The page has no other script than ours. */
const SCRIPTING =
  /^(EvaluateScript|FunctionCall|RunMicrotasks|TimerFire|FireIdleCallback|EventDispatch|v8\..*)$/;

function timeOf(events: TraceEvent[], scriptOrigin: string): MainThreadTime {
  const first = events.find(
    ({ name, args }) => name === 'EvaluateScript' && args?.data?.url?.startsWith(scriptOrigin),
  );
  if (!first) throw new Error('the script has not run');
  const onThread = events
    .filter((event): event is TimedEvent => event.dur !== undefined && event.tdur !== undefined)
    .filter(({ pid, tid, ts }) => pid === first.pid && tid === first.tid && ts >= first.ts - 1_000_000)
    .sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const scripting = outermost(onThread.filter(({ name, ts }) => ts >= first.ts && SCRIPTING.test(name)));
  const idleAt =
    onThread.find(({ name, ts }) => name === IDLE && ts > first.ts)?.ts ?? Number.POSITIVE_INFINITY;
  const tasks = onThread.filter(
    (task) => task.name === TASK && scripting.some(({ ts }) => ts >= task.ts && ts < task.ts + task.dur),
  );
  return {
    totalMs: sumMs(scripting),
    initMs: sumMs(scripting.filter(({ ts }) => ts < idleAt)),
    longestTaskMs: Math.max(...tasks.map(({ tdur }) => tdur)) / 1_000,
  };
}

/** Without those within another; sorted by start. */
function outermost(events: TimedEvent[]): TimedEvent[] {
  let end = Number.NEGATIVE_INFINITY;
  return events.filter(({ ts, dur }) => {
    if (ts < end) return false;
    end = ts + dur;
    return true;
  });
}

function sumMs(events: TimedEvent[]): number {
  return events.reduce((sum, { tdur }) => sum + tdur, 0) / 1_000;
}
