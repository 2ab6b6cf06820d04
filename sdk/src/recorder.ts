import { sourceIn } from './channel.ts';
import { categoryPreferences } from './consent.ts';
import type { CountDrop } from './drops.ts';
import type { NewId } from './ids.ts';
import type { Content, Properties } from './message.ts';
import { copyProperties } from './properties.ts';
import { type Consent, MAX_NAME_CHARS, type Message, type PageContext } from './protocol.ts';
import type { Queue } from './queue.ts';
import type { Scrub } from './scrub.ts';
import { touchSession } from './session.ts';
import type { KeyValueStorage } from './storage.ts';
import type { TouchpointLog } from './touchpoint-log.ts';
import { currentVisitor } from './visitor.ts';

export interface RecorderParts {
  consent(): Consent;
  /** Whether a visitor who has refused is counted, without an id and without a trace. */
  countsRefused: boolean;
  /** Of visitor and session. */
  storage: KeyValueStorage;
  messages: Queue<OwnMessage>;
  touchpoints: TouchpointLog;
  currentPage(): PageContext;
  scrub: Scrub;
  newId: NewId;
  countDrop: CountDrop;
}

export interface Recorder {
  /**
   * The one way in: nothing is recorded, and so nothing stored or sent, but through here and with consent.
   *
   * @param at when it happened, milliseconds UTC [at=now]
   * @param page where it happened [page=the page as it is now]
   */
  record(content: Content, properties: Properties, at?: number, page?: PageContext): void;
  /** The message of a touchpoint, kept nowhere: only for telling that consent is withdrawn. */
  compose(event: string): OwnMessage;
}

export type OwnMessage = Message & { messageId: string };

export function createRecorder({
  consent,
  countsRefused,
  storage,
  messages,
  touchpoints,
  currentPage,
  scrub,
  newId,
  countDrop,
}: RecorderParts): Recorder {
  const stamp = (at: number) => ({ messageId: newId(at), timestamp: new Date(at).toISOString() });

  const message = (content: Content, host: object, at: number, page: PageContext) =>
    ({
      ...content,
      ...host,
      ...currentVisitor(storage, newId, at),
      ...stamp(at),
      context: {
        page,
        ...sourceIn(location.search, scrub),
        sessionId: touchSession(storage, newId, at),
        consent: { categoryPreferences: categoryPreferences(consent()) },
      },
    }) as OwnMessage;

  return {
    record(content, given, at = Date.now(), page = currentPage()) {
      const { type } = content;
      const isTouchpoint = type === 'track' || type === 'page';
      const { analytics } = consent();
      const isRefused = analytics === 'denied' && countsRefused && isTouchpoint;
      if (analytics !== 'granted' && !isRefused) return countDrop('no_consent');
      const name = type === 'track' ? content.event : type;
      if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_CHARS)
        return countDrop('invalid_name');

      if (isRefused) {
        const context = { page: { path: page.path }, cookieless: true };
        return messages.add({ ...content, ...stamp(at), context });
      }
      // Traits are what the host knows of the person: an e-mail address is the point there.
      const properties = copyProperties(given, isTouchpoint ? scrub : String, countDrop);
      messages.add(message(content, isTouchpoint ? { properties } : { traits: properties }, at, page));
      if (isTouchpoint) touchpoints.add({ name: type === 'page' ? 'page_view' : name, properties, page, at });
    },
    compose: (event) => message({ type: 'track', event }, {}, Date.now(), currentPage()),
  };
}
