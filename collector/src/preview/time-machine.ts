/**
 * Sequences tried on history: each lead lives its last days again, as if the draft had been published before them. What
 * sequences did in those days is taken out of history, and what the draft's would have done is put in. Pure.
 */
import { MAX_LATENESS_MS } from '../follow-ups/guards.ts';
import { isSentTouchpoint } from '../follow-ups/sent-touchpoint.ts';
import { isTransactional } from '../follow-ups/transactional.ts';
import { emailOf } from '../ingest/addresses.ts';
import { isOwnNote, stepOf } from '../leads/own-notes.ts';
import type { LeadState } from '../leads/state.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { LifeEvent } from '../simulation/events.ts';
import { createLife, type Life, type Outside } from '../simulation/life.ts';
import { compileSite } from '../site/compile.ts';
import type { Site } from '../site/schema.ts';
import type { Suppressed } from './jobs.ts';
import type { LeadHistory } from './observe.ts';
import { type SequencePreview, sequenceCounts } from './sequence-counts.ts';

const DAY_MS = 86_400_000;

export interface TimeMachine {
  add(history: LeadHistory): void;
  report(): SequencePreview;
}

/** @param days how far it goes back */
export function createTimeMachine(
  draft: Site,
  suppressed: ReadonlyMap<string, readonly Suppressed[]>,
  outside: Outside,
  days: number,
  now: number,
): TimeMachine {
  // No ids and versions: nothing of this is ever written down.
  const site = compileSite(0, 0, draft);
  const from = now - days * DAY_MS;
  const counts = sequenceCounts(site, outside, days, now);

  return {
    add(history) {
      const events: LifeEvent[] = [];
      const ownSuppressed = suppressed.get(history.id) ?? [];
      const life = createLife({
        site,
        outside,
        leadId: history.id,
        isHeldOut: ({ id, holdout }) => outside.chanceOf(id, history.id) < holdout,
        suppressedAt: (at) => ownSuppressed.filter((each) => each.at <= at).map(({ topic }) => topic),
        tell: (event) => events.push(event),
      });
      liveThrough(life, history, from, now);
      counts.add(history, events, life.isCutShort());
    },
    report: counts.report,
  };
}

function liveThrough(life: Life, history: LeadHistory, from: number, now: number): void {
  const nameBy = namesOf(history);
  let hasBegun = false;
  for (const { touchpoint, isNewSession } of inTime(history.touchpoints)) {
    const at = touchpoint.receivedAt;
    if (at > now) break;
    if (at < from) {
      life.recall(touchpoint, isNewSession);
      if (isContact(touchpoint)) life.recallContact(touchpoint.at);
    } else {
      if (!hasBegun) life.begin(from);
      hasBegun = true;
      if (isDoneBySequence(touchpoint)) continue;
      life.receive(touchpoint, isNewSession);
    }
    life.identify(nameBy(touchpoint, life.lead.state), at);
  }
  if (!hasBegun) life.begin(from);
  life.passTo(now);
}

/** What arrived more than a day late, as an import does, is taken as if it had arrived when it happened. */
function inTime(history: LeadHistory['touchpoints']): LeadHistory['touchpoints'] {
  return history
    .map((each) => {
      const { at, receivedAt } = each.touchpoint;
      const isLate = receivedAt - at > MAX_LATENESS_MS;
      return isLate ? { ...each, touchpoint: { ...each.touchpoint, receivedAt: at } } : each;
    })
    .sort((a, b) => a.touchpoint.receivedAt - b.touchpoint.receivedAt);
}

/** The live sequences', which would not have been there. */
const isDoneBySequence = (touchpoint: Touchpoint): boolean =>
  isSentTouchpoint(touchpoint) || (isOwnNote(touchpoint) && stepOf(touchpoint) !== null);

const isContact = (touchpoint: Touchpoint): boolean =>
  isSentTouchpoint(touchpoint) && !isTransactional(String(touchpoint.properties.sequenceId));

/** How the lead is called once a touchpoint has been taken: an address that came later could not be written to before. */
function namesOf({ touchpoints, userId, email, identifiedAt }: LeadHistory) {
  const isTold = touchpoints.some(
    ({ touchpoint: { type, properties } }) => type === 'identify' && emailOf(properties.email) !== null,
  );
  return ({ at }: Touchpoint, { traits }: LeadState) => {
    const isNamed = identifiedAt !== null && identifiedAt <= at;
    // A server may have named it by the way, which is not kept with the touchpoint.
    const known = isTold || !isNamed ? null : email;
    return { userId: isNamed ? userId : null, email: emailOf(traits.email?.value) ?? known };
  };
}
