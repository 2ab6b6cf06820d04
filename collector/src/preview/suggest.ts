/**
 * Points for the score rules, learnt from who converted: a logistic regression of conversion on how often each rule
 * had scored before it, with the same decay as the score itself, so that its coefficients are points but for their
 * scale. Learnt on the earlier leads, tested on the later ones. Pure.
 */
import type { Condition } from '@handrail/sdk/protocol';
import { compileSite, touchpointsIn } from '../site/compile.ts';
import type { Site } from '../site/schema.ts';
import { countingEachTime } from './counting.ts';
import { fitLogistic, probabilityOf, type SparseRow } from './logistic.ts';
import { type LeadHistory, observe } from './observe.ts';
import { aucOf, type Calibration, calibrationOf, mean } from './statistics.ts';

/**
 * Below a hundred conversions, what a model is worth cannot be told either. Vergouwe et al.: "Substantial effective
 * sample sizes were required for external validation studies", Journal of Clinical Epidemiology 2005.
 */
const MIN_CONVERSIONS = 100;
/** Of them, in the later leads that the points are tested on. */
const MIN_LATER_CONVERSIONS = 20;
const EARLIER_SHARE = 0.7;
/** A rule that fewer leads have met keeps its points. */
const MIN_RULE_LEADS = 20;
/** Enough to keep rules that come together from taking each other's points, and little beside some hundred leads. */
const PENALTY = 1;
const MAX_POINTS = 1_000;
const DAY_MS = 86_400_000;

export type UntouchedReason =
  /** It scores the conversion itself, or what a stage that is the conversion is reached by. */
  | 'is_conversion'
  /** Fewer than 20 leads have met it. */
  | 'too_rare';

interface Counted {
  /** Judged leads: known, and old enough to have converted within the days. */
  leads: number;
  conversions: number;
}

export type Suggestion =
  | (Counted & {
      outcome: 'suggested';
      points: { ruleId: string; current: number; suggested: number; leads: number }[];
      untouched: { ruleId: string; points: number; reason: UntouchedReason }[];
      /** Leads judged before this time are learnt from, the others are tested on. */
      splitAt: number;
      earlier: Counted;
      later: Counted;
      /** ROC AUC on the later leads. */
      auc: { current: number | null; suggested: number | null };
      /** Of the model's probabilities on the later leads. */
      calibration: Calibration;
      /** What the model's coefficients were multiplied with. */
      scale: number;
    })
  | (Counted & {
      outcome: 'not_enough_conversions';
      needed: number;
      laterConversions: number;
      laterNeeded: number;
    })
  /** Nothing that the rules score comes before conversions more often than it comes without them. */
  | (Counted & { outcome: 'no_signal' });

interface Example {
  at: number;
  counts: ReadonlyMap<string, number>;
  converted: boolean;
}

export interface Suggest {
  add(history: LeadHistory): void;
  report(): Suggestion;
}

export function createSuggest(site: Site, days: number, now: number): Suggest {
  const counting = compileSite(0, 0, countingEachTime(site));
  const examples: Example[] = [];
  return {
    add(history) {
      const { known, conversion } = observe(history, counting);
      if (!known || known.at > now - days * DAY_MS) return;
      const converted = conversion !== null && conversion.at - known.at <= days * DAY_MS;
      examples.push({ at: known.at, counts: known.counts, converted });
    },
    report: () => suggest(examples, site),
  };
}

