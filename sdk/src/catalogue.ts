/**
 * What Handrail records by itself: every touchpoint with its properties, and the version it came with. Used by types
 * and tests only, so it costs a page nothing: the compiler holds the code to it, a test the table in sdk/README.md.
 */
export const CATALOGUE = {
  page_view: { since: '0.1.0', properties: ['url', 'path', 'title', 'referrer', 'search'] },
  engagement: { since: '0.1.0', properties: ['engagedMs', 'scrollPercent'] },
  outbound_click: { since: '0.1.0', properties: ['url', 'domain'] },
  file_download: { since: '0.1.0', properties: ['url', 'fileName', 'extension'] },
  rage_click: { since: '0.1.0', properties: ['target'] },
  dead_click: { since: '0.1.0', properties: ['target'] },
  form_start: { since: '0.1.0', properties: ['formId', 'formName'] },
  form_submit: { since: '0.1.0', properties: ['formId', 'formName', 'fields', 'lastField', 'timeMs'] },
  form_failed: {
    since: '0.1.0',
    properties: ['formId', 'formName', 'fields', 'lastField', 'timeMs', 'invalidFields'],
  },
  form_abandon: { since: '0.1.0', properties: ['formId', 'formName', 'fields', 'lastField', 'timeMs'] },
  interaction_failed: { since: '0.1.0', properties: ['kind', 'target', 'status', 'url', 'message'] },
  web_vital: { since: '0.1.0', properties: ['metric', 'value', 'rating'] },
  view_item: { since: '0.1.0', properties: ['items', 'value', 'currency'] },
  add_to_cart: { since: '0.1.0', properties: ['items', 'value', 'currency', 'cart'] },
  remove_from_cart: { since: '0.1.0', properties: ['items', 'value', 'currency', 'cart'] },
  view_cart: { since: '0.1.0', properties: ['items', 'value', 'currency', 'cart'] },
  begin_checkout: { since: '0.1.0', properties: ['items', 'value', 'currency', 'cart'] },
  purchase: { since: '0.1.0', properties: ['items', 'value', 'currency', 'transaction_id', 'cart'] },
  task_started: { since: '0.1.0', properties: ['task'] },
  task_done: { since: '0.1.0', properties: ['task', 'durationMs'] },
  task_failed: { since: '0.1.0', properties: ['task', 'reason', 'durationMs'] },
  task_abandoned: { since: '0.1.0', properties: ['task', 'durationMs'] },
  prompt_shown: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId'] },
  prompt_answered: {
    since: '0.1.0',
    properties: ['promptId', 'promptType', 'impressionId', 'questionId', 'questionType', 'question', 'value'],
  },
  prompt_completed: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId'] },
  prompt_dismissed: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId'] },
  prompt_acted: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId'] },
  prompt_held_out: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId'] },
  generate_lead: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId', 'marketing'] },
  cart_saved: { since: '0.1.0', properties: ['promptId', 'promptType', 'impressionId', 'marketing'] },
  consent_updated: { since: '0.1.0', properties: [] },
} as const;

export type CapturedName = keyof typeof CATALOGUE;
/** Those of the catalogue and no others. */
export type CapturedProperties<Name extends CapturedName> = {
  [property in (typeof CATALOGUE)[Name]['properties'][number]]?: unknown;
};
