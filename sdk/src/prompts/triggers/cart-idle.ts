import type { Cart } from '../../protocol.ts';
import type { MemoryStore } from '../memory.ts';
import type { PageScope } from '../page-scope.ts';

/**
 * Once on each page or route where there is something in the cart that has not changed for this long, over pages and
 * tabs. One from before prompts were watched has not since the session began.
 */
export function watchCartIdle(
  idleMs: number,
  fire: () => void,
  { after, touchpointListeners }: PageScope,
  memory: MemoryStore,
  cart: () => Cart | null,
): void {
  let isWatching = false;

  function look() {
    isWatching = cart() !== null;
    if (!isWatching) return;
    const now = Date.now();
    const { cartChangedAt, session } = memory.read(now);
    const leftMs = (cartChangedAt ?? session.startedAt) + idleMs - now;
    if (leftMs > 0) after(leftMs, look);
    else fire();
  }

  look();
  // Whatever it is, it may have filled the cart.
  touchpointListeners.push(() => {
    if (!isWatching) look();
  });
}
