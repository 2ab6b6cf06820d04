import { type Handrail, INERT } from './api.ts';
import { type CommerceSource, createCommerce, isCommerceEvent } from './capture/commerce.ts';
import { watchDataLayer } from './capture/data-layer.ts';
import { watchRoutes } from './capture/page-view.ts';
import { type Config, type Options, readOptions } from './config.ts';
import { initialConsent, rememberConsent, wasGrantedBefore, withDecision } from './consent.ts';
import { createDelivery } from './delivery.ts';
import { createExplanationLog } from './explanation.ts';
import { createIdSource } from './ids.ts';
import { type Properties, toBatchBody } from './message.ts';
import { createOutbox } from './outbox.ts';
import { openOutboxStore } from './outbox-store.ts';
import { currentPage } from './page.ts';
import { watchPageLifecycle } from './page-lifecycle.ts';
import { loadPrompts, type PromptLoaders } from './prompts-loader.ts';
import { type Consent, MAX_ID_CHARS, type MessageContext } from './protocol.ts';
import { quietly } from './quietly.ts';
import { createRecorder } from './recorder.ts';
import { currentSessionId, endSession } from './session.ts';
import { browserStorage, openStorage } from './storage.ts';
import { createTouchpointLog } from './touchpoint-log.ts';
import { getPrompts, postBatch } from './transport.ts';
import { forgetVisitor, identifyVisitor } from './visitor.ts';
import { whenIdle } from './when-idle.ts';

declare const __VERSION__: string;

/** One instance a page, however often and from however many bundles it is started. */
const RUNNING = Symbol.for('handrail');

/**
 * Starts Handrail on this page, or returns what is running already. Wrong options are told on the console;
 * then, and without `promptLoaders` as far as prompts go, nothing happens.
 */
export function start(options: Options, promptLoaders: PromptLoaders | undefined): Handrail {
  const host = window as { [RUNNING]?: Handrail };
  try {
    host[RUNNING] ??= run(readOptions(options), promptLoaders);
    return host[RUNNING];
  } catch (error) {
    console.error('handrail:', error);
    return INERT;
  }
}

/** Puts the parts together. All state that is not a part's own is here: consent, traits, running prompts. */
function run(config: Config, promptLoaders: PromptLoaders | undefined): Handrail {
  const { writeKey, endpoint, dataLayer } = config;
  const storage = openStorage(browserStorage());
  const lifecycle = watchPageLifecycle();
  const touchpoints = createTouchpointLog();
  const { countDrop, addDecision, explanation } = createExplanationLog();
  const newId = createIdSource();

  let consent: Consent = { analytics: 'pending', marketing: 'pending' };
  let traits: Properties = {};
  let stopPrompts: (() => void) | undefined;
  const isGranted = () => consent.analytics === 'granted';

  const context: MessageContext = {
    library: { name: '@handrail/sdk', version: __VERSION__ },
    locale: navigator.language,
  };
  const outbox = createOutbox(openOutboxStore(), countDrop);
  const delivery = createDelivery({
    outbox,
    lifecycle,
    countDrop,
    post: (messages, keepalive) =>
      postBatch(endpoint, toBatchBody(messages, writeKey, context, Date.now()), keepalive),
  });

  const write = createRecorder({ consent: () => consent, storage, outbox, touchpoints, newId, countDrop });
  const record: typeof write = (content) => {
    write(content);
    delivery.wake();
  };
  const recordTouchpoint = (event: string, properties: object) =>
    record({ type: 'track', event, properties: { ...properties } });
  const recordPageView = (properties: Properties = {}) =>
    record({ type: 'page', properties: { ...currentPage(), ...properties } });
  const commerce = createCommerce(storage, recordTouchpoint);

  /** Consent is there, from the start or from now on. What costs time waits for an idle moment. */
  function begin() {
    rememberConsent(consent, storage);
    recordPageView();
    whenIdle(() => {
      if (!isGranted() || stopPrompts) return;
      // The first question about the time zone takes as long as all the rest together.
      context.timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      void outbox.open().then(delivery.wake);
      stopPrompts = startPrompts();
    });
  }

  function startPrompts(): () => void {
    if (!promptLoaders) return () => {};
    return loadPrompts(promptLoaders, () => getPrompts(endpoint, writeKey), {
      storage,
      touchpoints,
      lifecycle,
      record: recordTouchpoint,
      page: currentPage,
      cart: commerce.cart,
      traits: () => traits,
      sessionId: (now) => currentSessionId(storage, newId, now),
      onDecision: addDecision,
    });
  }

  /** Consent is refused or withdrawn: nothing of ours stays. */
  function forget() {
    stopPrompts?.();
    stopPrompts = undefined;
    traits = {};
    countDrop('consent_withdrawn', outbox.clear());
    storage.clear();
  }

  function decideConsent(decision: Partial<Consent>) {
    const before = consent;
    consent = withDecision(before, decision);
    const wasGranted = before.analytics === 'granted';
    if (!isGranted()) {
      if (wasGranted || (consent.analytics === 'denied' && wasGrantedBefore(storage))) forget();
    } else if (!wasGranted) {
      begin();
    } else if (consent.marketing !== before.marketing) {
      rememberConsent(consent, storage);
      // Whoever may no longer be written to must not depend on a further touchpoint to tell.
      recordTouchpoint('consent_updated', {});
    }
  }

  /** Whether it was one of GA4's commerce events, and so is recorded together with the cart. */
  function seeCommerce(name: string, properties: Properties, source: CommerceSource): boolean {
    if (!isGranted() || !isCommerceEvent(name)) return false;
    commerce.see(name, properties, source, Date.now());
    return true;
  }

  function track(name: string, properties: Properties = {}) {
    if (!seeCommerce(name, properties, 'api')) recordTouchpoint(name, properties);
  }

  function identify(userId: string | null, given: Properties = {}) {
    if (isGranted() && userId !== null) {
      if (typeof userId !== 'string' || userId === '' || userId.length > MAX_ID_CHARS) {
        return countDrop('invalid_user_id');
      }
      identifyVisitor(userId, storage, newId, Date.now());
    }
    record({ type: 'identify', traits: given });
    traits = { ...traits, ...given };
  }

  function reset() {
    traits = {};
    forgetVisitor(storage);
    endSession(storage);
    commerce.forget();
  }

  quietly(decideConsent)(initialConsent(config.consent, storage));
  watchRoutes(quietly(recordPageView));
  // As a microtask it runs after the calls that waited in the tag's queue: one of them may be the consent.
  queueMicrotask(
    quietly(() => {
      if (dataLayer)
        watchDataLayer(dataLayer, (name, ecommerce) => seeCommerce(name, ecommerce, 'data_layer'));
    }),
  );

  return {
    track: quietly(track),
    page: quietly(recordPageView),
    identify: quietly(identify),
    consent: quietly(decideConsent),
    cart: quietly((items, { currency } = {}) => {
      if (isGranted() && Array.isArray(items)) commerce.replace(items, currency ?? null, Date.now());
    }),
    reset: quietly(reset),
    flush: delivery.flush,
    explain: () => explanation,
  };
}
