/** What a draft would change, and how well it and its rules would have foretold conversions. Pure. */
import type { Temperature } from '@handrail/sdk/protocol';
import { decayed } from '../leads/heat.ts';
import { temperatureOf } from '../leads/state.ts';
import { type CompiledSite, compileSite } from '../site/compile.ts';
import type { Site } from '../site/schema.ts';
import { countingEveryRule } from './counting.ts';
import { type Known, type LeadHistory, type Observation, observe } from './observe.ts';
import { aucOf, type Forecast, type Lift, liftOf, type Share } from './statistics.ts';

export interface CrossingLead {
  id: string;
  email: string | null;
  scoreBefore: number;
  scoreAfter: number;
}
/** `sample`: those whose score changes most. */
export interface Crossing {
  leads: number;
  sample: CrossingLead[];
}

/** Of `hot`, as a forecast of conversion within the days asked for. */
export interface HotForecast {
  /** Leads that have become hot, long enough ago. */
  hot: number;
  /** The share of them that converted within the days; `null` where none was hot. */
  precision: number | null;
  /** Leads that have converted, and were known before. */
  converted: number;
  /** The share of them that were hot within the days before; `null` where none converted. */
  recall: number | null;
}

export interface RulePreview {
  id: string;
  /** It has scored. */
  leads: number;
  /** Judged leads that it had scored before the time of judgement, and the others. */
  having: Share;
  lacking: Share;
  lift: Lift;
}

export interface PreviewReport {
  at: number;
  /** How long after the time at which it is judged a lead's conversion counts. */
  days: number;
  leads: number;
  touchpoints: number;
  conversions: {
    leads: number;
    /** Whose first touchpoint was the conversion: no rule could have foretold it, and they count below nowhere. */
    unforeseeable: number;
    /**
     * Leads whose last touchpoint before conversion (or of all) was at least `days` ago, so that what came of it is
     * known, and how many of them converted within `days` of it.
     */
    judged: Share;
  };
  thresholds: { [threshold in 'warm' | 'hot']: { up: Crossing; down: Crossing } };
  stages: { id: string; before: number; after: number }[];
  /** Leads whose stage changes. */
  stageMoves: number;
  rules: RulePreview[];
  neverFire: string[];
  /** They score every lead, and so tell nobody apart. */
  alwaysFire: string[];
  hot: { live: HotForecast; draft: HotForecast };
  /** ROC AUC of the score at the time of judgement; `null` where all judged leads converted, or none. */
  auc: { live: number | null; draft: number | null };
}

const DAY_MS = 86_400_000;
const SAMPLE_LEADS = 10;
const ORDER: Record<Temperature, number> = { cold: 0, warm: 1, hot: 2 };

export interface Preview {
  add(history: LeadHistory): void;
  report(): PreviewReport;
}

