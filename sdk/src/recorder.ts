import { campaignIn } from './channel.ts';
import { categoryPreferences } from './consent.ts';
import type { CountDrop } from './drops.ts';
import type { NewId } from './ids.ts';
import type { Content, WireContent } from './message.ts';
import type { Outbox } from './outbox.ts';
import { currentPage } from './page.ts';
import { type Consent, MAX_NAME_CHARS } from './protocol.ts';
import { touchSession } from './session.ts';
import type { KeyValueStorage } from './storage.ts';
import type { TouchpointLog } from './touchpoint-log.ts';
import { currentVisitor } from './visitor.ts';

export interface RecorderParts {
  consent(): Consent;
  storage: KeyValueStorage;
  outbox: Outbox;
  touchpoints: TouchpointLog;
  newId: NewId;
  countDrop: CountDrop;
}

/** The one way in: nothing is recorded, and so nothing stored or sent, but through here and with consent. */
export type Recorder = (content: Content) => void;

export function createRecorder({
  consent,
  storage,
  outbox,
  touchpoints,
  newId,
  countDrop,
}: RecorderParts): Recorder {
  return (content) => {
    if (consent().analytics !== 'granted') return countDrop('no_consent');
    const name = content.type === 'track' ? content.event : content.type;
    if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS)
      return countDrop('invalid_name');

    const now = Date.now();
    const page = currentPage();
    const { anonymousId, userId } = currentVisitor(storage, newId, now);
    outbox.add({
      ...(content as WireContent),
      messageId: newId(now),
      anonymousId,
      userId,
      timestamp: new Date(now).toISOString(),
      context: {
        page,
        campaign: campaignIn(location.search),
        sessionId: touchSession(storage, newId, now),
        consent: { categoryPreferences: categoryPreferences(consent()) },
      },
    });
    if (content.type !== 'identify') {
      const { properties } = content;
      touchpoints.add({ name: content.type === 'page' ? 'page_view' : name, properties, page, at: now });
    }
  };
}
