/** What both scrubbers, the SDK's and the collector's, must mask (Q54), and what they must leave alone. */

export const MASKED: [what: string, text: string, scrubbed: string][] = [
  ['an e-mail address', 'mail ada@example.com now', 'mail *** now'],
  ['one in a path', 'https://shop.test/u/ada@example.com/orders', 'https://shop.test/u/***/orders'],
  ['one in a query, encoded', '/?q=ada%40example.com&page=2', '/?q=***&page=2'],
  ['one with a plus and a sub-domain', 'ada+shop@mail.example.co.uk', '***'],
  ['one in brackets, with its punctuation', 'Ada <ada@example.com>, Bob', 'Ada <***>, Bob'],
  ['a JSON Web Token', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'Bearer ***'],
  ['a token', '/reset?token=abc', '/reset?token=***'],
  ['a token in the fragment', '/cb#access_token=abc&state=on', '/cb#access_token=***&state=on'],
  ['a password', '/?user=ada&password=x&lang=en', '/?user=ada&password=***&lang=en'],
  ['a long code', '/cb?code=4fA0AX4XfWhVq9k2', '/cb?code=***'],
  ['a session id', '/?PHPSESSID=1&session_id=0123456789abcdef', '/?PHPSESSID=1&session_id=***'],
  ['a card number', 'paid with 4111 1111 1111 1111.', 'paid with ***.'],
  ['one without blanks', 'card=5500005555555559', 'card=***'],
  ['one with dashes', '/?x=3782-822463-10005', '/?x=***'],
  ['click ids', '/?gclid=Cj0K&utm_source=news&fbclid=IwAR', '/?gclid=***&utm_source=news&fbclid=***'],
  ['a click id of a page within a page', '/?next=/a?msclkid=1', '/?next=/a?msclkid=***'],
];

export const LEFT_ALONE: [what: string, text: string][] = [
  ['words', 'Extra virgin olive oil, 500 ml'],
  ['an address without private parts', 'https://shop.test/products?sort=price&page=2#reviews'],
  ['UTM parameters', '/?utm_source=news&utm_medium=email&utm_campaign=spring'],
  ['a voucher', '/?code=SPRING'],
  ['an author', '/?author=ada'],
  ['a phone number', '+44 20 7946 0958'],
  ['a time in milliseconds', '1732200000000'],
  ['an article number', '4006381333931'],
  ['sixteen digits that are no card', 'order 4111 1111 1111 1112'],
  ['a UUID', '0190a8b2-1234-7123-8123-123456789012'],
  ['a package and its version', 'https://unpkg.test/react@18.2.0'],
  ['a handle', '@ada'],
];

/** Long enough that anything worse than linear is felt. */
export const HOSTILE: [what: string, text: string][] = [
  ['at signs', '@'.repeat(100_000)],
  ['words before an at sign', `${'a'.repeat(100_000)}@`],
  ['encoded at signs', '%40'.repeat(50_000)],
  ['an address without an end', `ada@${'a.'.repeat(50_000)}`],
  ['beginnings of tokens', 'eyJ'.repeat(50_000)],
  ['parameters without a value', '?a'.repeat(50_000)],
  ['one endless parameter', `?${'a'.repeat(100_000)}`],
  ['digits', '4'.repeat(100_000)],
  ['digits and blanks', '4 '.repeat(50_000)],
];
