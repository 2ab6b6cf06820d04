/**
 * The wire contract between the browser SDK, the prompt widgets and the collector: plain types and
 * constants, importing nothing.
 *
 * Messages follow Segment's spec (https://segment.com/docs/connections/spec/), so that any Segment
 * client can feed the collector and this SDK is one more of them.
 */

/** UTF-8 bytes of one message's JSON; a larger one is rejected by itself. */
export const MAX_MESSAGE_BYTES = 32 * 1024;
/** UTF-8 bytes of a request body; a larger one is refused whole with 413. */
export const MAX_BATCH_BYTES = 500 * 1024;
/** Messages in one batch; more are refused whole with 413. */
export const MAX_BATCH_MESSAGES = 2_500;
/** Levels of nesting in one message, the message itself being the first. */
export const MAX_MESSAGE_DEPTH = 10;
export const MAX_MESSAGE_ID_CHARS = 100;
/** Characters in `anonymousId`, `userId`, `previousId`, `groupId`. */
export const MAX_ID_CHARS = 256;
/** Characters in the name of a touchpoint. */
export const MAX_NAME_CHARS = 128;

/** A session ends after this long without a touchpoint … */
export const SESSION_GAP_MS = 30 * 60_000;
/** … and after this long in any case. */
export const SESSION_MAX_MS = 24 * 3_600_000;

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** `pending` means: not asked yet. Only `granted` lets anything be collected or sent. */
export type ConsentState = 'granted' | 'denied' | 'pending';
/** `analytics` gates collecting; `marketing` gates follow-up messages to the person. */
export type ConsentPurpose = 'analytics' | 'marketing';
export type Consent = Record<ConsentPurpose, ConsentState>;

export interface PageContext {
  url?: string | undefined;
  path?: string | undefined;
  title?: string | undefined;
  referrer?: string | undefined;
  search?: string | undefined;
}

/** UTM parameters, without their prefix; `utm_campaign` is `name`, as Segment has it. */
export interface Campaign {
  name?: string | undefined;
  source?: string | undefined;
  medium?: string | undefined;
  term?: string | undefined;
  content?: string | undefined;
}

/** A batch may carry one for all its messages; a message's own fields win, field by field. */
export interface MessageContext {
  page?: PageContext | undefined;
  campaign?: Campaign | undefined;
  /** Handrail's addition: the SDK's session. Without it the collector cuts sessions by time. */
  sessionId?: string | undefined;
  /** Segment's consent field: `true` granted, `false` denied, absent pending. */
  consent?: { categoryPreferences?: { [purpose: string]: boolean } | undefined } | undefined;
  /** Handrail's addition: names of the ad platforms' parameters (`gclid`) that the page was opened with; never their values. */
  clickIds?: string[] | undefined;
  /** Handrail's addition: the visitor has refused; the message has no id, is counted and belongs to no lead. */
  cookieless?: boolean | undefined;
  locale?: string | undefined;
  timezone?: string | undefined;
  userAgent?: string | undefined;
  library?: { name?: string | undefined; version?: string | undefined } | undefined;
}

interface MessageBase {
  /** Deduplicates. The SDK sends a UUIDv7. The collector makes one up where a client sends none. */
  messageId?: string | undefined;
  anonymousId?: string | null | undefined;
  userId?: string | null | undefined;
  /** ISO 8601: when it happened, by the client's clock. [timestamp=when it was received] */
  timestamp?: string | undefined;
  originalTimestamp?: string | undefined;
  context?: MessageContext | undefined;
}

export interface TrackMessage extends MessageBase {
  type: 'track';
  event: string;
  properties?: JsonObject | undefined;
}
export interface PageMessage extends MessageBase {
  type: 'page' | 'screen';
  name?: string | undefined;
  category?: string | undefined;
  properties?: JsonObject | undefined;
}
export interface IdentifyMessage extends MessageBase {
  type: 'identify';
  traits?: JsonObject | undefined;
}
export interface GroupMessage extends MessageBase {
  type: 'group';
  groupId: string;
  traits?: JsonObject | undefined;
}
export interface AliasMessage extends MessageBase {
  type: 'alias';
  previousId: string;
}

export type Message = TrackMessage | PageMessage | IdentifyMessage | GroupMessage | AliasMessage;

/** `POST /v1/batch` */
export interface Batch {
  batch: Message[];
  /** ISO 8601, the client's clock when the request left: corrects every `timestamp` in it. */
  sentAt?: string | undefined;
  writeKey?: string | undefined;
  context?: MessageContext | undefined;
  /** Handrail's addition: what the SDK could not keep or deliver since the batch before. */
  drops?: Drops | undefined;
}

/** Why a touchpoint, or a part of it, was not kept or not delivered. The list is closed. */
export const DROP_REASONS = [
  /** Consent was pending or denied when it happened. */
  'no_consent',
  /** Consent was withdrawn before it was delivered. */
  'consent_withdrawn',
  /** The name is not a text of 1 to 128 characters. */
  'invalid_name',
  /** The user's id is not a text of 1 to 256 characters. */
  'invalid_user_id',
  /** One of its properties cannot be written as JSON; the touchpoint went without it. */
  'property_not_serializable',
  /** One of its properties did not fit; the touchpoint went without it. */
  'property_too_large',
  /** Its properties cannot be written as JSON. */
  'not_serializable',
  /** Larger than the wire allows (32 KB). */
  'too_large',
  /** The outbox was full; the oldest went. */
  'outbox_full',
  /** The collector refused the request for good (4xx). */
  'refused',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];
