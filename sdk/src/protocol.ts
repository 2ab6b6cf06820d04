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

/** By pointer and screen size, not by name: a small touch screen is a `phone`, a large one a `tablet`. */
export type Device = 'phone' | 'tablet' | 'desktop';

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
  /** Segment's device field, of which the class is used. */
  device?: { type?: Device | undefined } | undefined;
  /** Whom it is about, where a server knows nothing better: a call comes from a number, an opened mail from an address. */
  traits?: { email?: string | undefined; phone?: string | undefined } | undefined;
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
  /** Handrail's addition: what was decided about prompts since the batch before. */
  decisions?: PromptDecisionCounts | undefined;
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
  /**
   * What the SDK should know of the person, so that targeting costs no request. Only where the site has prompts and all
   * messages of the batch came from one browser.
   */
  lead?: LeadFacts | undefined;
}

/** What a page may know of its visitor's lead: what prompts are decided by, and nothing that names the person. */
export interface LeadFacts {
  /** ISO 8601, the collector's clock: the times below are to be read by it. */
  now: string;
  stage: string;
  temperature: Temperature;
  flags: string[];
  tags: string[];
  segments: string[];
  /** Of the latest session. */
  source: LeadSource | null;
  sessionCount: number;
  /** The latest answer by `promptId/questionId`. What the person typed is left out. */
  answers: { [question: string]: AnswerValue };
  /** What became of each prompt on any of the person's devices, by its id. */
  prompts: { [promptId: string]: PromptRecord };
  /** When the person was addressed in the last seven days, by a prompt or by a message; ISO 8601, latest first. */
  contacts: string[];
}

/** `channel` is one of GA4's default channel groups, in snake_case. */
export interface LeadSource {
  channel: string;
  source: string | null;
  medium: string | null;
  campaign: string | null;
}

/** What became of one prompt with one person. Times are ISO 8601. */
export interface PromptRecord {
  /** How often it was shown. */
  shown: number;
  lastShownAt: string | null;
  /** The latest answer, or the deed that the prompt asked for. */
  answeredAt: string | null;
  dismissedAt: string | null;
  /** Sticky: who was held out once is held out for good. `null`: never due yet. */
  arm: PromptArm | null;
}
export type PromptArm = 'shown' | 'holdout';

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

export type PromptType = 'survey' | 'exit_poll' | 'cart_nudge' | 'message' | 'lead_form';

interface QuestionBase {
  /** Unique in its prompt. `end` is taken. */
  id: string;
  /** May recall an earlier answer: `{{questionId|what to say without one}}`. */
  text: string;
  /** Lets the visitor go on without an answer. [optional=false, for a text true] */
  optional?: boolean | undefined;
  /** Where to go on: the first that fits. [next=the question after this one] */
  next?: Branch[] | undefined;
}
/** Words at the two ends of a scale. [the language's own for the kind of question] */
interface ScaleLabels {
  lowLabel?: string | undefined;
  highLabel?: string | undefined;
}
/** 0 to 10: "How likely are you to recommend us?" */
export interface NpsQuestion extends QuestionBase, ScaleLabels {
  type: 'nps';
}
/** 1 to 5: "How satisfied are you?" */
export interface CsatQuestion extends QuestionBase, ScaleLabels {
  type: 'csat';
  /** [look="numbers"] */
  look?: 'numbers' | 'stars' | 'faces' | undefined;
}
/** 1 to 7, more being easier: "It was easy to …" (CES 2.0) */
export interface CesQuestion extends QuestionBase, ScaleLabels {
  type: 'ces';
}
/** `up` or `down`. */
export interface ThumbsQuestion extends QuestionBase {
  type: 'thumbs';
}
/** 1 (strongly disagree) to 5 (strongly agree) with the statement that is its text. */
export interface LikertQuestion extends QuestionBase {
  type: 'likert';
}
interface OptionList {
  options: string[];
  /** Adds "Other" with a text field, as the last one. [other=false] */
  other?: boolean | undefined;
  /** Another order for each visitor, so that the first one has no advantage. [randomize=false] */
  randomize?: boolean | undefined;
}
export interface ChoiceQuestion extends QuestionBase, OptionList {
  type: 'choice';
}
export interface MultipleChoiceQuestion extends QuestionBase, OptionList {
  type: 'multiple_choice';
}
export interface TextQuestion extends QuestionBase {
  type: 'text';
  placeholder?: string | undefined;
}
export type Question =
  | NpsQuestion
  | CsatQuestion
  | CesQuestion
  | ThumbsQuestion
  | LikertQuestion
  | ChoiceQuestion
  | MultipleChoiceQuestion
  | TextQuestion;

