/** Delayed triggers: a file of its own, loaded where one waits. */
import type { MemoryStore } from './memory.ts';
import type { PageScope } from './page-scope.ts';

/** How long a page waits to see whether another one wants the same: storage takes a moment from tab to tab. */
const CLAIM_MS = 200;
/** Overdue for longer, as when the visitor was away, what it was about is past. */
const MAX_OVERDUE_MS = 86_400_000;

/**
 * Fires those that wait, each at its time on whichever page the visitor is then, and once: of several tabs in view the
 * one whose claim is written last has it.
 *
 * @param claim of this page, unlike that of any other
 */
export function watchDelays(
  { after, on }: PageScope,
  memory: MemoryStore,
  claim: string,
  fire: (promptId: string) => void,
): void {
  function look() {
    const { due } = memory.read(Date.now());
    for (const [promptId, { at }] of Object.entries(due)) wait(promptId, at);
  }

  function wait(promptId: string, at: number) {
    const leftMs = at - Date.now();
    if (leftMs > 0) after(leftMs, () => wait(promptId, at));
    // In the background another tab may have it; if none does, it waits for the return.
    else if (!document.hidden) take(promptId);
  }

  function take(promptId: string) {
    memory.change(Date.now(), ({ due }) => {
      if (due[promptId]) due[promptId].claim = claim;
    });
    after(CLAIM_MS, () => {
      const now = Date.now();
      const { due } = memory.read(now);
      const mine = due[promptId];
      if (mine?.claim !== claim) return;
      memory.change(now, (known) => {
        delete known.due[promptId];
      });
      if (now - mine.at < MAX_OVERDUE_MS) fire(promptId);
    });
  }

  look();
  on('return', look);
}
