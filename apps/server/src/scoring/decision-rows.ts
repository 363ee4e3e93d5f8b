import { decide, findRuleScorer, type SamplingFacts, type ScoringSubject } from '@plimsoll/scoring';
import { type ActiveScorer, type ProjectScoring, wants } from './active-scorers.js';
import { burstRule, isInBurst } from './bursts.js';
import type { CallVersion, Candidate, DatedDecision } from './scoring.queries.js';
import type { DecisionRow, SpanKey } from './scoring-rows.js';

/** A call to be decided about. */
export interface Call extends SpanKey {
  readonly feature: string;
  readonly kind: string;
  readonly sessionId: string;
  readonly headP: number;
  readonly hasContent: boolean;
  readonly promptVersion: string;
  readonly model: string;
  /** Feature, prompt version and model as one text. */
  readonly version: string;
}

export const versionText = (version: CallVersion): string =>
  [version.feature, version.prompt_version, version.model].join('\0');

export const callOf = (row: Candidate): Call => ({
  project: row.project,
  time: BigInt(row.time_ns),
  traceId: row.trace_id,
  spanId: row.span_id,
  feature: row.feature,
  kind: row.kind,
  sessionId: row.session_id,
  headP: row.sample_p > 0 ? row.sample_p : 1,
  hasContent: row.has_content === 1,
  promptVersion: row.prompt_version,
  model: row.model,
  version: versionText(row),
});

const suspects = ['refusal', 'truncated', 'empty'].map((id) => findRuleScorer(id)?.prepare({}));

/** What a call's words alone say about how telling a grade of it would be. */
const isSuspicious = (subject: ScoringSubject): boolean => suspects.some((score) => score?.(subject)?.passed === false);

/** Holds the place of a call that no scorer wants, so that the next pass does not ask again. */
export function unwanted(call: Call, expires: string): DecisionRow {
  return {
    project: call.project,
    time: call.time,
    traceId: call.traceId,
    spanId: call.spanId,
    scorer: '',
    scorerVersion: '',
    decision: 'sampled_out',
    outcome: '',
    sampleP: 0,
    pHead: call.headP,
    u: 0,
    stratum: '',
    policyVersion: '',
    reason: 'no_scorer',
    expiresOn: expires,
  };
}

/** The decision of every scorer that wants this call. */
export function decisionsOf({
  call,
  isNew,
  subject,
  project,
  expires,
}: {
  readonly call: Call;
  readonly isNew: boolean;
  readonly subject: ScoringSubject | null;
  readonly project: ProjectScoring;
  readonly expires: string;
}): DecisionRow[] {
  const wanted = project.scorers.filter(({ filter }) => wants(filter, call));
  if (wanted.length === 0) return [unwanted(call, expires)];
  const judged = wanted.some(({ kind }) => kind === 'judge');
  const facts: SamplingFacts = {
    suspicious: judged && subject !== null && isSuspicious(subject),
    thumbsDown: false,
    newVersion: isNew,
  };
  return wanted.map((scorer): DecisionRow => {
    const burst = isInBurst(project.bursts, scorer.slug, call);
    const own = scorer.kind === 'judge' ? project.rules : [];
    const rules = burst ? [...own, burstRule(scorer.sampleRate)] : own;
    const policy = { version: project.policyVersion, baseRate: scorer.sampleRate, rules };
    const { selected, sampleP, stratum, u } = decide(policy, call.traceId, { ...facts, burst }, call.headP);
    const decision = subject === null ? 'no_content' : selected ? 'selected' : 'sampled_out';
    return {
      ...unwanted(call, expires),
      scorer: scorer.slug,
      scorerVersion: scorer.version,
      decision,
      outcome: decision === 'selected' ? 'pending' : '',
      sampleP,
      u,
      stratum,
      policyVersion: project.policyVersion,
      reason: '',
    };
  });
}

/**
 * The decision as it stands once a user has said that the call was bad; null where that does not raise the probability with
 * which it is judged.
 */
export function raisedByThumbsDown(
  { decidedMicros: _, ...row }: DatedDecision,
  scorer: ActiveScorer,
  project: ProjectScoring,
): DecisionRow | null {
  const policy = { version: row.policyVersion, baseRate: scorer.sampleRate, rules: project.rules };
  const facts = { suspicious: false, thumbsDown: true, newVersion: false };
  const { selected, sampleP, stratum } = decide(policy, row.traceId, facts, row.pHead);
  if (sampleP <= row.sampleP) return null;
  const isOpen = selected && (row.outcome === '' || row.outcome === 'pending');
  return {
    ...row,
    decision: selected ? 'selected' : row.decision,
    outcome: isOpen ? 'pending' : row.outcome,
    sampleP,
    stratum,
    reason: 'thumbs_down',
  };
}
