import type { LeadFacts } from '@handrail/sdk/protocol';

/** What a collector tells of somebody it hardly knows, but for what is given. */
export function leadFacts(facts: Partial<LeadFacts> = {}): LeadFacts {
  return {
    now: new Date().toISOString(),
    stage: 'awareness',
    temperature: 'cold',
    flags: [],
    tags: [],
    segments: [],
    source: null,
    sessionCount: 1,
    answers: {},
    prompts: {},
    contacts: [],
    ...facts,
  };
}
