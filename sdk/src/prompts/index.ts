/** Watches for the moments of the site's prompts: loaded where it has any. What is decided then is in `decision.ts`. */
import type { LeadFacts, Prompt, PromptReason } from '../protocol.ts';
import { quietly } from '../quietly.ts';
import type { Touchpoint } from '../touchpoint-log.ts';
import type { PromptCapabilities } from './capabilities.ts';
import type { Decision } from './decision.ts';
import { openMemory } from './memory.ts';
import { whyNotHere } from './page-fit.ts';
import { openPageScope, type PageScope } from './page-scope.ts';
import { noteTouchpoint, testsIn } from './touchpoint-tests.ts';
import { watch } from './triggers/index.ts';

export interface Prompts {
  /** The collector has told of the person. */
  learn(lead: LeadFacts): void;
  /** Also takes away a prompt that is being shown. */
  stop(): void;
}

/** Arms the triggers of the site's prompts, for each page and route anew, and has those considered that fire. */
export function startPrompts(capabilities: PromptCapabilities): Prompts {
  const { ledger, touchpoints, lifecycle, newId, page, cart } = capabilities;
  const { prompts } = capabilities.document;
  const memory = openMemory({ ...capabilities, search: () => page().search ?? '' });
  const tests = testsIn(prompts);
  const claim = newId(Date.now());
  /** One that is malformed costs no other. */
  const arm = quietly(watch);
  let scope: PageScope;
  let loading: Promise<Decision> | undefined;
  let decision: Decision | undefined;

  function settle(prompt: Prompt, reason: PromptReason) {
    scope.decided.add(prompt);
    ledger.settle(prompt.id, reason);
  }

  async function load() {
    const { createDecision } = await capabilities.load('decision');
    return createDecision({ ...capabilities, memory, settle });
  }

  /** @param isLasting whether it may also come a little later, where that is all that speaks against it */
  async function consider(prompt: Prompt, isLasting: boolean) {
    const ofPage = scope;
    if (whyNotHere(prompt, page())) return;
    try {
      loading ??= load();
      decision = await loading;
      decision.consider(prompt, isLasting, ofPage);
    } catch {
      loading = undefined;
      settle(prompt, 'unavailable');
    }
  }

  /** The page asks for it, or its time has come. */
  function considerById(id: string) {
    const prompt = prompts.find((each) => each.id === id);
    if (prompt) void consider(prompt, true);
    else console.warn(`handrail: there is no prompt "${id}"`);
  }

  /** A delayed trigger may wait since an earlier page, or be added on this one. */
  async function watchDue() {
    const ofPage = scope;
    if (Object.keys(memory.read(Date.now()).due).length === 0) return;
    const { watchDelays } = await capabilities.load('delays');
    watchDelays(ofPage, memory, claim, considerById);
  }

  /** One that waits already stays as it is. */
  function delay(promptId: string, dueAt: number) {
    const now = Date.now();
    if (memory.read(now).due[promptId]) return;
    memory.change(now, ({ due }) => {
      due[promptId] = { at: dueAt };
    });
    watchDue().catch(() => {});
  }

  function openPage(openedAt: number) {
    scope = openPageScope(page(), Date.now() - openedAt, lifecycle);
    watchDue().catch(() => {});
    // In the order of the document, so that at one and the same moment the first eligible prompt wins.
    for (const prompt of prompts) {
      const reason = whyNotHere(prompt, scope.page, prompt.on);
      ledger.expect(prompt.id, reason ?? 'not_triggered');
      if (reason === 'unknown_type') continue;
      arm(prompt.on, {
        scope,
        memory,
        cart,
        fire: () => void consider(prompt, true),
        fireNowOrNever: () => void consider(prompt, false),
        fireAt: (time) => delay(prompt.id, time),
      });
    }
  }

  function leavePage() {
    for (const prompt of prompts) {
      if (!scope.decided.has(prompt))
        settle(prompt, whyNotHere(prompt, scope.page, prompt.on) ?? 'not_triggered');
    }
  }

  function note(touchpoint: Touchpoint) {
    memory.change(touchpoint.at, (known) => noteTouchpoint(touchpoint, tests, known));
  }

  function tell(touchpoint: Touchpoint) {
    for (const listener of scope.touchpointListeners) listener(touchpoint);
  }

  // What was recorded before this had loaded: on routes that have been left since, it only counts.
  const before = touchpoints.all();
  const latestView = before.map(({ name }) => name).lastIndexOf('page_view');
  before.forEach(note);
  openPage(before[latestView]?.at ?? Date.now());
  before.slice(Math.max(latestView, 0)).forEach(tell);

  const stops = [
    touchpoints.subscribe(
      quietly((touchpoint) => {
        note(touchpoint);
        if (touchpoint.name === 'page_view') {
          leavePage();
          scope.end();
          openPage(touchpoint.at);
        }
        tell(touchpoint);
      }),
    ),
    capabilities.promptCalls.take(considerById),
    lifecycle.on('end', leavePage),
  ];

  return {
    learn(lead) {
      const now = Date.now();
      memory.change(now, (known) => {
        Object.assign(known, { lead, leadAt: now, leadSessionId: known.session.id, answers: {} });
      });
      for (const listener of scope.leadListeners.splice(0)) listener();
    },
    stop() {
      for (const stop of stops) stop();
      scope.end();
      decision?.stop();
    },
  };
}
