/** What the host tells about a touchpoint or a person. What JSON cannot write is left out. */
export type Properties = Record<string, unknown>;

/** What a message is about, without whose it is. What the host told with it goes beside it. */
export type Content =
  | { type: 'track'; event: string }
  | { type: 'page' }
  | { type: 'identify' }
  | { type: 'group'; groupId: string }
  | { type: 'alias'; previousId: string };
