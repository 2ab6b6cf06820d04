/** Bounds of a site file that more than its schema must know. */

/** A lead remembers no more contacts than this. */
export const MAX_CONTACTS_PER_WEEK = 50;
/** Characters in the id of a prompt; see schema/basics.ts. */
export const MAX_PROMPT_ID_CHARS = 64;
