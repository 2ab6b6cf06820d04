/** Messages about people, for the tests of who is who. */
let nextId = 0;

export const message = (anonymousId: string | null, fields: object) => ({
  messageId: `m-${nextId++}`,
  anonymousId,
  ...fields,
});
export const pricing = (visitor: string) =>
  message(visitor, { type: 'page', properties: { path: '/pricing' } });
export const identify = (visitor: string | null, userId: string | undefined, traits: object = {}) =>
  message(visitor, { type: 'identify', ...(userId && { userId }), traits });
/** As a telephone system or a mail tool tells, which know an address and nothing else. */
export const heardOf = (event: string, traits: { email?: string; phone?: string }, fields: object = {}) =>
  message(null, { type: 'track', event, context: { traits }, ...fields });
