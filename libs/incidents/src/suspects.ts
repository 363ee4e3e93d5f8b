import { type CandidateChange, movesTraffic, outsideWindow, priorOf, timeKernel, unknownPrior } from './candidates.js';
import { attributesOf, type Cell, type Counts, inPeriod, rateOf, sumCounts } from './cells.js';
import type { ComparedCells } from './comparison.js';
import { type Effect, measureEffect } from './effect.js';
import { weighEvidence } from './evidence.js';
import { inseparableGroups } from './inseparable.js';
import { type AttributeDecomposition, type Lineage, splitMixAndRate } from './mix-and-rate.js';
import { type Rescored, rescoredEffect, withoutMeasured } from './rescoring.js';
import type { Suspect, SuspectRanking } from './suspect.js';
import { bandOf, verdictOf } from './verdict.js';

export interface SuspectQuestion {
  /** Milliseconds since the epoch. */
  readonly onset: number;
  readonly end: number;
  /** Half the interval of the onset: changes up to this long after it stay candidates. */
  readonly slackMs?: number;
  readonly cells: readonly Cell[];
  readonly changes: readonly CandidateChange[];
  /** Events of the same hours a week before. */
  readonly season?: Counts | undefined;
  /** Changes of what is measured that were tried on calls from before, by id. */
  readonly rescored?: ReadonlyMap<string, Rescored> | undefined;
}

/** Ranks the changes before an onset by how well they explain it (slo-incidents section 3, suspect ranking). */
export function rankSuspects(question: SuspectQuestion): SuspectRanking {
  const { cells, changes, onset } = question;
  const [baseline, incident] = [sumCounts(inPeriod(cells, 'baseline')), sumCounts(inPeriod(cells, 'incident'))];
  const delta = rateOf(incident) - rateOf(baseline);
  const byAttribute = attributesOf(cells).map((name) => splitMixAndRate(cells, name, lineageOf(changes, name)));

  const slackMs = question.slackMs ?? 0;
  const candidates = changes.filter((change) => outsideWindow(change, onset, slackMs) === null);
  const judged = judgeAll({ question, candidates, delta, byAttribute });
  const { groups } = judged;
  const explainedSum = groups.reduce((sum, group) => sum + Math.max(0, group.explained), 0);
  const unknownScore = unknownPrior * Math.max(0.05, 1 - explainedSum);
  const total = unknownScore + groups.reduce((sum, group) => sum + group.score, 0);
  const moved = delta > 0 && weighEvidence(incident, baseline).unclipped > 0;
  const seasonal = moved && isSeasonal(incident, question.season);

  const ranked = groups.flatMap((group) => {
    // Against calls of the same time the season speaks for nobody.
    const source = group.comparison?.source;
    const beyondSeason = !seasonal || source === 'concurrent' || source === 'rescored';
    const isLeft = source === 'rescored' || judged.isLeft;
    return toSuspects(group, group.score / total, moved && beyondSeason && isLeft);
  });
  const verdict = verdictOf({ baseline, incident, delta, moved, byAttribute, changes: candidates, suspects: ranked });
  return {
    baselineRate: rateOf(baseline),
    incidentRate: rateOf(incident),
    delta,
    byAttribute,
    suspects: [
      ...ranked.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)),
      ...changes.flatMap((change) => {
        const reason = outsideWindow(change, onset, slackMs);
        return reason === null ? [] : [excludedByTime(change, reason)];
      }),
    ],
    unknownScore,
    unknownShare: unknownScore / total,
    season: question.season ?? null,
    seasonal,
    verdict,
  };
}

/**
 * The calls that a change was judged by: those that have it, and those they were compared with. Null for a change that
 * is no candidate, moves traffic only, or was tried on calls of its own.
 */
export function comparedCells(question: SuspectQuestion, id: string): ComparedCells | null {
  const { changes, onset } = question;
  const candidates = changes.filter((change) => outsideWindow(change, onset, question.slackMs ?? 0) === null);
  const { groups } = judgeAll({ question, candidates, delta: 0, byAttribute: [] });
  const comparison = groups.find(({ members }) => members.some((member) => member.id === id))?.comparison;
  if (comparison === undefined || comparison === null || comparison.source === 'rescored') return null;
  return comparison.cells;
}

/** Fewer events than this a week ago tell nothing of the season. */
const leastSeason = 30;

/** Whether the same hours a week before were as bad: nothing speaks for the incident being worse. */
function isSeasonal(incident: Counts, season: Counts | undefined): boolean {
  return season !== undefined && season.n >= leastSeason && weighEvidence(incident, season).unclipped <= 0;
}

function lineageOf(changes: readonly CandidateChange[], attribute: string): Lineage {
  const lineage = new Map<string, string>();
  for (const change of changes) {
    if (change.attribute !== attribute || change.kind === 'route' || change.kind === 'mix') continue;
    if (change.from !== undefined && change.to !== undefined) lineage.set(change.to, change.from);
  }
  return lineage;
}

interface Judged extends Effect {
  readonly members: readonly CandidateChange[];
  readonly score: number;
  readonly explained: number;
  readonly prior: number;
  readonly kernel: number;
  readonly isMix: boolean;
}

