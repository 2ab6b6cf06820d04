/** Messages that would have left or been stopped, over all sequences: by channel, by day, by person. Pure. */
import type { Reason } from '../follow-ups/reason-words.ts';
import { localTime } from '../leads/local-time.ts';
import type { LifeEvent } from '../simulation/events.ts';
import type { LeadHistory } from './observe.ts';
import { createTally } from './tally.ts';

export interface PerPerson {
  /** Leads that get at least one message; what goes to the team is not counted. */
  leads: number;
  /** Messages to one of them in all the days: half of them get no more than `p50`, nine in ten no more than `p90`. */
  p50: number;
  p90: number;
  max: number;
  /** Who gets most. */
  most: { id: string; email: string | null; messages: number }[];
}
export interface MessageReport {
  sent: number;
  byChannel: { channel: string; messages: number }[];
  /** The reasons of guards, of what ended the run, and of what could not be filled in. */
  stopped: { reason: Reason; messages: number }[];
  /** Every day, by the site's time zone. `toPeople`: of them, those that address the lead itself. */
  byDay: { date: string; messages: number; toPeople: number }[];
  perPerson: PerPerson;
}
type MessageEvent = LifeEvent & { kind: 'message' };

const MOST_LEADS = 10;

export interface MessageCounts {
  add(lead: LeadHistory, messages: readonly MessageEvent[]): void;
  report(): MessageReport;
}

/** @param addressesPerson whether a channel does, and not the owner's own people */
export function messageCounts(
  timezone: string,
  from: number,
  now: number,
  addressesPerson: (channel: string) => boolean,
): MessageCounts {
  const byDay = new Map(
    datesBetween(from, now, timezone).map((date) => [date, { messages: 0, toPeople: 0 }]),
  );
  const byChannel = createTally<string>();
  const stopped = createTally<Reason>();
  const perPerson = personCounts();
  let sent = 0;

  return {
    add({ id, email }, messages) {
      let toPerson = 0;
      for (const { node, reason, at } of messages) {
        if (reason !== null) {
          stopped.add(reason);
          continue;
        }
        sent++;
        byChannel.add(node.route.channel);
        const isToPerson = addressesPerson(node.route.channel);
        if (isToPerson) toPerson++;
        const day = byDay.get(dateOf(at, timezone));
        if (!day) continue;
        day.messages++;
        if (isToPerson) day.toPeople++;
      }
      if (toPerson > 0) perPerson.add({ id, email, messages: toPerson });
    },
    report: () => ({
      sent,
      byChannel: byChannel.all().map(({ key: channel, count }) => ({ channel, messages: count })),
      stopped: stopped.all().map(({ key: reason, count }) => ({ reason, messages: count })),
      byDay: [...byDay].map(([date, counts]) => ({ date, ...counts })),
      perPerson: perPerson.report(),
    }),
  };
}

function personCounts() {
  /** How many leads get so many. */
  const leadsBy = new Map<number, number>();
  let most: PerPerson['most'] = [];
  /** The least that covers this share of them (nearest rank). */
  function percentile(share: number): number {
    const all = [...leadsBy].sort(([a], [b]) => a - b);
    let left = share * all.reduce((sum, [, leads]) => sum + leads, 0);
    for (const [messages, leads] of all) {
      left -= leads;
      if (left <= 0) return messages;
    }
    return 0;
  }
  return {
    add(lead: PerPerson['most'][number]): void {
      leadsBy.set(lead.messages, (leadsBy.get(lead.messages) ?? 0) + 1);
      const least = most.at(-1);
      if (most.length === MOST_LEADS && least && least.messages >= lead.messages) return;
      most = [...most, lead].sort((a, b) => b.messages - a.messages).slice(0, MOST_LEADS);
    },
    report: (): PerPerson => ({
      leads: [...leadsBy.values()].reduce((sum, leads) => sum + leads, 0),
      p50: percentile(0.5),
      p90: percentile(0.9),
      max: most[0]?.messages ?? 0,
      most,
    }),
  };
}

const dateOf = (at: number, timezone: string): string => localTime(at, timezone).toISODate() ?? '';

function datesBetween(from: number, to: number, timezone: string): string[] {
  const dates: string[] = [];
  for (
    let day = localTime(from, timezone).startOf('day');
    day.toMillis() <= to;
    day = day.plus({ days: 1 })
  ) {
    dates.push(day.toISODate() ?? '');
  }
  return dates;
}
