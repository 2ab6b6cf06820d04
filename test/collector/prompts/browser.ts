/** What a browser sends of a prompt, as the SDK does. */
import { randomUUID } from 'node:crypto';
import type { AnswerValue, LeadFacts, PromptDecisionCounts } from '@handrail/sdk/protocol';
import { type TestCollector, WRITE_KEY } from '../../support/collector.ts';

export interface Prompted {
  promptId: string;
  promptType?: string;
}

export interface Browser {
  anonymousId: string;
  /** One touchpoint, at the collector's own time. */
  touchpoint(event: string, properties?: object, context?: object): object;
  /** `prompt_shown` and whatever else, of one showing. */
  showing(prompt: Prompted, context?: object): Showing;
  /** Sends a batch; fails unless the answer is 200. */
  send(messages: object[], decisions?: PromptDecisionCounts): Promise<BatchAnswer>;
}
export interface Showing {
  shown: object;
  heldOut: object;
  completed: object;
  dismissed: object;
  acted: object;
  answered(questionId: string, questionType: string, value: AnswerValue): object;
}
export interface BatchAnswer {
  accepted: number;
  duplicates: number;
  lead?: LeadFacts;
}

export function browserOf(collector: TestCollector, anonymousId: string = randomUUID()): Browser {
  const touchpoint = (event: string, properties: object = {}, context: object = {}) => ({
    type: 'track',
    messageId: randomUUID(),
    anonymousId,
    event,
    properties,
    timestamp: new Date(collector.clock.now).toISOString(),
    context,
  });
  return {
    anonymousId,
    touchpoint,
    showing({ promptId, promptType = 'survey' }, context) {
      const identity = { promptId, promptType, impressionId: randomUUID() };
      const of = (event: string) => touchpoint(event, identity, context);
      return {
        shown: of('prompt_shown'),
        heldOut: of('prompt_held_out'),
        completed: of('prompt_completed'),
        dismissed: of('prompt_dismissed'),
        acted: of('prompt_acted'),
        answered: (questionId, questionType, value) =>
          touchpoint('prompt_answered', { ...identity, questionId, questionType, value }, context),
      };
    },
    async send(batch, decisions) {
      const response = await collector.request('/v1/batch', {
        method: 'POST',
        body: JSON.stringify({
          writeKey: WRITE_KEY,
          sentAt: new Date(collector.clock.now).toISOString(),
          batch,
          ...(decisions && { decisions }),
        }),
      });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return (await response.json()) as BatchAnswer;
    },
  };
}