interface Context {
  readonly question: SuspectQuestion;
  readonly candidates: readonly CandidateChange[];
  readonly delta: number;
  readonly byAttribute: readonly AttributeDecomposition[];
}

/** What was scored again is judged by that, and everything else by what is left of the rise without it. */
function judgeAll(context: Context): { readonly groups: readonly Judged[]; readonly isLeft: boolean } {
  const { question, candidates } = context;
  const measured = candidates.flatMap((change) => {
    const rescored = question.rescored?.get(change.id);
    return rescored === undefined ? [] : [{ change, rescored }];
  });
  const others = candidates.filter(({ id }) => question.rescored?.has(id) !== true);
  const cells = withoutMeasured(
    question.cells,
    measured.map(({ rescored }) => rescored),
  );
  const left = { ...context, question: { ...question, cells }, candidates: others };
  const groups = [
    ...inseparableGroups(others, cells, question.onset, question.end).map((members) => judge(members, left)),
    ...measured.map(({ change, rescored }) => judgeMeasured(change, rescored, context)),
  ];
  if (cells === question.cells) return { groups, isLeft: true };
  const [baseline, incident] = [sumCounts(inPeriod(cells, 'baseline')), sumCounts(inPeriod(cells, 'incident'))];
  return { groups, isLeft: rateOf(incident) > rateOf(baseline) && weighEvidence(incident, baseline).unclipped > 0 };
}

function judgeMeasured(change: CandidateChange, rescored: Rescored, { question, delta }: Context): Judged {
  const [prior, kernel] = [priorOf(change.kind), timeKernel(question.onset, change.at)];
  const effect = rescoredEffect(rescored);
  const explained = share(effect.contribution, delta);
  const score = scoreOf(prior, kernel, effect.log10, explained);
  return { members: [change], score, explained, prior, kernel, isMix: false, ...effect };
}

function judge(members: readonly CandidateChange[], context: Context): Judged {
  const { question, delta, byAttribute } = context;
  const prior = Math.max(...members.map(({ kind }) => priorOf(kind)));
  const kernel = Math.max(...members.map(({ at }) => timeKernel(question.onset, at)));
  const first = members[0];
  if (members.length === 1 && first !== undefined && movesTraffic(first, question.cells)) {
    const mix = byAttribute.find(({ attribute }) => attribute === first.attribute)?.mix ?? 0;
    const explained = share(mix, delta);
    const score = scoreOf(prior, kernel, 0, explained);
    const nothing = { riskDifference: null, evidence: null, log10: 0, comparison: null, reason: null };
    return { members, score, explained, contribution: mix, exposedShare: 0, prior, kernel, isMix: true, ...nothing };
  }
  const effect = measureEffect(members, context.candidates, question.cells, question.onset);
  const explained = share(effect.contribution, delta);
  const score = scoreOf(prior, kernel, effect.log10, explained);
  return { members, score, explained, prior, kernel, isMix: false, ...effect };
}

const share = (contribution: number, delta: number): number => (delta > 0 ? contribution / delta : 0);

const scoreOf = (prior: number, kernel: number, log10: number, explained: number): number =>
  prior * kernel * 10 ** log10 * Math.min(1, Math.max(0.01, explained));

function toSuspects(group: Judged, share: number, moved: boolean): Suspect[] {
  const { comparison, evidence } = group;
  const ids = group.members.map(({ id }) => id).toSorted();
  return group.members.map((member) => ({
    id: member.id,
    kind: member.kind,
    score: group.score,
    share,
    explained: group.explained,
    riskDifference: group.riskDifference,
    crudeRiskDifference: comparison === null ? null : rateOf(comparison.exposed) - rateOf(comparison.control),
    exposedShare: group.exposedShare,
    contribution: group.contribution,
    prior: group.prior,
    kernel: group.kernel,
    evidence: group.log10,
    lnBayesFactor: evidence?.lnBayesFactor ?? null,
    probabilityWorse: evidence?.probabilityWorse ?? null,
    control: group.isMix ? 'mix' : (comparison?.source ?? null),
    exposed: comparison?.exposed ?? null,
    unexposed: comparison?.control ?? null,
    band: bandOf({
      share,
      explained: group.explained,
      evidence: group.log10,
      isMix: group.isMix,
      beforeAndAfter: comparison?.source === 'baseline',
      kernel: group.kernel,
      moved,
      reason: group.reason,
    }),
    groupedWith: ids.filter((id) => id !== member.id),
    reason: group.reason,
  }));
}

function excludedByTime(change: CandidateChange, reason: string): Suspect {
  return {
    id: change.id,
    kind: change.kind,
    score: 0,
    share: 0,
    explained: 0,
    riskDifference: null,
    crudeRiskDifference: null,
    exposedShare: 0,
    contribution: 0,
    prior: priorOf(change.kind),
    kernel: 0,
    evidence: 0,
    lnBayesFactor: null,
    probabilityWorse: null,
    control: null,
    exposed: null,
    unexposed: null,
    band: 'excluded',
    groupedWith: [],
    reason,
  };
}
