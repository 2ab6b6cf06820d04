/** Bounds of a site file that more than its schema must know. */

/** A lead remembers no more contacts than this. */
export const MAX_CONTACTS_PER_WEEK = 50;
/** Characters in the id of a prompt; see schema/basics.ts. */
export const MAX_PROMPT_ID_CHARS = 64;
/** More would make the lead's memory of a windowed condition, or of a limited rule, grow with it. */
export const MAX_COUNT = 100;