/** Goes to a later question of the same prompt, or to the `end`. */
export interface Branch {
  /** [if=always] */
  if?: AnswerTest | undefined;
  to: string;
}
/** Bounds compare scores; `option` is an option's text (or `up`, `down`) that is among those chosen. */
export type AnswerTest =
  | { skipped: true }
  | { option: string }
  | Pick<Comparison, 'gte' | 'gt' | 'lte' | 'lt'>;

/** What the visitor replied: a score, a text (for a choice, the option's text), or the texts of all options chosen. */
export type AnswerValue = number | string | string[];

/** When a prompt may come up. `any`: the first of several. */
export type Trigger =
  /** A page view of this path (a glob). */
  | { page: string }
  | {
      /** As this touchpoint is recorded … */
      touchpoint: string;
      where?: ValueTests | undefined;
      /** … so many times … [count={gte: 1}] */
      count?: { gte: number } | undefined;
      /** … in this last stretch of time … [within=the session] */
      within?: DurationText | undefined;
      /** … and after this delay, which survives navigation. [after=0s] */
      after?: DurationText | undefined;
    }
  /** A task of this name (a glob) failed or was done. [name=any] */
  | { task: 'failed' | 'done'; name?: string | undefined }
  /** This long on the page. */
  | { dwell: DurationText }
  /** This much of the page scrolled past, in percent. */
  | { scroll: number }
  /** No input for this long. */
  | { idle: DurationText }
  /** The cart is not empty and has not changed for this long. */
  | { cartIdle: DurationText }
  /** This page view of the session, the first being 1. */
  | { nthPage: number }
  /** This session of the person's, the first being 1. */
  | { nthSession: number }
  /** The visitor starts to leave, and was on the page this long before. [minOnPage="3s"] */
  | { exitIntent: true; minOnPage?: DurationText | undefined }
  /** Only where the page calls `handrail.prompt(id)`, which asks for any prompt. */
  | { code: true }
  | { any: Trigger[] };

interface PromptBase {
  id: string;
  on: Trigger;
  /** Must hold at that moment. [if=always] */
  if?: Condition | undefined;
  /** The purpose that the visitor must have agreed to. [consent="analytics"] */
  consent?: ConsentPurpose | undefined;
  /** Share of the people who are asked at all; sticky. [sample=1] */
  sample?: number | undefined;
  /** Share of those that it is deliberately not shown to, to measure what it brings; sticky. [holdout=0] */
  holdout?: number | undefined;
  /** What it is meant to bring about, for the lift. */
  goal?: PromptGoal | undefined;
  /** So often at most, for one person. [maxShown=3] */
  maxShown?: number | undefined;
  /** Asks those again who have answered, after this long. [askAgain=never] */
  askAgain?: DurationText | undefined;
  /** BCP 47: of the words in it. */
  language?: string | undefined;
}
export interface PromptGoal {
  touchpoint: string;
  where?: ValueTests | undefined;
  /** Counted from when the prompt was shown, or would have been. [within="7d"] */
  within?: DurationText | undefined;
}
export interface QuestionPrompt extends PromptBase {
  type: 'survey' | 'exit_poll';
  /** Asked one at a time, in this order where no branch says otherwise. */
  questions: Question[];
  /** May recall answers, as the questions may. [thanks="Thank you!"] */
  thanks?: string | undefined;
}
export interface PromptAction {
  label: string;
  /** A path, or an http(s) address. */
  href: string;
}
export interface CartNudgePrompt extends PromptBase {
  type: 'cart_nudge';
  title: string;
  text?: string | undefined;
  action: PromptAction;
  /** A reason to come back. `code` can be copied. */
  reason?:
    | { type: 'reminder' | 'reviews' | 'delivery'; text: string }
    | { type: 'offer'; text: string; code: string }
    | undefined;
  /** Offers to send the cart by e-mail. */
  saveCart?: EmailRequest | undefined;
}
/** Asks for an e-mail address, and with a box of its own for consent to be written to. */
export interface EmailRequest {
  /** Of the button. */
  label: string;
  /** Beside the box, which is never ticked beforehand. */
  consentLabel: string;
  /** Where the privacy notice stands. */
  privacyHref?: string | undefined;
}
export interface MessageContent {
  /** May name the person: `{{name|there}}`, by traits that the page told. */
  title: string;
  text?: string | undefined;
  action?: PromptAction | undefined;
}
export interface MessagePrompt extends PromptBase, MessageContent {
  type: 'message';
  /** [layout="card"] */
  layout?: 'card' | 'bar' | 'modal' | undefined;
  /** Fills the page's own `<div data-handrail-slot="name">`; what is to be done on a page without one. */
  slot?: { name: string; fallback: 'card' | 'bar' | 'modal' | 'none' } | undefined;
  /** Other words for some: the first that fits. */
  variants?: ({ if: Condition } & MessageContent)[] | undefined;
}
export interface LeadFormPrompt extends PromptBase, EmailRequest {
  type: 'lead_form';
  title: string;
  text?: string | undefined;
  /** Asked for besides the e-mail address. [fields=none] */
  fields?: ('name' | 'company' | 'phone')[] | undefined;
  thanks?: string | undefined;
}
export type Prompt = QuestionPrompt | CartNudgePrompt | MessagePrompt | LeadFormPrompt;

