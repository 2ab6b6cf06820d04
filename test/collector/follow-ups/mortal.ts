/**
 * A process that dispatches and may die at any step: what it had under way is never heard of again, and another opens
 * the same file.
 */
import { type CompiledSites, compiledSites } from '../../../collector/src/compiled-sites.ts';
import type { Channel } from '../../../collector/src/follow-ups/channels/channel.ts';
import type { EmailContent } from '../../../collector/src/follow-ups/channels/email.ts';
import { openChannels } from '../../../collector/src/follow-ups/channels/open.ts';
import type { WebhookContent } from '../../../collector/src/follow-ups/channels/webhook.ts';
import { createDispatcher } from '../../../collector/src/follow-ups/dispatch.ts';
import { signedLinks } from '../../../collector/src/follow-ups/links.ts';
import type { FollowUpStore } from '../../../collector/src/store/follow-ups.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite/index.ts';
import type { TestClock } from '../../support/collector.ts';

/** Of the event loop: while a message is on its way, others act. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
}
const SEND_TURNS = 4;

export const STEPS = [
  'before lease',
  'after lease',
  'before send',
  'after send',
  'before settle',
  'after settle',
  'before walk',
  'after walk',
] as const;
export interface Death {
  at: (typeof STEPS)[number];
  /** The how-manieth time it comes there. */
  time: number;
}

/** All that messages go to: it sees what has arrived, whoever has sent it. */
export interface World {
  clock: TestClock;
  isDown: boolean;
  /** In order; `what` names the person and the step, by what the message says. */
  arrived: { id: string; what: string }[];
  /** How often a message may arrive once more: its sender died before it could write down that it had arrived. */
  excused: Map<string, number>;
}

export interface Mortal {
  /** Resolves once the tick is over, or the process. */
  tick(): Promise<void>;
  isDead(): boolean;
  close(): Promise<void>;
}

/** @param death `null`: it lives until it is closed */
export function startMortal(path: string, world: World, death: Death | null): Mortal {
  const store = openSqliteStore(path);
  const sites: CompiledSites = compiledSites(store);
  const unmarked = new Set<string>();
  let isDead = false;
  let timesLeft = death?.time ?? 0;
  let announceDeath = () => {};
  const died = new Promise<void>((resolve) => {
    announceDeath = resolve;
  });
  const never = new Promise<never>(() => {});

  const excuse = (id: string) => world.excused.set(id, (world.excused.get(id) ?? 0) + 1);

  async function live(step: string): Promise<void> {
    if (!isDead && death?.at === step && --timesLeft === 0) {
      isDead = true;
      for (const id of unmarked) excuse(id);
      announceDeath();
    }
    if (isDead) await never;
  }

  const followUps = Object.fromEntries(
    Object.entries(store.followUps).map(([name, method]) => [
      name,
      async (...given: unknown[]) => {
        await live(`before ${name}`);
        const answer = await (method as (...given: unknown[]) => Promise<unknown>)(...given);
        if (name === 'settle') unmarked.delete((given[0] as { publicId: string }).publicId);
        await live(`after ${name}`);
        return answer;
      },
    ]),
  ) as unknown as FollowUpStore;

  function channel<Content>(whatOf: (content: Content) => string): Channel<Content> {
    return {
      async send({ deliveryId: id, content }) {
        await live('before send');
        await turns(SEND_TURNS);
        if (world.isDown) return { outcome: 'retry', detail: '503' };
        world.arrived.push({ id, what: whatOf(content) });
        // It may have been on its way as its sender died.
        if (isDead) excuse(id);
        else unmarked.add(id);
        await live('after send');
        return { outcome: 'sent', detail: '200' };
      },
    };
  }
  const dispatcher = createDispatcher({
    store: { ...store, followUps },
    sites,
    channels: {
      ...openChannels({}),
      email: channel<EmailContent>(({ to, subject }) => `${to?.address} ${subject}`),
      webhook: channel<WebhookContent>(({ payload }) => {
        const { data } = payload as { data: { sequenceId: string; step: number; lead: { email: string } } };
        return `${data.lead.email} ${data.sequenceId}`;
      }),
    },
    links: signedLinks('https://collect.example', Buffer.from('secret')),
    now: () => world.clock.now,
    monotonicNow: () => world.clock.monotonic,
    random: () => 0.5,
    onError: (error) => {
      throw error;
    },
  });
  return {
    async tick() {
      await Promise.race([dispatcher.tick(), died]);
    },
    isDead: () => isDead,
    close: () => store.close(),
  };
}