/** The conversion is the draft's, for both, so that the two are compared by the same yardstick. */
export function createPreview(liveSite: Site, draftSite: Site, days: number, now: number): Preview {
  // No ids and versions: nothing of this is ever written down.
  const live = compileSite(0, 0, liveSite);
  const draft = compileSite(0, 0, countingEveryRule(draftSite));
  const withinMs = days * DAY_MS;
  const crossings = { warm: crossingCounts(), hot: crossingCounts() };
  const stages = new Map<string, { before: number; after: number }>();
  const fired = new Map<string, number>();
  const rules = new Map(draft.site.scoring.rules.map(({ id }) => [id, { having: none(), lacking: none() }]));
  const hot = { live: hotForecast(withinMs, now), draft: hotForecast(withinMs, now) };
  const forecasts: { live: Forecast[]; draft: Forecast[] } = { live: [], draft: [] };
  const judged = none();
  let leads = 0;
  let touchpoints = 0;
  let converted = 0;
  let unforeseeable = 0;
  let stageMoves = 0;

  for (const site of [live, draft])
    for (const { id } of site.site.stages) stages.set(id, { before: 0, after: 0 });

  function countStages(before: string, after: string): void {
    const stageOf = (id: string) => stages.get(id) ?? { before: 0, after: 0 };
    stages.set(before, { ...stageOf(before), before: stageOf(before).before + 1 });
    stages.set(after, { ...stageOf(after), after: stageOf(after).after + 1 });
    if (before !== after) stageMoves++;
  }

  function countCrossing({ id, email }: LeadHistory, before: Observation, after: Observation): void {
    const scoreBefore = scoreAt(before, live, now);
    const scoreAfter = scoreAt(after, draft, now);
    const from = ORDER[temperatureOf(scoreBefore, live.site.scoring.thresholds)];
    const to = ORDER[temperatureOf(scoreAfter, draft.site.scoring.thresholds)];
    const lead = { id, email, scoreBefore, scoreAfter };
    for (const threshold of ['warm', 'hot'] as const) {
      if (from < ORDER[threshold] && to >= ORDER[threshold]) crossings[threshold].up.add(lead);
      if (from >= ORDER[threshold] && to < ORDER[threshold]) crossings[threshold].down.add(lead);
    }
  }

  function judge(known: { live: Known; draft: Known }, convertedAt: number | null): void {
    const { at } = known.draft;
    if (at > now - withinMs) return;
    const hasConverted = convertedAt !== null && convertedAt - at <= withinMs;
    count(judged, hasConverted);
    for (const [id, { having, lacking }] of rules) {
      count(known.draft.counts.has(id) ? having : lacking, hasConverted);
    }
    forecasts.live.push({ score: known.live.score, converted: hasConverted });
    forecasts.draft.push({ score: known.draft.score, converted: hasConverted });
  }

  return {
    add(history) {
      leads++;
      touchpoints += history.touchpoints.length;
      const after = observe(history, draft);
      const before = observe(history, live, after.conversion);
      countCrossing(history, before, after);
      countStages(before.state.stage, after.state.stage);
      for (const id of after.fired) fired.set(id, (fired.get(id) ?? 0) + 1);
      const convertedAt = after.conversion?.at ?? null;
      if (convertedAt !== null) converted++;
      if (!after.known || !before.known) {
        unforeseeable++;
        return;
      }
      hot.live.add(before.known, convertedAt);
      hot.draft.add(after.known, convertedAt);
      judge({ live: before.known, draft: after.known }, convertedAt);
    },
    report() {
      const reports = draft.site.scoring.rules.map(({ id }): RulePreview => {
        const { having, lacking } = rules.get(id) ?? { having: none(), lacking: none() };
        return { id, leads: fired.get(id) ?? 0, having, lacking, lift: liftOf(having, lacking) };
      });
      return {
        at: now,
        days,
        leads,
        touchpoints,
        conversions: { leads: converted, unforeseeable, judged },
        thresholds: { warm: bothWays(crossings.warm), hot: bothWays(crossings.hot) },
        stages: [...stages].map(([id, counts]) => ({ id, ...counts })),
        stageMoves,
        rules: reports,
        neverFire: reports.filter((rule) => rule.leads === 0).map(({ id }) => id),
        alwaysFire: reports.filter((rule) => leads > 0 && rule.leads === leads).map(({ id }) => id),
        hot: { live: hot.live.report(), draft: hot.draft.report() },
        auc: { live: aucOf(forecasts.live), draft: aucOf(forecasts.draft) },
      };
    },
  };
}

function scoreAt({ state }: Observation, { halfLifeMs }: CompiledSite, now: number): number {
  return decayed(state.score, Math.max(0, now - state.scoredAt), halfLifeMs);
}

const none = (): Share => ({ leads: 0, converted: 0 });

function count(share: Share, hasConverted: boolean): void {
  share.leads++;
  if (hasConverted) share.converted++;
}

const crossingCounts = () => ({ up: crossing(), down: crossing() });

const bothWays = ({ up, down }: ReturnType<typeof crossingCounts>) => ({
  up: up.report(),
  down: down.report(),
});

function crossing() {
  const change = ({ scoreBefore, scoreAfter }: CrossingLead) => Math.abs(scoreAfter - scoreBefore);
  let leads = 0;
  let sample: CrossingLead[] = [];
  return {
    add(lead: CrossingLead): void {
      leads++;
      sample = [...sample, lead].sort((a, b) => change(b) - change(a)).slice(0, SAMPLE_LEADS);
    },
    report: (): Crossing => ({ leads, sample }),
  };
}

/**
 * Precision counts only those who became hot at least `withinMs` ago: of the others it is not yet known. Recall counts
 * a conversion as foretold where the lead was hot at some time in the `withinMs` before it.
 */
function hotForecast(withinMs: number, now: number) {
  let becameHot = 0;
  let thenConverted = 0;
  let converted = 0;
  let foretold = 0;
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    add({ firstHotAt, hotUntil }: Known, convertedAt: number | null): void {
      if (firstHotAt !== null && firstHotAt <= now - withinMs) {
        becameHot++;
        if (convertedAt !== null && convertedAt - firstHotAt <= withinMs) thenConverted++;
      }
      if (convertedAt === null) return;
      converted++;
      if (hotUntil !== null && hotUntil >= convertedAt - withinMs) foretold++;
    },
    report: (): HotForecast => ({
      hot: becameHot,
      precision: share(thenConverted, becameHot),
      converted,
      recall: share(foretold, converted),
    }),
  };
}