/** `GET /v1/sites/{writeKey}/prompts`, in the language that `Accept-Language` asks for as far as there is one. */
export interface PromptsDocument {
  /** In order of priority: the first eligible one is shown. */
  prompts: Prompt[];
  contactBudget: PromptBudget;
  theme?: Theme | undefined;
}
export interface PromptBudget {
  /** [perSession=1] */
  perSession: number;
  /** Between any two prompts for one person. [cooldown="7d"] */
  cooldown: DurationText;
  /** Between two prompts of one kind, where that is to be longer. */
  cooldowns?: { [type in PromptType]?: DurationText | undefined } | undefined;
  /** Before a dismissed prompt may come again. [afterDismissal="30d"] */
  afterDismissal?: DurationText | undefined;
  /** Prompts and messages together, in any seven days. [perWeek=unlimited] */
  perWeek?: number | undefined;
}
export interface Theme {
  /** [colorScheme="auto"] */
  colorScheme?: 'auto' | 'light' | 'dark' | undefined;
  /** Values of the CSS custom properties `--handrail-…`, by the rest of their names. */
  properties?: { [name: string]: string } | undefined;
}

/** Why a prompt was shown or not, each time it was asked. The list is closed, and in the order in which it is asked. */
export const PROMPT_REASONS = [
  /** It was shown. */
  'shown',
  /** This build of the SDK does not know its kind, or that of one of its questions. */
  'unknown_type',
  /** Its trigger or its `if` names another page than this one, until it was left. */
  'wrong_page',
  /** Its trigger did not fire until the page was left. */
  'not_triggered',
  /** The consent that it needs is not there. */
  'no_consent',
  /** Its `if` does not hold. */
  'condition',
  /** A cart nudge, and nothing in the cart. */
  'empty_cart',
  /** The page has no such slot, and there is to be nothing else. */
  'no_slot',
  /** The person is not in the sample. */
  'sampled_out',
  /** The person has answered, and is not to be asked again yet. */
  'answered',
  /** The person was shown it as often as anybody is to be. */
  'max_shown',
  /** The person has dismissed it not long ago. */
  'dismissed',
  /** As many prompts in this session, or contacts this week, as the contact budget allows. */
  'budget',
  /** Too soon after the last one. */
  'cooldown',
  /** Another prompt is on the page, or was due at the same moment. */
  'lower_priority',
  /** The page is in the background. */
  'hidden',
  /** The visitor is in a field. */
  'typing',
  /** The page has a dialog open. */
  'open_dialog',
  /** It would have been shown; the person is held out to measure its effect. */
  'holdout',
  /** Its code was blocked or gone. */
  'unavailable',
] as const;
export type PromptReason = (typeof PROMPT_REASONS)[number];
/** How often, by prompt and reason. */
export type PromptDecisionCounts = { [promptId: string]: { [reason in PromptReason]?: number } };

/**
 * Properties of `prompt_shown`, `prompt_answered`, `prompt_completed`, `prompt_dismissed`, `prompt_acted` and
 * `prompt_held_out`.
 */
export interface PromptProperties {
  promptId: string;
  promptType: PromptType;
  /** Of one showing; the same in all that becomes of it. */
  impressionId: string;
  /** `prompt_answered` only: one touchpoint for each answer. */
  questionId?: string | undefined;
  questionType?: Question['type'] | undefined;
  /** The question's words, as they were asked. */
  question?: string | undefined;
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
/** Temperature from the score's thresholds; exactly at one has reached it. */
export type Temperature = 'cold' | 'warm' | 'hot';

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
  /** `channel`, `source`, `medium`, `campaign` of the session; in a page also `term` and `content`. */
  | { source: ValueTests }
  /** `number` (the person's first is 1) and `pageViews` so far. */
  | { session: ValueTests }
  /** `analytics`, `marketing`: `granted`, `denied` or `pending`. */
  | { consent: ValueTests }
  | { device: Device }
  | { stage: string }
  | { temperature: Temperature }
  | { flag: string }
  | { tag: string }
  /** Its condition holds. */
  | { segment: string };
