import type { MemoryStore } from '../memory.ts';
import type { PageScope } from '../page-scope.ts';
import { hasHappened, isMatch, type TouchpointTest } from '../touchpoint-tests.ts';

/** With each such touchpoint, once there were enough of them: in the time it names, else in the session. */
export function watchTouchpoint(
  test: TouchpointTest,
  fire: (at: number) => void,
  { touchpointListeners }: PageScope,
  memory: MemoryStore,
): void {
  touchpointListeners.push((touchpoint) => {
    const { at } = touchpoint;
    if (!isMatch(touchpoint, test)) return;
    const known = memory.read(at);
    if (hasHappened(test, known, known.session.startedAt, at)) fire(at);
  });
}
