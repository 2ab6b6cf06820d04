import type { NewId } from './ids.ts';
import type { KeyValueStorage } from './storage.ts';

const KEY = 'visitor';

export interface Visitor {
  anonymousId: string;
  /** Once identified. */
  userId?: string;
}

/** The visitor this browser is, created on first use. */
export function currentVisitor(storage: KeyValueStorage, newId: NewId, now: number): Visitor {
  return storage.get<Visitor>(KEY) ?? save({ anonymousId: newId(now) }, storage);
}

/**
 * Names the person. Another name than before is another person, who becomes a new visitor, so that two customers who
 * share a computer never merge into one lead; unless the same person is renamed.
 *
 * @returns the name until now
 */
export function nameVisitor(
  userId: string,
  isRenaming: boolean,
  storage: KeyValueStorage,
  newId: NewId,
  now: number,
): string {
  const { anonymousId, userId: before } = currentVisitor(storage, newId, now);
  const isSamePerson = isRenaming || before === undefined || before === userId;
  save({ anonymousId: isSamePerson ? anonymousId : newId(now), userId }, storage);
  return before ?? anonymousId;
}

/** Takes over the visitor that another of the site's domains has handed over, unless this browser has one here. */
export function adoptVisitor(anonymousId: string, storage: KeyValueStorage): void {
  if (!storage.get(KEY)) save({ anonymousId }, storage);
}

export function forgetVisitor(storage: KeyValueStorage): void {
  storage.remove(KEY);
}

function save(visitor: Visitor, storage: KeyValueStorage): Visitor {
  storage.set(KEY, visitor);
  return visitor;
}
