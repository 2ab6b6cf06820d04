/**
 * Who a message is about. Pure: the store looks up what is known of the ids in it and carries out the verdict.
 *
 * Who is joined with whom, and on whose word:
 *
 * - A **user id** is the site's own word on who is signed in. It names a person for certain, whoever sends it. Two user
 *   ids are two people: a second one on the same browser starts a new visitor.
 * - An **e-mail address or phone number from a server** (secret key) is as good, as long as it does not join two user ids.
 * - **From a browser** it is a mere claim: anyone can type anyone's address into a form, or post it with the public
 *   write key. A claim joins only what is known by claims alone: an anonymous visitor with a lead that has no user id
 *   and whose address no server has vouched for. Anything else stays apart and becomes a suggestion (duplicates.ts).
 * - What was joined on a claim opens nothing: no browser is told of such a lead, unless it has said the user id.
 */
import type { Sender, Touchpoint, Trust } from './touchpoint.ts';

export interface KnownLead {
  id: number;
  userId: string | null;
  email: string | null;
}

/** The lead that answers to an address, and who vouches for that. */
export interface Holder {
  lead: KnownLead;
  trust: Trust;
}

/** What the store knows of the ids in a message. */
export interface Known {
  /** The lead of the browser that sent it. */
  visitor: KnownLead | null;
  user: KnownLead | null;
  email: Holder | null;
  phone: Holder | null;
  /** `alias`: of the previous id. */
  previous: KnownLead | null;
}

export interface Verdict {
  /** The lead it is about; `null` is a new one. */
  lead: KnownLead | null;
  /** The browser has changed hands: what it did before stays with the lead it has had. */
  newVisitor: boolean;
  /** These turn out to be the same person as `lead`. */
  merges: { from: KnownLead; reason: MergeReason }[];
  /** Somebody joins the lead on the claim of an address. */
  onClaim: boolean;
}

export type MergeReason = 'identified' | 'same_email' | 'same_phone' | 'alias';

export function identify(
  sender: Sender,
  type: Touchpoint['type'],
  trust: Touchpoint['trust'],
  known: Known,
): Verdict {
  if (type === 'alias') return resolveAlias(trust, known);
  const { visitor, user } = known;
  const matches = matchesByAddress(sender, trust, known);
  const [match] = matches;
  const person = user ?? match?.lead ?? null;
  if (!person) return hasChangedHands(sender, known) ? { ...use(null), newVisitor: true } : use(visitor);

  const isStranger = visitor !== null && visitor.id !== person.id && !isSamePerson(visitor, person);
  const joined = matches.filter(({ lead }) => lead.id !== visitor?.id && lead.id !== user?.id);
  const merges: Verdict['merges'] = joined
    .filter(({ lead }) => lead.id !== person.id && !areTwoUsers(lead, person))
    .map(({ lead, reason }) => ({ from: lead, reason }));
  if (visitor && visitor.id !== person.id && !isStranger) {
    merges.unshift({ from: visitor, reason: user || !match ? 'identified' : match.reason });
  }
  return { lead: person, newVisitor: isStranger, merges, onClaim: joined.some(({ onClaim }) => onClaim) };
}

/** Whether a browser may learn what its lead is like (stage, answers, …): see above. */
export function tellsBrowser(lead: { joinedOnClaim: boolean }, visitor: { isNamed: boolean }): boolean {
  return visitor.isNamed || !lead.joinedOnClaim;
}

const use = (lead: KnownLead | null): Verdict => ({ lead, newVisitor: false, merges: [], onClaim: false });

interface Match {
  lead: KnownLead;
  reason: 'same_email' | 'same_phone';
  onClaim: boolean;
}

/** E-mail before phone; and a phone only where no e-mail speaks against it, since a household shares its number. */
function matchesByAddress(sender: Sender, trust: Trust, known: Known): Match[] {
  const { email, phone, visitor, user } = known;
  const matches: Match[] = [];
  if (email && mayJoin(sender, trust, email, known)) matches.push(matchOf(email, 'same_email', trust));
  if (phone && phone.lead.id !== email?.lead.id && mayJoin(sender, trust, phone, known)) {
    const emails = [sender.email, visitor?.email, user?.email, phone.lead.email];
    const isOnePerson = new Set(emails.filter((each) => each != null)).size <= 1;
    if (isOnePerson) matches.push(matchOf(phone, 'same_phone', trust));
  }
  return matches;
}

const matchOf = ({ lead, trust }: Holder, reason: Match['reason'], sayer: Trust): Match => ({
  lead,
  reason,
  onClaim: trust === 'browser' || sayer === 'browser',
});

function mayJoin({ userId }: Sender, trust: Trust, { lead, trust: vouch }: Holder, known: Known): boolean {
  if (lead.id === known.visitor?.id) return true;
  if (trust === 'server' && vouch === 'server') {
    return lead.userId === null || userId === null || lead.userId === userId;
  }
  if (lead.userId !== null) return false;
  return trust === 'server' || (vouch === 'browser' && userId === null && known.visitor?.userId == null);
}

/** Without a lead to join: the visitor has said to be somebody, and the message says to be somebody else. */
function hasChangedHands({ userId, email }: Sender, { visitor, email: holder }: Known): boolean {
  if (!visitor) return false;
  if (visitor.userId !== null && userId !== null) return visitor.userId !== userId;
  const isAnothers = holder !== null && holder.lead.id !== visitor.id;
  return isAnothers && visitor.email !== null && visitor.email !== email;
}

const areTwoUsers = (one: KnownLead, other: KnownLead): boolean =>
  one.userId !== null && other.userId !== null && one.userId !== other.userId;

/** An anonymous visitor may turn out to be anyone; one with a name only themselves. */
function isSamePerson(visitor: KnownLead, person: KnownLead): boolean {
  if (visitor.userId !== null) return visitor.userId === person.userId;
  return visitor.email === null || person.email === null || visitor.email === person.email;
}

/** A browser may not join two people who both have a name; a server, which knows them, may. */
function resolveAlias(trust: Trust, { previous, user, visitor }: Known): Verdict {
  if (!previous) return use(user ?? visitor);
  if (!user) return trust === 'server' || previous.userId === null ? use(previous) : use(visitor);
  if (previous.id === user.id) return use(user);
  const mayMerge = trust === 'server' || isSamePerson(previous, user);
  return mayMerge ? { ...use(user), merges: [{ from: previous, reason: 'alias' }] } : use(user);
}
