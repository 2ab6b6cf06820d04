import { beforeEach, describe, expect, test } from 'vitest';
import { createDropCounter, type DropCounter } from '../../sdk/src/drops.ts';
import { createOutbox, type Entry, type Outbox, toEntry } from '../../sdk/src/outbox.ts';
import type { OutboxStore } from '../../sdk/src/outbox-store.ts';

const message = (messageId: string, properties = {}) => ({
  type: 'track' as const,
  event: 'ping',
  messageId,
  properties,
});

/** What all tabs share. Answers later than it is asked, as IndexedDB does. */
function createSharedStore() {
  const stored = new Map<string, Entry>();
  let failing = false;
  const store: OutboxStore = {
    save(entries) {
      for (const entry of entries) stored.set(entry.id, structuredClone(entry));
    },
    remove(ids) {
      for (const id of ids) stored.delete(id);
    },
    load: async () => (failing ? undefined : [...stored.values()].sort((a, b) => (a.id < b.id ? -1 : 1))),
    inOneTab: (action) => action(),
  };
  return {
    store,
    ids: () => [...stored.keys()].sort(),
    fail() {
      failing = true;
    },
  };
}

let drops: DropCounter;
let outbox: Outbox;
beforeEach(() => {
  drops = createDropCounter();
  outbox = createOutbox(drops.count);
});

const takeAll = (from: Outbox) => from.take(10_000, Number.POSITIVE_INFINITY).map(({ id }) => id);
const nothing = async () => {};

describe('bounds', () => {
  test('a thousand are kept; the oldest go, and are counted', () => {
    for (let index = 0; index < 1_003; index++) outbox.add(message(String(index).padStart(4, '0')));
    const ids = takeAll(outbox);
    expect(ids).toHaveLength(1_000);
    expect(ids[0]).toBe('0003');
    expect(drops.total).toEqual({ outbox_full: 3 });
  });

  test('what is larger than the wire allows, or is no JSON, is counted and costs the others nothing', () => {
    outbox.add(message('large', { text: 'ä'.repeat(17_000) }));
    outbox.add(message('bigint', { amount: 1n }));
    outbox.add(message('good'));
    expect(takeAll(outbox)).toEqual(['good']);
    expect(drops.total).toEqual({ too_large: 1, not_serializable: 1 });
  });

  test('what the host changes afterwards does not reach what was recorded', () => {
    const properties = { plan: 'team' };
    outbox.add(message('a', properties));
    properties.plan = 'changed';
    expect(JSON.parse(outbox.take(1, 1e6)[0]?.json ?? '')).toMatchObject({ properties: { plan: 'team' } });
  });

  test('the limits count UTF-8 bytes of message and context together', () => {
    const { json, context, bytes } = toEntry({ ...message('a', { text: '🫒' }), context: { locale: 'en' } });
    expect(context).toBe('{"locale":"en"}');
    expect(bytes).toBe(Buffer.byteLength(json + context));
  });
});

describe('what is being delivered', () => {
  test('is not taken twice, and waits again when put back', () => {
    outbox.add(message('a'));
    outbox.add(message('b'));
    const [first] = [outbox.take(1, 1e6)];
    expect(first.map(({ id }) => id)).toEqual(['a']);
    expect(outbox.waiting().count).toBe(1);
    outbox.putBack(first);
    expect(takeAll(outbox)).toEqual(['a', 'b']);
  });

  test('is forgotten once it is withdrawn: a failed request brings nothing back', () => {
    outbox.add(message('a'));
    const taken = outbox.take(1, 1e6);
    expect(outbox.clear()).toBe(1);
    outbox.putBack(taken);
    expect(takeAll(outbox)).toEqual([]);
  });
});

describe('with other tabs', () => {
  test('takes over what they left, in order, and forgets what they delivered', async () => {
    const shared = createSharedStore();
    const other = createOutbox(drops.count);
    other.open(shared.store);
    outbox.open(shared.store);
    other.add(message('1 theirs'));
    outbox.add(message('2 ours'));

    await outbox.withBacklog(nothing);
    const taken = outbox.take(10, 1e6);
    expect(taken.map(({ id }) => id)).toEqual(['1 theirs', '2 ours']);
    outbox.remove(taken);
    await other.withBacklog(nothing);
    expect(takeAll(other)).toEqual([]);
    expect(shared.ids()).toEqual([]);
  });

  test('keeps what is recorded while the store is asked', async () => {
    const shared = createSharedStore();
    outbox.open(shared.store);
    const asked = outbox.withBacklog(nothing);
    outbox.add(message('meanwhile'));
    await asked;
    expect(takeAll(outbox)).toEqual(['meanwhile']);
  });

  test('keeps its own when the store has failed', async () => {
    const shared = createSharedStore();
    outbox.open(shared.store);
    outbox.add(message('a'));
    shared.fail();
    await outbox.withBacklog(nothing);
    expect(takeAll(outbox)).toEqual(['a']);
  });

  test('what all of them left is bounded too', async () => {
    const shared = createSharedStore();
    const left = Array.from({ length: 1_500 }, (_, index) =>
      toEntry(message(String(index).padStart(4, '0'))),
    );
    shared.store.save(left);
    outbox.open(shared.store);
    await outbox.withBacklog(nothing);
    expect(takeAll(outbox)).toHaveLength(1_000);
    expect(shared.ids()).toHaveLength(1_000);
    expect(drops.total).toEqual({ outbox_full: 500 });
  });
});
