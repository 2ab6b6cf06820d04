import type { Handrail } from './api.ts';
import { forgetCart } from './cart-store.ts';
import { type CommerceCall, isCommerceEvent, keepCalls, takeKeptCalls } from './commerce-calls.ts';
import type { Config } from './config.ts';
import { initialConsent, rememberConsent, wasGrantedBefore, withDecision } from './consent.ts';
import type { watchConsentPlatforms } from './consent-platforms/index.ts';
import { dataLayerEntries } from './data-layer.ts';
import { createDropCounter } from './drops.ts';
import type { Idle, IdleLoaders, startIdle } from './idle/index.ts';
import { createIdSource } from './ids.ts';
import { json, writeJson } from './json.ts';
import type { createLink } from './link/index.ts';
import type { Content, Properties } from './message.ts';
import type { OptionsCheckLoader } from './options-warning.ts';
import { currentPage, type Page } from './page.ts';
import { watchPageLifecycle } from './page-lifecycle.ts';
import type { PromptDecision } from './prompts/ledger.ts';
import { type Consent, MAX_ID_CHARS, type MessageContext, type PageContext } from './protocol.ts';
import { createQueue } from './queue.ts';
import { quietly } from './quietly.ts';
import { createRecorder, type OwnMessage } from './recorder.ts';
import { createScrub } from './scrub.ts';
import { endSession } from './session.ts';
import { openStorage } from './storage.ts';
import { startTask } from './task.ts';
import { createTouchpointLog } from './touchpoint-log.ts';
import { postUnanswered } from './transport.ts';
import { forgetVisitor, nameVisitor } from './visitor.ts';
import { whenIdle } from './when-idle.ts';

declare const __VERSION__: string;

/** How long `flush` waits for a file that does not come. */
const FLUSH_PATIENCE_MS = 10_000;

/** Where the code comes from that not every page needs at once. */
export interface Loaders extends IdleLoaders, OptionsCheckLoader {
  loadIdle(): Promise<{ startIdle: typeof startIdle }>;
  loadConsentPlatforms(): Promise<{ watchConsentPlatforms: typeof watchConsentPlatforms }>;
  /** Only where the page has put its own in the place of what the browser gave it. */
  loadHardened(): Promise<typeof import('./hardened.ts')>;
  /** Loaded already where it is asked for: nothing can be recorded before it is known whose it is. */
  createLink?: typeof createLink | undefined;
}

/**
 * Puts the parts together. All state that is not a part's own is here: consent, traits, what was loaded.
 *
 * Only what must be known at once is asked now. The rest is begun when the page is idle, since both together would be
 * a long task on a slow phone; or by the first call, or the end of the page, if that comes before it.
 */
