/** The pure parts of the way of a touchpoint alone, on one core, with no store and no network. */
import { type Decoded, decode, type Envelope } from '../../collector/src/ingest/decode.ts';
import { createScrub } from '../../collector/src/ingest/scrub.ts';
import { type Session, sessionOf } from '../../collector/src/ingest/sessions.ts';
import { fold } from '../../collector/src/leads/fold.ts';
import { type LeadState, newLead } from '../../collector/src/leads/state.ts';
import type { Touchpoint } from '../../collector/src/leads/touchpoint.ts';
import { checkSite } from '../../collector/src/site/check.ts';
import { type CompiledSite, compileSite } from '../../collector/src/site/compile.ts';
import { SITE } from './site.ts';
import { atLeast, numberText, type Table } from './table.ts';
import { interleavedVisits, take } from './traffic.ts';

const MESSAGES = 50_000;
const WARM_UP_MS = 2_000;
const MEASURED_MS = 8_000;
const MILLISECONDS = 1_000;

/** A touchpoint with the place of its lead among the states. */
interface Placed {
  lead: number;
  touchpoint: Touchpoint;
  isNewSession: boolean;
}

export async function benchFold(): Promise<Table> {
  const now = Date.now();
  const texts = take(interleavedVisits(1, now), MESSAGES).map((message) => JSON.stringify(message));
  const site = compiledSite();
  const placed = place(texts.map((text) => decodeText(text, now)));
  const leads = new Set(placed.map(({ lead }) => lead)).size;

  const decoded = perSecond(MESSAGES, () => {
    for (const text of texts) decodeText(text, now);
  });
  const folded = perSecond(MESSAGES, () => {
    const states: LeadState[] = Array.from({ length: leads }, () => newLead(site.site.stages[0]?.id ?? ''));
    for (const { lead, touchpoint, isNewSession } of placed) {
      states[lead] = fold(states[lead] as LeadState, touchpoint, isNewSession, site).lead;
    }
  });
  return {
    title: `fold: ${numberText(MESSAGES)} touchpoints of ${numberText(leads)} leads, one core`,
    rows: [
      {
        what: 'fold, 50 score rules',
        measured: `${numberText(folded)} touchpoints/s`,
        budget: atLeast(300_000, folded, 'touchpoints/s'),
      },
      { what: 'before it: JSON, validation, touchpoint', measured: `${numberText(decoded)} messages/s` },
    ],
  };
}

/** The fastest of many passes, by the time this thread had a core: what runs beside it only makes the others slower. */
function perSecond(count: number, pass: () => void): number {
  const fastestMs = (forMs: number): number => {
    const until = performance.now() + forMs;
    let fastest = Number.POSITIVE_INFINITY;
    while (performance.now() < until) {
      const start = process.threadCpuUsage();
      pass();
      const { user, system } = process.threadCpuUsage(start);
      fastest = Math.min(fastest, (user + system) / 1_000);
    }
    return fastest;
  };
  fastestMs(WARM_UP_MS);
  return (count * MILLISECONDS) / fastestMs(MEASURED_MS);
}

function compiledSite(): CompiledSite {
  const checked = checkSite(SITE);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileSite(1, 1, checked.site);
}

function decodeText(text: string, now: number): Decoded {
  const envelope: Envelope = {
    sentAt: now,
    receivedAt: now,
    trust: 'browser',
    userAgent: '',
    context: undefined,
    bodyBytes: text.length,
    scrub: createScrub({ params: [], clickIdValues: false }),
    country: undefined,
  };
  const result = decode(JSON.parse(text), envelope, () => '');
  if (result.kind !== 'touchpoint') throw new Error(`not a touchpoint: ${JSON.stringify(result)}`);
  return result.decoded;
}

/** Sessions are the store's to keep, and so are cut beforehand. */
function place(decoded: Decoded[]): Placed[] {
  const visitors = new Map<string, { lead: number; session: Session | null }>();
  return decoded.map(({ sender, touchpoint }) => {
    const anonymousId = sender.anonymousId ?? '';
    const visitor = visitors.get(anonymousId) ?? { lead: visitors.size, session: null };
    visitors.set(anonymousId, visitor);
    const { session, isNew } = sessionOf(visitor.session, touchpoint);
    visitor.session = session;
    return { lead: visitor.lead, touchpoint, isNewSession: isNew };
  });
}
