import {
  PlimsollError,
  sloEvalInput,
  type EvalCostOutput,
  type EvalReplayOutput,
  type EvalSampledOutput,
  type EvalSequenceOutput,
  type SloEvalInput,
  type SloEvalOutput,
} from '@plimsoll/contract';
import { clusteredEffectiveN, jeffreysProbabilityAbove } from '@plimsoll/statistics';
import { alertRule, initialAlertStatus, replayIncidents, stepAlert } from './alert-state.js';
import type { AlertRule, AlertState, AlertTransitionStep } from './alert-state.js';
import { calendarPeriod } from './calendar.js';
import { costBurn } from './cost-burn.js';
import { durationSeconds } from './duration.js';
import { averagedDetectors, detectorFor, runSequence } from './e-cusum.js';
import { predictionPoweredMean, roganGladen } from './judge-error.js';
import { evaluateCounts, type EvaluatedWindow, type ObjectiveTerms } from './evaluate-counts.js';
import { compare, decimal, fromNumber, one, subtract, toNumber } from './rational.js';
import {
  type SampledEstimate,
  clusteredEstimate,
  estimateInterval,
  lowerBound,
  sampledStatus,
  simpleEstimate,
  stratifiedEstimate,
  upperBound,
  weightedEstimate,
  weightedSums,
} from './sampled.js';
import { badShareOfSlice } from './timeslices.js';
import { type Tier, resolveTiers, stretchTier } from './tiers.js';
import { exitThreshold } from './tier-verdict.js';

type Objective = NonNullable<SloEvalInput['objective']>;
type EvalSampled = NonNullable<SloEvalInput['sampled']>;

/**
 * Answers `plimsoll eval slo`: a verdict as a pure function of its input.
 * @throws PlimsollError `invalid_input` with one line that names the field and the reason.
 */
export function evaluateSlo(input: unknown): SloEvalOutput {
  const parsed = sloEvalInput.safeParse(input);
  if (!parsed.success) throw inputError(parsed.error.issues);
  const { objective, cost } = parsed.data;
  if (cost !== undefined) return evaluateCost(cost);
  if (objective === undefined)
    throw new PlimsollError('invalid_input', 'objective: is required', { field: 'objective' });
  const { sampled, sequence, alertReplay } = parsed.data;
  if (sampled !== undefined) return evaluateSampled(objective, sampled);
  if (sequence !== undefined) return evaluateSequence(objective, sequence);
  const terms = objectiveTerms(objective, parsed.data.at);
  if (alertReplay !== undefined) return evaluateReplay(terms.tiers, alertReplay);
  return evaluateCounts(terms, parsed.data);
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

/** One line: the deepest field that can be named, and why it is refused. */
function inputError(issues: readonly unknown[]): PlimsollError {
  const { path, message } = explain(issues[0] as Issue, []);
  const field = path === '' ? 'input' : path;
  return new PlimsollError('invalid_input', `${field}: ${message}`, { field });
}

function explain(issue: Issue, above: readonly PropertyKey[]): { path: string; message: string } {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    return { path: pathText([...path, issue.keys[0] ?? '']), message: 'is not a known field' };
  }
  // Of a union's branches the one that went furthest is the one that was meant.
  if (issue.code === 'invalid_union' && issue.errors !== undefined && issue.errors.length > 0) {
    const branches = issue.errors.filter((branch) => branch.length > 0);
    const meant = branches.toSorted((a, b) => depth(b) - depth(a))[0]?.[0];
    if (meant !== undefined) return explain(meant, path);
  }
  return { path: pathText(path), message: issue.message };
}

