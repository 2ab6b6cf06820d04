/** Never twice, never lost: whatever dies, at whatever step, in whatever order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEASE_MS } from '../../../collector/src/follow-ups/leases.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';
import { readDatabase } from '../../support/database.ts';
import { type Death, type Mortal, STEPS, startMortal, turns, type World } from './mortal.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The longest way: the sequence's hours, a lease, a few attempts. */
const MAX_HOURS_LEFT = 60;

const mail = (template: string) => ({ expires: '30d', send: { channel: 'email', template } });
const webhook = { expires: '30d', send: { channel: 'webhook', endpoint: 'crm' } };
const task = (title: string) => ({ expires: '30d', task: { title, due: '1h' } });
const site = {
  name: 'Shop',
  email: { from: 'Shop <hello@shop.example>' },
  contactBudget: { messages: { perWeek: 100 } },
  templates: { one: { subject: 'One', text: 'x' }, two: { subject: 'Two', text: 'x' } },
  endpoints: { crm: { url: 'https://crm.example/', secret: `whsec_${'a'.repeat(32)}` } },
  sequences: [
    {
      id: 'nurture',
      start: { touchpoint: 'asked' },
      goal: { touchpoint: 'purchase' },
      holdout: 0,
      reentry: 'never',
      steps: [
        { after: '1h', ...mail('one') },
        { after: '1h', tag: { add: 'reminded' } },
        { after: '2h', ...webhook },
        { after: '3h', ...task('Call') },
        { after: '4h', ...mail('two') },
      ],
    },
    {
      id: 'hot',
      start: { touchpoint: 'demo' },
      holdout: 0,
      reentry: 'never',
      steps: [
        { after: '0s', ...webhook },
        { after: '0s', ...task('Greet') },
      ],
    },
  ],
};
/** What each start brings, once to each person. */
const EFFECTS: Record<string, string[]> = {
  asked: ['One', 'nurture', 'Call', 'Two'],
  demo: ['hot', 'Greet'],
};

const emailOf = (person: number) => `p${person}@example.com`;

interface Scene {
  collector: TestCollector;
  world: World;
  touch(person: number, event: string): Promise<void>;
  /** A further process. */
  start(death: Death | null): Mortal;
  /** Hours pass under a process that lives, until nothing is left to do. */
  finish(): Promise<void>;
  /** By person and step, the ids of all messages that arrived, and the tasks there are. */
  effects(): Map<string, Set<string>>;
  /** In the histories of all leads. */
  mailTouchpoints(): number;
}

async function withScene(act: (scene: Scene) => Promise<void>): Promise<void> {
  const collector = await startCollector({ site });
  const { clock, databasePath } = collector;
  const world: World = { clock, isDown: false, arrived: [], excused: new Map() };
  const processes: Mortal[] = [];
  let messages = 0;
  const message = (person: number, fields: object) => ({
    anonymousId: `v${person}`,
    messageId: `m-${messages++}`,
    timestamp: new Date(clock.now).toISOString(),
    context: { consent: { categoryPreferences: { analytics: true, marketing: true } } },
    ...fields,
  });
  const start = (death: Death | null) => {
    const process = startMortal(databasePath, world, death);
    processes.push(process);
    return process;
  };
  const count = (sql: string) => readDatabase(databasePath, (db) => Number(db.prepare(sql).pluck().get()));
  const scene: Scene = {
    collector,
    world,
    start,
    async touch(person, event) {
      const traits = { email: emailOf(person) };
      await collector.ingest(
        message(person, { type: 'identify', userId: `u${person}`, traits }),
        message(person, { type: 'track', event }),
      );
    },
    async finish() {
      world.isDown = false;
      const survivor = start(null);
      for (let hour = 0; hour < MAX_HOURS_LEFT; hour++) {
        await survivor.tick();
        const left =
          count(`SELECT count(*) FROM deliveries WHERE status IN ('due', 'leased')`) +
          count(`SELECT count(*) FROM enrollments WHERE status = 'active'`);
        if (left === 0) return;
        clock.now += HOUR_MS;
        clock.monotonic += LEASE_MS;
      }
      throw new Error('something due is forgotten');
    },
    mailTouchpoints: () => count(`SELECT count(*) FROM touchpoints WHERE name = 'email_sent'`),
    effects() {
      const tasks = readDatabase(databasePath, (db) =>
        db
          .prepare<[], { id: string; what: string }>(
            `SELECT tasks.public_id AS id, email || ' ' || title AS what FROM tasks JOIN leads ON leads.id = lead_id`,
          )
          .all(),
      );
      const effects = new Map<string, Set<string>>();
      for (const { id, what } of [...world.arrived, ...tasks]) {
        effects.set(what, (effects.get(what) ?? new Set()).add(id));
      }
      return effects;
    },
  };
  try {
    await act(scene);
  } finally {
    for (const process of processes) await process.close();
    await collector.close();
  }
}

