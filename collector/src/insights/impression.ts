import type { AnswerValue, Device } from '@handrail/sdk/protocol';

/** One showing of a prompt, or one that was held back. */
export interface Impression {
  promptId: string;
  /** The person's; stands for nothing outside of this process. */
  leadKey: number;
  /** Milliseconds UTC. */
  at: number;
  heldOut: boolean;
  /** The first answer was given. */
  started: boolean;
  completed: boolean;
  dismissed: boolean;
  /** Did what the prompt asked for: its link, the cart saved. */
  acted: boolean;
  path: string | null;
  device: Device | null;
  channel: string | null;
  /** Of the lead, then. */
  stage: string | null;
  segments: string[];
  /** The latest to each question. */
  answers: GivenAnswer[];
}

export interface GivenAnswer {
  questionId: string;
  /** `null` where the page did not say. */
  questionType: string | null;
  value: AnswerValue;
}