function depth(branch: readonly Issue[]): number {
  const issue = branch[0];
  if (issue === undefined) return -1;
  return issue.path.length * 2 + (issue.code === 'unrecognized_keys' ? 1 : 0);
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function objectiveTerms(objective: Objective, at: string | undefined): ObjectiveTerms {
  const window = windowOf(objective, at);
  const budgetShare = subtract(one, decimal(objective.target, 'objective.target'));
  const resolved = resolveTiers(objective.policy, window.seconds);
  const tiers = objective.stretch ? resolved.map((tier) => stretchTier(tier, budgetShare, window.seconds)) : resolved;
  const minBad =
    typeof objective.minBad === 'number' ? { page: objective.minBad, ticket: objective.minBad } : objective.minBad;
  return {
    budgetShare,
    window,
    tiers,
    minBad: minBad ?? null,
    volumeAware: objective.volumeAware,
    badShareOfSlice: badShareOfSlice(objective),
  };
}

function windowOf({ window }: Objective, at: string | undefined): EvaluatedWindow {
  if (typeof window === 'string') {
    return { seconds: durationSeconds(window, 'objective.window'), start: null, end: null };
  }
  const instant = window.at ?? at;
  if (instant === undefined) {
    const field = 'objective.window.at';
    throw new PlimsollError('invalid_input', `${field}: is required for a calendar window`, { field });
  }
  const { start, end } = calendarPeriod(window.calendar, window.timeZone, Date.parse(instant));
  return { seconds: (end - start) / 1000, start, end };
}

function evaluateSampled(objective: Objective, sampled: EvalSampled): EvalSampledOutput {
  const budgetShare = toNumber(subtract(one, decimal(objective.target, 'objective.target')));
  const { size: perSession = 1, correlation = 0 } = sampled.clusters ?? {};
  const designEffect = 1 / clusteredEffectiveN(1, perSession, correlation);
  const estimate = clusteredEstimate(estimateOf(sampled), designEffect);
  const status = sampledStatus(estimate, budgetShare);
  const { effectiveN, designN } = estimate;
  if (effectiveN === 0) {
    const unknown = {
      errorRatio: null,
      correctedErrorRatio: null,
      burnRate: null,
      interval: null,
      lower95: null,
      lower995: null,
      upper95: null,
    };
    return { ...unknown, effectiveN, designEffect, designN, standardError: null, probabilityAboveBudget: null, status };
  }
  const { method, low, high } = estimateInterval(estimate, 0.95);
  const size = Number.isFinite(designN) ? designN : null;
  return {
    errorRatio: estimate.errorRatio,
    correctedErrorRatio: correctedRatio(estimate.errorRatio, sampled.judge),
    burnRate: estimate.errorRatio / budgetShare,
    interval: { method, level: 0.95, low, high },
    lower95: lowerBound(estimate, 0.95),
    lower995: lowerBound(estimate, 0.995),
    upper95: upperBound(estimate, 0.95),
    effectiveN,
    designEffect,
    designN: size,
    standardError: estimate.standardError,
    probabilityAboveBudget:
      size === null ? null : jeffreysProbabilityAbove(budgetShare, estimate.errorRatio * size, size),
    status,
  };
}

type JudgeErrors = NonNullable<EvalSampled['judge']>;

function correctedRatio(observed: number, judge: JudgeErrors | undefined): number | null {
  if (judge === undefined) return null;
  if ('gaps' in judge) return predictionPoweredMean(observed, judge.gaps);
  return roganGladen(observed, judge.sensitivity, judge.specificity);
}

function estimateOf(sampled: EvalSampled): SampledEstimate {
  if ('strata' in sampled) return stratifiedEstimate(sampled.strata);
  if ('items' in sampled) return weightedEstimate(weightedSums(sampled.items));
  return simpleEstimate(sampled.n, sampled.bad);
}

function evaluateSequence(objective: Objective, sequence: NonNullable<SloEvalInput['sequence']>): EvalSequenceOutput {
  const exactShare = subtract(one, decimal(objective.target, 'objective.target'));
  const budgetShare = toNumber(exactShare);
  const { designBad, threshold, x, weights } = sequence;
  if (designBad !== null) {
    const q = decimal(designBad, 'sequence.designBad');
    if (compare(q, exactShare) <= 0 || compare(q, one) >= 0) {
      const field = 'sequence.designBad';
      throw new PlimsollError('invalid_input', `${field}: must be above 1 - target and below 1`, { field });
    }
  }
  const detectors = designBad === null ? averagedDetectors(budgetShare) : [detectorFor(Number(designBad), budgetShare)];
  const { values, logValues, alarmAt } = runSequence(detectors, x, weights, threshold);
  return {
    values: [...values],
    logValues: [...logValues],
    alarmAt,
    detectors: detectors.map(({ lambda }) => ({
      designBad: budgetShare + lambda * budgetShare * (1 - budgetShare),
      lambda,
    })),
  };
}

function evaluateCost(cost: NonNullable<SloEvalInput['cost']>): EvalCostOutput {
  return costBurn({
    expected: decimal(cost.expected, 'cost.expected'),
    ceiling: decimal(cost.ceiling, 'cost.ceiling'),
    spend: decimal(cost.spend, 'cost.spend'),
    outcomes: cost.outcomes,
    windowOutcomes: cost.windowOutcomes ?? null,
  });
}

function evaluateReplay(tiers: readonly Tier[], replay: NonNullable<SloEvalInput['alertReplay']>): EvalReplayOutput {
  const tier = replay.tier === undefined ? tiers[0] : tiers.find(({ name }) => name === replay.tier);
  if (tier === undefined) {
    const field = 'alertReplay.tier';
    const names = tiers.map(({ name }) => name).join(', ');
    throw new PlimsollError('invalid_input', `${field}: "${replay.tier}" is not one of ${names}`, { field });
  }
  const step = wholeMinutes(replay.step, 'alertReplay.step');
  const rule = overriddenRule(alertRule(tier), replay);
  const exit = exitThreshold(tier);
  const start = replay.start === undefined ? null : Date.parse(replay.start);
  const states: AlertState[] = [];
  const transitions: AlertTransitionStep[] = [];
  let status = initialAlertStatus;
  for (const [index, long] of replay.long.entries()) {
    const short = replay.short[index] ?? null;
    const signal =
      long === null || short === null
        ? 'no_data'
        : {
            enter: compare(fromNumber(long), tier.factor) > 0 && compare(fromNumber(short), tier.factor) > 0,
            clean: compare(fromNumber(short), exit) < 0,
          };
    const result = stepAlert(rule, status, index * step, signal);
    status = result.status;
    states.push(status.state);
    if (result.transition !== null) transitions.push(result.transition);
  }
  return {
    tier: tier.name,
    factor: toNumber(tier.factor),
    exitBelow: toNumber(exit),
    states,
    transitions: transitions.map(({ minute, from, to, kind }) => ({
      at: minute,
      time: start === null ? null : new Date(start + minute * 60_000).toISOString(),
      from,
      to,
      kind,
    })),
    incidents: replayIncidents(transitions).map((incident) => ({ ...incident, reopenedAt: [...incident.reopenedAt] })),
  };
}

function overriddenRule(rule: AlertRule, replay: NonNullable<SloEvalInput['alertReplay']>): AlertRule {
  const minutes = (text: string | undefined, field: string, otherwise: number): number =>
    text === undefined ? otherwise : wholeMinutes(text, `alertReplay.${field}`);
  return {
    ...rule,
    forMinutes: minutes(replay.for, 'for', rule.forMinutes),
    holdMinutes: minutes(replay.hold, 'hold', rule.holdMinutes),
    reopenMinutes: minutes(replay.reopen, 'reopen', rule.reopenMinutes),
  };
}

function wholeMinutes(text: string, field: string): number {
  const seconds = durationSeconds(text, field);
  if (seconds % 60 !== 0) {
    throw new PlimsollError('invalid_input', `${field}: must be whole minutes, the alert state steps once a minute`, {
      field,
    });
  }
  return seconds / 60;
}
