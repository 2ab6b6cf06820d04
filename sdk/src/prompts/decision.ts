/** What is decided where the trigger of a prompt has fired: a file of its own, for many pages are left before. */
import type { Prompt, PromptReason } from '../protocol.ts';
import type { PromptCapabilities } from './capabilities.ts';
import { createDecider } from './decider.ts';
import type { MemoryStore } from './memory.ts';
import type { PageScope } from './page-scope.ts';
import { ownRecord, recordOf } from './records.ts';

export interface DecisionParts extends PromptCapabilities {
  memory: MemoryStore;
  /** It is decided: counted, and kept for whoever asks. */
  settle(prompt: Prompt, reason: PromptReason): void;
}

export interface Decision {
  /**
   * Shows the prompt, if nothing speaks against it.
   *
   * @param isLasting whether it may also come a little later, where that is all that speaks against it
   * @param scope the page that its trigger has fired on
   */
  consider(prompt: Prompt, isLasting: boolean, scope: PageScope): void;
  /** Also takes away a prompt that is being shown. */
  stop(): void;
}

/** What speaks against it for a moment only: … */
const PASSING: readonly PromptReason[] = ['hidden', 'typing', 'open_dialog'];
/** … it is looked at again so often, … */
const LOOK_AGAIN_MS = 1_000;
/** … and this many times while the page is in view: later, the prompt would be about something long past. */
const MAX_LOOKS = 60;

/** One prompt at a time, from among those whose moment is there. */
export function createDecision(parts: DecisionParts): Decision {
  const { load, newId, record, memory, settle } = parts;
  const { decide, holds } = createDecider(parts);
  /** From the decision to show it until it has ended. */
  let current: Prompt | undefined;
  let unmount: (() => void) | undefined;
  let isStopped = false;

  /** @param before what was decided last, where the prompt's moment has not come again since */
  function consider(prompt: Prompt, isLasting: boolean, scope: PageScope, before?: PromptReason, looks = 0) {
    if (isStopped || scope.signal.aborted || current === prompt) return;
    const { reason, isUpToLead } = decide(prompt, current !== undefined);
    if (reason === 'shown') return void bringUp(prompt, isLasting, scope);
    if (reason !== before) conclude(prompt, reason);
    if (isLasting) lookAgain(prompt, reason, isUpToLead, scope, looks);
  }

  function lookAgain(
    prompt: Prompt,
    reason: PromptReason,
    isUpToLead: boolean,
    scope: PageScope,
    looks: number,
  ) {
    const { waiting, after, leadListeners } = scope;
    const isPassing = PASSING.includes(reason) && looks < MAX_LOOKS;
    if (!(isPassing || isUpToLead) || waiting.has(prompt)) return;
    waiting.add(prompt);
    const look = () => {
      waiting.delete(prompt);
      consider(prompt, true, scope, reason, document.hidden ? looks : looks + 1);
    };
    if (isPassing) after(LOOK_AGAIN_MS, look);
    else leadListeners.push(look);
  }

  async function bringUp(prompt: Prompt, isLasting: boolean, scope: PageScope) {
    current = prompt;
    /** The files took a moment: meanwhile consent was withdrawn, or the page left. */
    const isOver = () => isStopped || scope.signal.aborted;
    let reason: PromptReason | undefined = 'unavailable';
    try {
      // Both at once, without `Promise.all`, which may be the page's.
      const loadingWidgets = load('widgets');
      loadingWidgets.catch(() => {});
      const { show } = await load('show');
      reason = await show(prompt, {
        ...parts,
        widgets: await loadingWidgets,
        holds,
        decide: () => (isOver() ? undefined : decide(prompt, false).reason),
        note(edit) {
          const now = Date.now();
          memory.change(now, (known) => edit(ownRecord(known, prompt.id), known, now));
        },
        onShown(takeOff) {
          unmount = takeOff;
        },
        onOver() {
          current = undefined;
        },
      });
    } catch {
      // The code is blocked or gone. The page does without.
    }
    if (reason !== 'shown') current = undefined;
    if (!reason || isStopped) return;
    conclude(prompt, reason);
    if (isLasting) lookAgain(prompt, reason, false, scope, 0);
  }

  function conclude(prompt: Prompt, reason: PromptReason) {
    settle(prompt, reason);
    const now = Date.now();
    if (reason !== 'holdout' || recordOf(memory.read(now), prompt.id).arm === 'holdout') return;
    // Once for each person: from then on, what they do is compared with what the others do.
    memory.change(now, (known) => {
      ownRecord(known, prompt.id).arm = 'holdout';
    });
    record('prompt_held_out', { promptId: prompt.id, promptType: prompt.type, impressionId: newId(now) });
  }

  return {
    consider,
    stop() {
      isStopped = true;
      unmount?.();
    },
  };
}
