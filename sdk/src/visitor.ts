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
 * Names the person. A second person on the same browser becomes a new visitor, so that two customers who share
 * a computer never merge into one lead.
 */
export function identifyVisitor(userId: string, storage: KeyValueStorage, newId: NewId, now: number): void {
  const { anonymousId, userId: before } = currentVisitor(storage, newId, now);
  const samePerson = before === undefined || before === userId;
  save({ anonymousId: samePerson ? anonymousId : newId(now), userId }, storage);
}

/** Renames the person, who stays the same visitor. Returns the name until now. */
export function renameVisitor(userId: string, storage: KeyValueStorage, newId: NewId, now: number): string {
  const { anonymousId, userId: before = anonymousId } = currentVisitor(storage, newId, now);
  save({ anonymousId, userId }, storage);
  return before;
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