/** Each start has had each of its effects, once. */
function expectOnce(
  { effects, mailTouchpoints, world }: Scene,
  starts: ReadonlySet<string>,
  ended: ReadonlySet<string>,
): void {
  const found = effects();
  for (const [what, ids] of found) expect([what, ids.size]).toEqual([what, 1]);
  const expected = [...starts].flatMap((start) => {
    const [person = '', event = ''] = start.split(' ');
    return (EFFECTS[event] ?? []).map((effect) => `${person} ${effect}`);
  });
  expect(expected).toEqual(expect.arrayContaining([...found.keys()]));
  // A run that has met its goal may have ended before any of its steps.
  const due = expected.filter((what) => !ended.has(what.split(' ')[0] ?? ''));
  expect([...found.keys()]).toEqual(expect.arrayContaining(due));
  const mails = [...found.keys()].filter((what) => /One|Two/.test(what)).length;
  if (ended.size === 0) expect(mailTouchpoints()).toBe(mails);
  else expect(mailTouchpoints()).toBeLessThanOrEqual(mails);
  const times = new Map<string, number>();
  for (const { id } of world.arrived) times.set(id, (times.get(id) ?? 0) + 1);
  for (const [id, count] of times) expect(count).toBeLessThanOrEqual(1 + (world.excused.get(id) ?? 0));
}

const deaths = STEPS.flatMap((at): Death[] =>
  // The scene comes but once to a step that sends nothing.
  at.endsWith('walk')
    ? [{ at, time: 1 }]
    : [
        { at, time: 1 },
        { at, time: 3 },
      ],
);

test.each(deaths)('Q06 a process that dies $at, time $time: each step has its effect, once', (death) =>
  withScene(async (scene) => {
    const { world } = scene;
    await scene.touch(0, 'asked');
    await scene.touch(0, 'demo');
    await scene.touch(1, 'demo');
    const mortal = scene.start(death);
    for (let hour = 0; hour < 5 && !mortal.isDead(); hour++) {
      await mortal.tick();
      world.clock.now += HOUR_MS;
    }
    expect(mortal.isDead()).toBe(true);
    await scene.finish();
    const starts = [`${emailOf(0)} asked`, `${emailOf(0)} demo`, `${emailOf(1)} demo`];
    expectOnce(scene, new Set(starts), new Set());
    // Only where it fell between sending and marking has anything arrived twice, and then as the same message.
    const repeated = world.arrived.length - new Set(world.arrived.map(({ id }) => id)).size;
    expect(repeated).toBeLessThanOrEqual(world.excused.size);
  }),
);

const PEOPLE = [0, 1, 2];
const touch = fc.record({
  does: fc.constant('touch' as const),
  person: fc.constantFrom(...PEOPLE),
  event: fc.constantFrom('asked', 'demo', 'demo', 'purchase'),
});
/** By the first process, and by the second so many turns later; while the receivers work, or not. */
const tick = fc.record({
  does: fc.constant('tick' as const),
  /** What has passed before it; a clock may be set back. */
  clockMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(HOUR_MS) },
    { weight: 1, arbitrary: fc.integer({ min: -10 * MINUTE_MS, max: HOUR_MS }) },
  ),
  monotonicMs: fc.integer({ min: 0, max: 2 * LEASE_MS }),
  lagTurns: fc.option(fc.integer({ min: 0, max: 8 }), { freq: 4 }),
  isDown: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const commands = fc.array(fc.oneof({ weight: 1, arbitrary: touch }, { weight: 2, arbitrary: tick }), {
  minLength: 4,
  maxLength: 16,
  size: 'max',
});
/** Of one process after another. */
const ends = fc.array(
  fc.option(fc.record({ at: fc.constantFrom(...STEPS), time: fc.integer({ min: 1, max: 6 }) })),
  { maxLength: 8 },
);

test(
  'Q06 Q40 in any order of touchpoints, ticks, waits and deaths, under two processes: no step has two effects, and none due is forgotten',
  () =>
    fc.assert(
      fc.asyncProperty(commands, ends, (commands, ends) =>
        withScene(async (scene) => {
          const { clock } = scene.world;
          const starts = new Set<string>();
          const ended = new Set<string>();
          const touch = async (person: number, event: string) => {
            if (event === 'purchase') ended.add(emailOf(person));
            else starts.add(`${emailOf(person)} ${event}`);
            await scene.touch(person, event);
          };
          const next = ends.values();
          const born = () => scene.start(next.next().value ?? null);
          const processes = [born(), born()];
          for (const person of PEOPLE) await touch(person, 'asked');
          for (const command of commands) {
            if (command.does === 'touch') {
              await touch(command.person, command.event);
              continue;
            }
            clock.now += command.clockMs;
            clock.monotonic += command.monotonicMs;
            scene.world.isDown = command.isDown;
            const first = processes[0]?.tick();
            if (command.lagTurns !== null) {
              await turns(command.lagTurns);
              await processes[1]?.tick();
            }
            await first;
            for (const [index, process] of processes.entries()) {
              if (process.isDead()) processes[index] = born();
            }
          }
          await scene.finish();
          expectOnce(scene, starts, ended);
        }),
      ),
      { numRuns: 100, interruptAfterTimeLimit: 5_000 },
    ),
  30_000,
);
