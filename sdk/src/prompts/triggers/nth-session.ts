import type { MemoryStore } from '../memory.ts';
import type { PageScope } from '../page-scope.ts';

/** As the page is opened in this session of the person's; which one it is, the collector tells with its first answer. */
export function watchNthSession(
  nth: number,
  fire: () => void,
  { leadListeners }: PageScope,
  memory: MemoryStore,
): void {
  function look() {
    const { lead, leadSessionId, session } = memory.read(Date.now());
    if (leadSessionId !== session.id) leadListeners.push(look);
    else if (lead?.sessionCount === nth) fire();
  }
  look();
}
