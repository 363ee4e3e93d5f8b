import type { ClickHouse } from '@plimsoll/clickhouse';
import type { ClusterEffectView, ObjectiveWrite } from '@plimsoll/contract';
import {
  type ClusterEffect,
  clusterEffectOf,
  designEffect,
  type JudgeError,
  judgeErrorOf,
  plainSamples,
  type SampleTraits,
  unclusteredBecause,
  uncorrectedBecause,
} from '@plimsoll/slo';
import { badnessOf, doubleVerdicts, labelsOf } from './judge-labels.queries.js';
import { sessionVerdicts, type SessionVerdicts } from './session-verdicts.queries.js';

/** What is known of the scores of some objectives beside the scores. */
export interface KnownTraits {
  /** How the scorer errs, as far as people labelled its answers; null for what nobody labelled, and for kinds that nothing scores. */
  readonly judge: (definition: ObjectiveWrite) => JudgeError | null;
  /** How alike the samples of a session are; null without samples. */
  readonly clusters: (definition: ObjectiveWrite) => ClusterEffect | null;
  /** What verdicts take into account: nothing that is known from too little. */
  readonly used: (definition: ObjectiveWrite) => SampleTraits;
}

/** Sessions may be handed in where they were read a while ago: how alike their samples are does not change in minutes. */
export async function sampleTraits(
  clickhouse: ClickHouse,
  projectId: string,
  definitions: readonly ObjectiveWrite[],
  sessionsRead?: SessionVerdicts,
): Promise<KnownTraits> {
  const scorers = scorersOf(definitions);
  const verdicts = await doubleVerdicts(clickhouse, projectId, scorers);
  const sessions = sessionsRead ?? (await sessionVerdicts(clickhouse, projectId, scorers));
  const judge = onceEach((indicator) => {
    const labels = labelsOf(indicator, verdicts);
    return labels.length === 0 ? null : judgeErrorOf(indicator, labels);
  });
  const clusters = onceEach((indicator) => {
    const own = sessions.get(indicator.scorer) ?? [];
    const effect = clusterEffectOf(
      own.map((said) => said.map((verdict) => badnessOf(verdict, indicator)).filter((x) => x !== null)),
    );
    return effect.samples === 0 ? null : effect;
  });
  const used = (definition: ObjectiveWrite): SampleTraits => {
    if (definition.indicator.kind !== 'quality') return plainSamples;
    const [error, effect] = [judge(definition), clusters(definition)];
    return {
      judge: error === null || uncorrectedBecause(error) !== null ? null : error,
      clusters: effect === null || unclusteredBecause(effect) !== null ? null : effect,
    };
  };
  return { judge, clusters, used };
}

type Quality = Extract<ObjectiveWrite['indicator'], { kind: 'quality' }>;

export function scorersOf(definitions: readonly ObjectiveWrite[]): string[] {
  return [...new Set(definitions.flatMap(({ indicator }) => (indicator.kind === 'quality' ? [indicator.scorer] : [])))];
}

/** Objectives that read a scorer alike share what is known of it. */
function onceEach<T>(work: (indicator: Quality) => T | null): (definition: ObjectiveWrite) => T | null {
  const found = new Map<string, T | null>();
  return ({ indicator }) => {
    if (indicator.kind !== 'quality') return null;
    const key = JSON.stringify([indicator.scorer, indicator.measure, indicator.passMark]);
    const before = found.get(key);
    if (before !== undefined) return before;
    const result = work(indicator);
    found.set(key, result);
    return result;
  };
}

export function clusterEffectView(effect: ClusterEffect): ClusterEffectView {
  const because = unclusteredBecause(effect);
  return { ...effect, designEffect: designEffect(because === null ? effect : null), because };
}
