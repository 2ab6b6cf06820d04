/** What a page may know of its visitor's lead (`LeadFacts`): what prompts are decided by, and nothing that names it. */
import type { AnswerValue, LeadFacts, PromptRecord, Question } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { MAX_CONTACTS_PER_WEEK } from '../site/limits.ts';
import { questionOf } from './answers.ts';
import { flagsOf } from './flags.ts';
import { decayed } from './heat.ts';
import { type PromptMemory, WEEK_MS } from './prompt-records.ts';
import { segmentsOf } from './standing.ts';
import { type LeadState, temperatureOf } from './state.ts';
import { iso, isoOrNull } from './view.ts';

/** @param messagesSentAt when e-mails went to the lead */
export function leadFacts(
  lead: LeadState,
  messagesSentAt: readonly number[],
  site: CompiledSite,
  now: number,
): LeadFacts {
  const score = decayed(lead.score, Math.max(0, now - lead.scoredAt), site.halfLifeMs);
  return {
    now: iso(now),
    stage: lead.stage,
    temperature: temperatureOf(score, site.site.scoring.thresholds),
    flags: Object.keys(flagsOf(lead, site, now)),
    tags: Object.keys(lead.tags),
    segments: segmentsOf(lead, site, now),
    source: lead.source?.last ?? null,
    sessionCount: lead.sessionCount,
    answers: untyped(lead.answers, site),
    prompts: Object.fromEntries(Object.entries(lead.prompts).map(([id, memory]) => [id, recordOf(memory)])),
    contacts: contactsOf(lead, messagesSentAt, now).map(iso),
  };
}

export function recordOf({ shown, arm, ...times }: PromptMemory): PromptRecord {
  return {
    shown,
    lastShownAt: isoOrNull(times.lastShownAt),
    answeredAt: isoOrNull(times.answeredAt),
    dismissedAt: isoOrNull(times.dismissedAt),
    arm,
  };
}

/** When the person was addressed in the last seven days, by a prompt or by a message; latest first. */
export function contactsOf(
  { promptContacts }: LeadState,
  messagesSentAt: readonly number[],
  now: number,
): number[] {
  return [...promptContacts, ...messagesSentAt]
    .filter((at) => now - at < WEEK_MS)
    .sort((a, b) => b - a)
    .slice(0, MAX_CONTACTS_PER_WEEK);
}

/** What the person typed might name somebody: of that there is only that it was given. */
function untyped(answers: LeadState['answers'], { site }: CompiledSite): LeadFacts['answers'] {
  const kept: [string, AnswerValue][] = [];
  for (const prompt of site.prompts) {
    if (!('questions' in prompt)) continue;
    for (const { id } of prompt.questions) {
      const key = `${prompt.id}/${id}`;
      const value = Object.hasOwn(answers, key) ? answers[key] : undefined;
      const question = questionOf(prompt, id);
      if (value !== undefined && question) kept.push([key, withoutTyped(value, question)]);
    }
  }
  return Object.fromEntries(kept);
}

function withoutTyped(value: AnswerValue, question: Question): AnswerValue {
  if (typeof value === 'number') return value;
  const offered = 'options' in question ? question.options : question.type === 'thumbs' ? ['up', 'down'] : [];
  if (typeof value === 'string') return offered.includes(value) ? value : '';
  return value.filter((each) => offered.includes(each));
}
