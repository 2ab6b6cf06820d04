/**
 * Who a message is about. Pure: the store looks up what is known of the ids in it and carries out the verdict.
 *
 * An anonymous visitor becomes, or joins, the person it identifies as, with its history. Two identified people are
 * never merged by accident: a second user on the same browser starts a new visitor.
 */
import type { Sender, Touchpoint } from './touchpoint.ts';

export interface KnownLead {
  id: number;
  userId: string | null;
  email: string | null;
}

/** What the store knows of the ids in a message. */
export interface Known {
  /** The lead of the browser that sent it. */
  visitor: KnownLead | null;
  user: KnownLead | null;
  email: KnownLead | null;
  /** `alias`: of the previous id. */
  previous: KnownLead | null;
}

export type Verdict =
  /** The lead it is about; `null` is a new one. `newVisitor`: the browser has changed hands. */
  | { lead: KnownLead | null; newVisitor: boolean; merge: null }
  /** `merge.from` turns out to be the same person as `lead`. */
  | { lead: KnownLead; newVisitor: false; merge: { from: KnownLead; reason: MergeReason } };

export type MergeReason = 'identified' | 'same_email' | 'alias';

export function identify(
  sender: Sender,
  type: Touchpoint['type'],
  trust: Touchpoint['trust'],
  known: Known,
): Verdict {
  if (type === 'alias') return resolveAlias(trust, known);
  const { visitor } = known;
  const person = claimed(sender, known);
  if (!person) {
    const changesHands =
      visitor?.userId != null && sender.userId !== null && visitor.userId !== sender.userId;
    return changesHands ? { lead: null, newVisitor: true, merge: null } : use(visitor);
  }
  if (!visitor || visitor.id === person.id) return use(person);
  if (!isSamePerson(visitor, person)) return { lead: person, newVisitor: true, merge: null };
  const reason = sender.userId !== null && known.user?.id === person.id ? 'identified' : 'same_email';
  return { lead: person, newVisitor: false, merge: { from: visitor, reason } };
}

const use = (lead: KnownLead | null): Verdict => ({ lead, newVisitor: false, merge: null });

/** The known person whom the message names, by user id before e-mail. */
function claimed({ userId, email }: Sender, known: Known): KnownLead | null {
  if (userId === null) return email === null ? null : known.email;
  if (known.user) return known.user;
  return known.email && known.email.userId === null ? known.email : null;
}

/** An anonymous visitor may turn out to be anyone; one with a name only themselves. */
function isSamePerson(visitor: KnownLead, person: KnownLead): boolean {
  if (visitor.userId !== null) return visitor.userId === person.userId;
  return visitor.email === null || person.email === null || visitor.email === person.email;
}

/** A browser may not join two people who both have a name; a server, which knows them, may. */
function resolveAlias(trust: Touchpoint['trust'], { previous, user, visitor }: Known): Verdict {
  if (!previous) return use(user ?? visitor);
  if (!user) return trust === 'server' || previous.userId === null ? use(previous) : use(visitor);
  if (previous.id === user.id) return use(user);
  const mayMerge = trust === 'server' || isSamePerson(previous, user);
  return mayMerge ? { lead: user, newVisitor: false, merge: { from: previous, reason: 'alias' } } : use(user);
}