/** How many, by reason. */
export type Drops = { [reason in DropReason]?: number };

export interface RejectedMessage {
  /** Position in the batch. */
  index: number;
  messageId: string | null;
  code: string;
  /** Names the field and what was expected. */
  message: string;
}

/** The answer to a batch, sent only after everything accepted is fsynced. */
export interface BatchResult {
  success: true;
  accepted: number;
  duplicates: number;
  rejected: RejectedMessage[];
}

/** The cart the SDK keeps, and sends as `cart` in a commerce touchpoint's properties. */
export interface Cart {
  items: CartItem[];
  /** Sum of price × quantity, in `currency`. */
  value: number;
  /** ISO 4217, or null where the shop never said. */
  currency: string | null;
  /** When it stopped being empty, ISO 8601. */
  since?: string | undefined;
}

/** GA4's item, of which these fields are used. Names are GA4's. */
export interface CartItem {
  item_id: string;
  item_name?: string | undefined;
  /** Unit price. [price=0] */
  price?: number | undefined;
  /** [quantity=1] */
  quantity?: number | undefined;
  image_url?: string | undefined;
}

export type PromptType = 'survey' | 'exit_poll' | 'cart_nudge';

interface QuestionBase {
  /** Unique in its prompt. */
  id: string;
  text: string;
}
/** 0 to 10; "How likely are you to recommend us?" */
export interface NpsQuestion extends QuestionBase {
  type: 'nps';
  /** Words at the two ends. [lowLabel="Not likely"] [highLabel="Very likely"] */
  lowLabel?: string | undefined;
  highLabel?: string | undefined;
}
export interface ChoiceQuestion extends QuestionBase {
  type: 'choice';
  options: string[];
  /** Adds "Other" with a text field. [other=false] */
  other?: boolean | undefined;
}
export interface TextQuestion extends QuestionBase {
  type: 'text';
  placeholder?: string | undefined;
}
export type Question = NpsQuestion | ChoiceQuestion | TextQuestion;

/** What the visitor replied: a score, or a text (for a choice, the option's text). */
export type AnswerValue = number | string;

/** When a prompt may come up. `any`: the first of several. */
export type Trigger =
  | { exitIntent: true }
  /** No input for this long. */
  | { idle: DurationText }
  /** This long on the page. */
  | { dwell: DurationText }
  /** As this touchpoint is recorded. */
  | { touchpoint: string }
  | { any: Trigger[] };

interface PromptBase {
  id: string;
  on: Trigger;
  /** Must hold at that moment. [if=always] */
  if?: Condition | undefined;
}
export interface QuestionPrompt extends PromptBase {
  type: 'survey' | 'exit_poll';
  /** Asked one at a time, in this order. */
  questions: Question[];
  /** [thanks="Thank you!"] */
  thanks?: string | undefined;
}
export interface CartNudgePrompt extends PromptBase {
  type: 'cart_nudge';
  title: string;
  text?: string | undefined;
  action: { label: string; href: string };
}
export type Prompt = QuestionPrompt | CartNudgePrompt;

/** `GET /v1/sites/{writeKey}/prompts` */
export interface PromptsDocument {
  /** In order of priority: the first eligible one is shown. */
  prompts: Prompt[];
  contactBudget: PromptBudget;
}
export interface PromptBudget {
  /** [perSession=1] */
  perSession: number;
  /** Between any two prompts for one visitor. [cooldown="7d"] */
  cooldown: DurationText;
}

/** Properties of `prompt_shown`, `prompt_answered` and `prompt_dismissed`. */
export interface PromptProperties {
  promptId: string;
  promptType: PromptType;
  /** `prompt_answered` only: one touchpoint for each answer. */
  questionId?: string | undefined;
  questionType?: Question['type'] | undefined;
  value?: AnswerValue | undefined;
}

/** `"90s"`, `"30m"`, `"1h"`, `"7d"`, `"2w"`: a whole or decimal number and a unit. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`;

type Scalar = string | number | boolean;

/** Every bound given must hold. Bounds compare numbers only; `in` and a bare value compare as below. */
export interface Comparison {
  gte?: number | undefined;
  gt?: number | undefined;
  lte?: number | undefined;
  lt?: number | undefined;
  in?: Scalar[] | undefined;
  /** `false`: holds where there is no such value. */
  exists?: boolean | undefined;
}
/** A bare text is a glob (`*` is any run of characters), matched without regard to case; a bare number or boolean must be equal. */
export type ValueTest = Scalar | Comparison;
/** Keys are paths with dots (`"company.size"`). */
export type ValueTests = { [path: string]: ValueTest };

/** Holds once enough touchpoints of this name (and these properties) have happened. */
export interface TouchpointCondition {
  touchpoint: string;
  /** Tests on the touchpoint's fields: `path`, `url`, `title`, `channel`, else a property. */
  where?: ValueTests | undefined;
  /** How many. [count={gte: 1}] */
  count?: { gte: number } | undefined;
  /** Only those in this last stretch of time count. [within=ever] */
  within?: DurationText | undefined;
}
export interface AnswerCondition {
  answer: { prompt: string; question?: string | undefined; equals?: string | undefined } & Pick<
    Comparison,
    'gte' | 'gt' | 'lte' | 'lt'
  >;
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | TouchpointCondition
  | AnswerCondition
  | { trait: ValueTests }
  | { page: ValueTests }
  | { cart: ValueTests }
  | { stage: string }
  | { temperature: 'cold' | 'warm' | 'hot' };
