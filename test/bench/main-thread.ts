/** The main thread's time for Handrail on an empty page, at 4× CPU slowdown, in real Chromium. */
import { launchChromium } from '../support/chromium.ts';
import {
  AS_A_PEER,
  type MainThreadTime,
  median,
  PEER,
  SLOWDOWN,
  startMainThreadBench,
  WHOLE,
} from '../support/main-thread.ts';
import { atMost, numberText, type Row, type Table } from './table.ts';

const ROUNDS = 9;
const MAX_TASK_MS = 50;

export async function benchMainThread(): Promise<Table> {
  const browser = await launchChromium();
  const bench = await startMainThreadBench(browser);
  try {
    const whole: MainThreadTime[] = [];
    const asAPeer: MainThreadTime[] = [];
    const peer: MainThreadTime[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      peer.push(await bench.measure(PEER));
      asAPeer.push(await bench.measure(AS_A_PEER));
      whole.push(await bench.measure(WHOLE));
    }
    const ofPeer = timesOf(peer);
    const rows = ([what, times]: [string, MainThreadTime[]]): Row[] => {
      const { initMs, totalMs, longestTaskMs } = timesOf(times);
      return [
        {
          what: `${what}: until the page is idle`,
          measured: `${numberText(initMs)} ms`,
          ...(times !== peer && { budget: atMost(ofPeer.initMs, initMs, 'ms') }),
        },
        { what: `${what}: until the page view has arrived`, measured: `${numberText(totalMs)} ms` },
        {
          what: `${what}: longest task`,
          measured: `${numberText(longestTaskMs)} ms`,
          ...(times !== peer && { budget: atMost(MAX_TASK_MS, longestTaskMs, 'ms') }),
        },
      ];
    };
    return {
      title: `main thread at ${SLOWDOWN}× slowdown; medians of ${ROUNDS}`,
      rows: (
        [
          ['everything on', whole],
          ['page views alone', asAPeer],
          ['a small tracker', peer],
        ] satisfies [string, MainThreadTime[]][]
      ).flatMap(rows),
    };
  } finally {
    await browser.close();
    await bench.close();
  }
}

function timesOf(times: MainThreadTime[]): MainThreadTime {
  const of = (what: keyof MainThreadTime) => median(times.map((time) => time[what]));
  return { initMs: of('initMs'), totalMs: of('totalMs'), longestTaskMs: of('longestTaskMs') };
}