export function run(config: Config, loaders: Loaders, early: (handrail: Handrail) => void): Handrail {
  const { writeKey, endpoint, hashRouting } = config;
  const storage = openStorage(() => localStorage);
  const link = loaders.createLink?.(config, storage);
  /** Of visitor, session and decision, which may be those of several subdomains. */
  const identity = link?.storage ?? storage;
  const lifecycle = watchPageLifecycle(hashRouting, begin);
  const touchpoints = createTouchpointLog();
  const drops = createDropCounter();
  const { count: countDrop } = drops;
  const decisions: PromptDecision[] = [];
  const newId = createIdSource();
  const scrub = createScrub(config.scrubParams, config.clickIdValues);
  const page = () => currentPage(scrub, hashRouting);
  const dataLayer = config.dataLayer ? dataLayerEntries(config.dataLayer) : undefined;

  let consent: Consent = { analytics: 'pending', marketing: 'pending' };
  let traits: Properties = {};
  let idle: Idle | undefined;
  /** Resolves once what the page told others than us is known too. */
  let listening: Promise<void> | undefined;
  /** Ends what the latest grant has begun. */
  let stop = () => {};
  let hasBegun = false;
  /** Until the calls that waited for us are made: what they and the page bring counts as being there from the start. */
  let opening: { page: Page; at: number } | undefined = { page: page(), at: Date.now() };
  const isGranted = () => consent.analytics === 'granted';

  const context: MessageContext = {
    library: { name: '@handrail/sdk', version: __VERSION__ },
    locale: navigator.language,
  };
  const commerceCalls = createQueue<CommerceCall>();
  const promptCalls = createQueue<string>();
  const messages = createQueue<OwnMessage>();
  const sendMessages = () => messages.release(sendAtOnce);
  lifecycle.on('send', sendMessages);
  lifecycle.on('end', () => commerceCalls.release((calls) => keepCalls(calls, storage)));

  const recorder = createRecorder({
    consent: () => consent,
    countsRefused: config.countsRefused,
    storage: identity,
    messages,
    touchpoints,
    currentPage: page,
    scrub,
    newId,
    countDrop,
  });
  const record = (content: Content, properties: object, at?: number, where?: PageContext) =>
    recorder.record(content, { ...properties }, at, where);
  const recordTouchpoint = (event: string, properties: object, at?: number, where?: PageContext) =>
    record({ type: 'track', event }, properties, at, where);
  const recordPageView = (properties?: Properties, where = page(), at?: number) =>
    record({ type: 'page' }, { ...where, ...properties }, at, where);
  const recordOwnPageView = (view?: typeof opening) =>
    config.off.includes('page-views') || recordPageView({}, view?.page, view?.at);
  lifecycle.on('route', recordOwnPageView);
  /** Commerce without the cart. GA4 lists a whole one as `view_cart`. */
  function recordPlain({ event, ecommerce, at }: CommerceCall) {
    recordTouchpoint(event === 'cart' ? 'view_cart' : event, ecommerce, at);
  }

  /** Without delivery: as many as the browser takes, of which nobody will tell whether they have arrived. */
  function sendAtOnce(batch: OwnMessage[]) {
    let { length } = batch;
    const send = () =>
      postUnanswered(
        endpoint,
        writeJson({ batch: batch.slice(0, length), sentAt: new Date().toISOString(), writeKey, context }),
      );
    while (length > 0 && !send()) length >>= 1;
    batch.slice(length).forEach(messages.add);
  }

  /** Consent is there, from the start or from now on. */
  function follow() {
    link?.adopt();
    rememberConsent(consent, identity);
    recordOwnPageView(opening);
    takeKeptCalls(storage).forEach(commerceCalls.add);
    const parts = {
      loaders,
      link,
      storage,
      identity,
      newId,
      lifecycle,
      touchpoints,
      messages,
      drops,
      context,
      record: recordTouchpoint,
      recordPlain,
      identify,
      page,
      endpoint,
      writeKey,
      json,
      commerceCalls,
      promptCalls,
      dataLayer: dataLayer && { entries: dataLayer, from: opening ? 0 : dataLayer.length },
      fromStart: opening !== undefined,
      off: new Set(config.off),
      now: Date.now,
      traits: () => traits,
      consent: () => consent,
      decisions,
    };
    let isStopped = false;
    stop = () => {
      isStopped = true;
      idle?.stop();
      idle = undefined;
    };
    listening = loaders
      .loadIdle()
      .then(({ startIdle }) => {
        if (isStopped) return;
        idle = startIdle(parts);
        return idle.settled;
      })
      // Blocked: messages leave with the page, and commerce waits for nobody.
      .catch(() => void commerceCalls.take(recordPlain));
  }

  /** Consent is refused or withdrawn: the collector is told, and nothing of ours stays. */
  function forget() {
    stop();
    commerceCalls.release(() => {});
    promptCalls.release(() => {});
    messages.take(() => countDrop('consent_withdrawn'))();
    sendAtOnce([recorder.compose('consent_updated')]);
    traits = {};
    // Also what an earlier page has left there. Where there is none, this makes none.
    quietly(() => indexedDB.deleteDatabase('handrail'))();
    identity.clear();
    storage.clear();
  }

  function decideConsent(decision: Partial<Consent>) {
    const before = consent;
    consent = withDecision(before, decision);
    const wasGranted = before.analytics === 'granted';
    const isDenied = consent.analytics === 'denied';
    if (isGranted()) {
      if (!wasGranted) return follow();
      if (consent.marketing === before.marketing) return;
      rememberConsent(consent, identity);
      // Whoever may no longer be written to must not depend on a further touchpoint to tell.
      recordTouchpoint('consent_updated', {});
    } else if (wasGranted || (isDenied && wasGrantedBefore(identity))) {
      // Whoever takes back the one has not granted the other by being silent about it.
      consent = withDecision({ ...consent, marketing: 'denied' }, decision);
      forget();
    } else if (isDenied && before.analytics !== 'denied' && config.countsRefused) {
      recordOwnPageView(opening);
    }
  }

  function track(name: string, properties: Properties = {}) {
    if (isGranted() && isCommerceEvent(name)) {
      commerceCalls.add({ event: name, ecommerce: properties, at: Date.now() });
    } else {
      recordTouchpoint(name, properties);
    }
  }

  function isId(id: unknown): id is string {
    const holds = typeof id === 'string' && id !== '' && id.length <= MAX_ID_CHARS;
    if (!holds) countDrop('invalid_user_id');
    return holds;
  }

  function identify(userId: string | null, given: Properties = {}) {
    if (isGranted() && userId !== null) {
      if (!isId(userId)) return;
      nameVisitor(userId, false, identity, newId, Date.now());
    }
    record({ type: 'identify' }, given);
    traits = { ...traits, ...given };
  }

  function alias(userId: string, previousId?: string) {
    if (!isGranted() || !isId(userId)) return;
    const before = nameVisitor(userId, true, identity, newId, Date.now());
    record({ type: 'alias', previousId: previousId ?? before }, {});
  }

  function reset() {
    // They are still this person's.
    commerceCalls.release((calls) => calls.forEach(recordPlain));
    traits = {};
    forgetVisitor(identity);
    endSession(identity);
    forgetCart(storage);
  }

  /** Before this nothing is stored, sent or decided. */
  function begin() {
    if (hasBegun) return;
    hasBegun = true;
    quietly(decideConsent)(initialConsent(config.consent, identity));
    if (config.cmp.length > 0) {
      loaders
        .loadConsentPlatforms()
        .then((platforms) =>
          platforms.watchConsentPlatforms(config.cmp, dataLayer, quietly(decideConsent), loaders),
        )
        // Blocked: without a decision nothing is recorded.
        .catch(() => {});
    }
    early(handrail);
    // A microtask runs after the call that may have brought us here: it may be the consent.
    queueMicrotask(() => {
      opening = undefined;
    });
  }

  /** A call of the page's. It finds everything begun, and whatever fails of ours is not its problem. */
  const call = <Arguments extends unknown[]>(action: (...given: Arguments) => void) =>
    quietly((...given: Arguments) => {
      begin();
      action(...given);
    });

  const handrail: Handrail = {
    track: call(track),
    page: call((properties) => recordPageView(properties)),
    identify: call(identify),
    alias: call(alias),
    group: call((groupId, given = {}) => {
      if (isId(groupId)) record({ type: 'group', groupId }, given);
    }),
    consent: call(decideConsent),
    cart: call((items, { currency } = {}) => {
      if (!isGranted() || !Array.isArray(items)) return;
      commerceCalls.add({ event: 'cart', ecommerce: { items, currency }, at: Date.now() });
    }),
    task: (name) => startTask(name, { record: call(recordTouchpoint), lifecycle, now: Date.now }),
    reset: call(reset),
    flush: async () => {
      begin();
      if (listening) await within(listening, FLUSH_PATIENCE_MS);
      if (idle) await idle.flush();
      else sendMessages();
    },
    prompt: call((id) => isGranted() && promptCalls.add(id)),
    explain() {
      begin();
      console.table(isGranted() ? decisions : consent);
      return { consent, drops: drops.total, prompts: decisions };
    },
  };
  whenIdle(begin);
  return handrail;
}

/** Resolves with the promise, at the latest after so long. By its own constructor: `Promise` may be the page's. */
function within(promise: Promise<void>, patienceMs: number): Promise<void> {
  const Intrinsic = promise.constructor as PromiseConstructor;
  return Intrinsic.race([promise, new Intrinsic<void>((resolve) => setTimeout(resolve, patienceMs))]);
}