function suggest(unsorted: Example[], site: Site): Suggestion {
  const examples = [...unsorted].sort((a, b) => a.at - b.at);
  const splitAt = examples[Math.floor(examples.length * EARLIER_SHARE)]?.at ?? 0;
  // By time and not by number: what happens at once must not lie on both sides.
  const earlier = examples.filter(({ at }) => at < splitAt);
  const later = examples.filter(({ at }) => at >= splitAt);
  const all = counted(examples);
  const laterConversions = counted(later).conversions;
  if (all.conversions < MIN_CONVERSIONS || laterConversions < MIN_LATER_CONVERSIONS) {
    return {
      outcome: 'not_enough_conversions',
      ...all,
      needed: MIN_CONVERSIONS,
      laterConversions,
      laterNeeded: MIN_LATER_CONVERSIONS,
    };
  }

  const { learnt, untouched } = chooseRules(earlier, site);
  const rowOf = ({ counts }: Example): SparseRow =>
    learnt.flatMap(({ id }, feature) => {
      const value = counts.get(id);
      return value === undefined ? [] : [[feature, value] as const];
    });
  const model = fitLogistic(
    earlier.map(rowOf),
    earlier.map(({ converted }) => converted),
    learnt.length,
    PENALTY,
  );
  const scale = scaleOf(model.coefficients, learnt, earlier, site);
  if (scale === null) return { outcome: 'no_signal', ...all };

  const current = new Map(site.scoring.rules.map(({ id, points }) => [id, points]));
  const points = learnt.map(({ id, points: currentPoints, leads }, feature) => ({
    ruleId: id,
    current: currentPoints,
    suggested: rounded((model.coefficients[feature] ?? 0) * scale),
    leads,
  }));
  const suggested = new Map([...current, ...points.map((each) => [each.ruleId, each.suggested] as const)]);
  const aucUnder = (pointsOf: ReadonlyMap<string, number>) =>
    aucOf(later.map(({ counts, converted }) => ({ score: scoreOf(counts, pointsOf), converted })));
  return {
    outcome: 'suggested',
    ...all,
    points,
    untouched,
    splitAt,
    earlier: counted(earlier),
    later: counted(later),
    auc: { current: aucUnder(current), suggested: aucUnder(suggested) },
    calibration: calibrationOf(
      later.map((example) => ({ score: probabilityOf(model, rowOf(example)), converted: example.converted })),
    ),
    scale,
  };
}

interface LearntRule {
  id: string;
  points: number;
  leads: number;
}

function chooseRules(earlier: readonly Example[], site: Site) {
  const conversionNames = namesOf(site.scoring.conversion, site.stages);
  const learnt: LearntRule[] = [];
  const untouched: { ruleId: string; points: number; reason: UntouchedReason }[] = [];
  for (const { id, points, when } of site.scoring.rules) {
    const leads = earlier.filter(({ counts }) => counts.has(id)).length;
    if (touchpointsIn(when).some(({ touchpoint }) => conversionNames.has(touchpoint))) {
      untouched.push({ ruleId: id, points, reason: 'is_conversion' });
    } else if (leads < MIN_RULE_LEADS) untouched.push({ ruleId: id, points, reason: 'too_rare' });
    else learnt.push({ id, points, leads });
  }
  return { learnt, untouched };
}

/** Names of the touchpoints that bring the condition about, also where it names a stage. */
function namesOf(
  condition: Condition,
  stages: readonly { id: string; when?: Condition | undefined }[],
): Set<string> {
  const names = touchpointsIn(condition).map(({ touchpoint }) => touchpoint);
  if ('stage' in condition) {
    const when = stages.find(({ id }) => id === condition.stage)?.when;
    if (when) names.push(...namesOf(when, []));
  }
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  for (const part of parts) names.push(...namesOf(part, stages));
  return new Set(names);
}

/**
 * The owner's own scale, so that the thresholds keep their meaning: a lead about to convert has, on average, as many
 * points from these rules as it has now. Where that is nothing, it is to be hot.
 *
 * @returns `null` where the model gives such leads no points
 */
function scaleOf(
  coefficients: readonly number[],
  learnt: readonly LearntRule[],
  earlier: readonly Example[],
  site: Site,
): number | null {
  const converted = earlier.filter((each) => each.converted);
  const meanUnder = (pointsOf: (rule: LearntRule, feature: number) => number) => {
    const points = new Map(learnt.map((rule, feature) => [rule.id, pointsOf(rule, feature)]));
    return mean(converted.map(({ counts }) => scoreOf(counts, points)));
  };
  const ofModel = meanUnder((_, feature) => coefficients[feature] ?? 0);
  if (ofModel <= 0) return null;
  const now = meanUnder(({ points }) => points);
  return (now > 0 ? now : site.scoring.thresholds.hot) / ofModel;
}

function scoreOf(counts: ReadonlyMap<string, number>, points: ReadonlyMap<string, number>): number {
  let score = 0;
  for (const [id, value] of counts) score += value * (points.get(id) ?? 0);
  return score;
}

/** A tenth of a point is finer than anybody's judgement. */
const rounded = (points: number): number =>
  Math.max(-MAX_POINTS, Math.min(MAX_POINTS, Math.round(points * 10) / 10));

const counted = (examples: readonly Example[]): Counted => ({
  leads: examples.length,
  conversions: examples.filter(({ converted }) => converted).length,
});
