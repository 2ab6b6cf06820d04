/** Which column of a CSV file means what: by its name, and by what the user says. Pure. */
import { closest, distance } from 'fastest-levenshtein';
import { StartError } from '../start-error.ts';

export type ImportKind = 'leads' | 'touchpoints';

/** What a column may mean, besides a trait (of a lead) or a property (of a touchpoint) of its own. */
export type Field =
  | 'userId'
  | 'anonymousId'
  | 'email'
  | 'phone'
  | 'timestamp'
  | 'touchpoint'
  | 'messageId'
  | 'consent.marketing'
  | 'consent.analytics';

export type Target =
  | { field: Field }
  /** A trait or a property, by the kind of file. */
  | { extra: string }
  /** Left out. */
  | null;

export interface Column {
  name: string;
  target: Target;
}

/** Spellings by which a column is known, without case, blanks and punctuation. */
const SPELLINGS: Record<Field, string> = {
  userId: 'userid user',
  anonymousId: 'anonymousid visitorid',
  email: 'email emailaddress mail mailaddress',
  phone: 'phone phonenumber telephone tel mobile mobilephone cell cellphone',
  timestamp: 'timestamp time datetime date occurredat happenedat when updatedat lastmodified modifiedat',
  touchpoint: 'touchpoint event eventname activity',
  messageId: 'messageid',
  'consent.marketing': 'consentmarketing marketingconsent optin emailoptin newsletter',
  'consent.analytics': 'consentanalytics analyticsconsent',
};
/** Traits that mean something here, or that Segment has a name for. */
const TRAIT_SPELLINGS: Record<string, string> = {
  name: 'name fullname contactname',
  firstName: 'firstname givenname forename',
  lastName: 'lastname surname familyname',
  company: 'company companyname organisation organization',
};
const FIELDS = Object.keys(SPELLINGS) as Field[];
/** Of the file of rows that were refused: mended, it can be imported as it is. */
const ERROR_COLUMNS = ['import_row', 'import_error'];

/** A shorter name is near to too many. */
const MIN_CHARS_OF_SLIP = 5;

/**
 * @param header the names of the columns, as they stand in the file
 * @param given what the user says of columns: a field, `traits.…`, `properties.…`, or nothing to leave one out
 * @throws StartError that names the column, and the nearest right word
 */
export function mapColumns(
  kind: ImportKind,
  header: readonly string[],
  given: ReadonlyMap<string, string>,
): Column[] {
  for (const name of given.keys()) {
    if (!header.includes(name)) throw new StartError(`--map: no column "${name}"${nearest(name, header)}`);
  }
  const columns = header.map((name) => {
    const said = given.get(name);
    return { name, target: said === undefined ? guess(kind, name) : targetOf(kind, said) };
  });
  refuseTwice(columns);
  return columns;
}

/** Touchpoints have a column that says what happened. */
export function kindOf(header: readonly string[]): ImportKind {
  const isTouchpoint = (name: string) => SPELLINGS.touchpoint.split(' ').includes(plain(name));
  return header.some(isTouchpoint) ? 'touchpoints' : 'leads';
}

/** As the mapping is shown, and as it can be said. */
export function targetText(kind: ImportKind, target: Target): string {
  if (!target) return '(left out)';
  return 'field' in target ? target.field : `${extrasOf(kind)}.${target.extra}`;
}

const extrasOf = (kind: ImportKind) => (kind === 'leads' ? 'traits' : 'properties');

function guess(kind: ImportKind, name: string): Target {
  if (ERROR_COLUMNS.includes(name)) return null;
  const key = plain(name);
  const known = new Map<string, Target>();
  for (const field of FIELDS) {
    if (field === 'touchpoint' && kind === 'leads') continue;
    for (const spelling of SPELLINGS[field].split(' ')) known.set(spelling, { field });
  }
  if (kind === 'leads') {
    for (const [trait, spellings] of Object.entries(TRAIT_SPELLINGS)) {
      for (const spelling of spellings.split(' ')) known.set(spelling, { extra: trait });
    }
  }
  const found = known.get(key);
  if (found) return found;
  const near = closest(key, [...known.keys()]);
  if (isSlip(key, near)) {
    const meant = targetText(kind, known.get(near) ?? null);
    const own = targetText(kind, { extra: ownName(name) });
    throw new StartError(
      `column "${name}": did you mean ${meant}? Say --map "${name}=${meant}", or --map "${name}=${own}" to keep it as it is`,
    );
  }
  return { extra: ownName(name) };
}

function targetOf(kind: ImportKind, said: string): Target {
  if (said === '') return null;
  const field = FIELDS.find((each) => each === said);
  if (field && !(field === 'touchpoint' && kind === 'leads')) return { field };
  const prefix = `${extrasOf(kind)}.`;
  if (said.startsWith(prefix) && said.length > prefix.length) return { extra: said.slice(prefix.length) };
  throw new StartError(`--map: no field "${said}"${nearest(said, [...FIELDS, `${prefix}…`])}`);
}

function refuseTwice(columns: readonly Column[]): void {
  const first = new Map<string, string>();
  for (const { name, target } of columns) {
    if (!target) continue;
    const key = 'field' in target ? target.field : `.${target.extra}`;
    const earlier = first.get(key);
    if (earlier !== undefined) {
      const meaning = 'field' in target ? target.field : target.extra;
      throw new StartError(
        `columns "${earlier}" and "${name}" both mean ${meaning}: leave one out with --map "${name}="`,
      );
    }
    first.set(key, name);
  }
}

/** `Lead source` becomes `leadSource`; what already looks like a name of ours is left alone. */
function ownName(name: string): string {
  if (/^\p{Ll}[\p{L}\p{N}_.]*$/u.test(name)) return name;
  const [first = '', ...rest] = name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return first.toLowerCase() + rest.map((word) => capital(word.toLowerCase())).join('');
}

/** One letter more, less or another, or two that have changed places: rather a slip than a name of its own. */
function isSlip(key: string, known: string): boolean {
  if (key.length < MIN_CHARS_OF_SLIP) return false;
  const letters = (word: string) => [...word].sort().join('');
  const slips = distance(key, known);
  return slips === 1 || (slips === 2 && letters(key) === letters(known));
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function nearest(wrong: string, known: readonly string[]): string {
  const slips = (word: string) => distance(wrong.toLowerCase(), word.toLowerCase());
  const [candidate = ''] = [...known].sort((one, other) => slips(one) - slips(other));
  const isNear = slips(candidate) <= Math.max(2, wrong.length / 3);
  return isNear ? `: did you mean "${candidate}"?` : `; there are: ${known.join(', ')}`;
}
