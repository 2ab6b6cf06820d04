/** Puts presets in their places in a document, before it is read: `{ "preset": "welcome", "holdout": 0 }`. Pure. */
import type { SiteProblem } from '../check.ts';
import { nearest } from '../nearest.ts';
import { SEQUENCE_PRESET_IDS, SEQUENCE_PRESETS } from './index.ts';
import type { SequencePreset } from './preset.ts';

interface Expanded {
  document: unknown;
  /** What the document asks for and there is not. */
  problems: SiteProblem[];
}

export function withSequencePresets(document: unknown): Expanded {
  if (!isRecord(document) || !Array.isArray(document.sequences)) return { document, problems: [] };
  const problems: SiteProblem[] = [];
  const used: SequencePreset[] = [];
  const sequences = document.sequences.map((entry: unknown, index) => {
    if (!isRecord(entry) || !Object.hasOwn(entry, 'preset')) return entry;
    const preset = SEQUENCE_PRESETS.find(({ id }) => id === entry.preset);
    if (!preset) {
      problems.push({ path: `sequences[${index}].preset`, message: unknownPreset(entry.preset) });
      return entry;
    }
    used.push(preset);
    return { id: preset.id, ...preset.sequence, ...entry };
  });
  return { document: { ...document, ...withRoomFor(used, document), sequences }, problems };
}

/** A week that has room for all that a preset sends, unless the owner has said how much it is to hold. */
function withRoomFor(
  used: readonly SequencePreset[],
  { contactBudget = {} }: Record<string, unknown>,
): { contactBudget?: object } {
  const perWeek = Math.max(0, ...used.map(({ messagesPerWeek = 0 }) => messagesPerWeek));
  if (perWeek === 0 || !isRecord(contactBudget) || Object.hasOwn(contactBudget, 'messages')) return {};
  return { contactBudget: { ...contactBudget, messages: { perWeek } } };
}

/** What is missing for a preset is no slip of the owner's, who has not written that part. */
export function toldOfPreset(problem: SiteProblem, document: unknown): SiteProblem {
  const [, index, key = ''] = /^sequences\[(\d+)\]\.(\w+)/.exec(problem.path) ?? [];
  const entries = isRecord(document) && Array.isArray(document.sequences) ? document.sequences : [];
  const entry: unknown = index === undefined ? undefined : entries[Number(index)];
  if (!isRecord(entry) || typeof entry.preset !== 'string' || Object.hasOwn(entry, key)) return problem;
  const message = `${problem.message}; the preset "${entry.preset}" needs it, or a "${key}" of your own beside it`;
  return { ...problem, message };
}

const unknownPreset = (name: unknown): string =>
  typeof name === 'string'
    ? `no preset "${name}"${nearest(name, [...SEQUENCE_PRESET_IDS])}`
    : 'expected the name of a preset';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
