import { column, date, dateTime64, decimal, float64, nullable, string, uint8, type Column } from '@plimsoll/clickhouse';
import { expiresOn } from '../ingest/span-row.js';
import type { KnownSpan } from './scores.queries.js';

/** Identity of a judged call: the key of its span. `time` is nanoseconds since the epoch. */
export interface SpanKey {
  readonly project: string;
  readonly time: bigint;
  readonly traceId: string;
  readonly spanId: string;
}

export type Decision = 'selected' | 'sampled_out' | 'over_budget' | 'no_content';
/** Empty when the call was not selected. */
export type Outcome = 'pending' | 'scored' | 'failed' | 'not_applicable' | '';

/** What was decided for one call and scorer: the holder of `sampleP`. */
export interface DecisionRow extends SpanKey {
  readonly scorer: string;
  readonly scorerVersion: string;
  readonly decision: Decision;
  readonly outcome: Outcome;
  readonly sampleP: number;
  readonly pHead: number;
  readonly u: number;
  readonly stratum: string;
  readonly policyVersion: string;
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly expiresOn: string;
}

export interface ScoreRow extends SpanKey {
  readonly sessionId: string;
  readonly scorer: string;
  readonly scorerVersion: string;
  readonly scoreId: string;
  readonly value: number | null;
  readonly label: string;
  readonly passed: boolean | null;
  readonly reason: string;
  readonly source: 'rule' | 'judge' | 'human' | 'user';
  readonly sampleP: number;
  readonly stratum: string;
  readonly policyVersion: string;
  readonly judgeFingerprint: string;
  /** Pico-units; null: not a judge, or unpriced. */
  readonly cost: bigint | null;
  readonly durationMs: number;
  readonly expiresOn: string;
}

/** Scores outlive spans: the derived fact is small and its figures are compared for a year. */
const scoreDays = 400;

/** What a score takes over from its decision. */
export const scoreBase = (decision: DecisionRow, sessionId: string) => ({
  project: decision.project,
  time: decision.time,
  traceId: decision.traceId,
  spanId: decision.spanId,
  sessionId,
  scorer: decision.scorer,
  scorerVersion: decision.scorerVersion,
  scoreId: '',
  sampleP: decision.sampleP,
  stratum: decision.stratum,
  policyVersion: decision.policyVersion,
  expiresOn: expiresOn(decision.time, scoreDays),
});

/** What a score has that somebody gave: no decision and no judge stands behind it, and a call that the client sampled weighs for those it left out. */
export const givenScoreBase = (project: string, traceId: string, span: KnownSpan) => {
  const time = BigInt(span.time_ns);
  return {
    project,
    time,
    traceId,
    spanId: span.span_id,
    sessionId: span.session_id,
    scorerVersion: '',
    sampleP: span.sample_p > 0 ? span.sample_p : 1,
    stratum: 'given',
    policyVersion: '',
    judgeFingerprint: '',
    cost: null,
    durationMs: 0,
    expiresOn: expiresOn(time, scoreDays),
  };
};

export const decisionColumns: readonly Column<DecisionRow>[] = [
  column('project', string, (row) => row.project),
  column('time', dateTime64, (row) => row.time),
  column('trace_id', string, (row) => row.traceId),
  column('span_id', string, (row) => row.spanId),
  column('scorer', string, (row) => row.scorer),
  column('scorer_version', string, (row) => row.scorerVersion),
  column('decision', string, (row) => row.decision),
  column('outcome', string, (row) => row.outcome),
  column('sample_p', float64, (row) => row.sampleP),
  column('p_head', float64, (row) => row.pHead),
  column('u', float64, (row) => row.u),
  column('stratum', string, (row) => row.stratum),
  column('policy_version', string, (row) => row.policyVersion),
  column('reason', string, (row) => row.reason),
  column('expires_on', date, (row) => row.expiresOn),
];

export const scoreColumns: readonly Column<ScoreRow>[] = [
  column('project', string, (row) => row.project),
  column('time', dateTime64, (row) => row.time),
  column('trace_id', string, (row) => row.traceId),
  column('span_id', string, (row) => row.spanId),
  column('session_id', string, (row) => row.sessionId),
  column('scorer', string, (row) => row.scorer),
  column('scorer_version', string, (row) => row.scorerVersion),
  column('score_id', string, (row) => row.scoreId),
  column('value', nullable(float64), (row) => row.value),
  column('label', string, (row) => row.label),
  column('passed', nullable(uint8), (row) => row.passed),
  column('reason', string, (row) => row.reason),
  column('source', string, (row) => row.source),
  column('sample_p', float64, (row) => row.sampleP),
  column('stratum', string, (row) => row.stratum),
  column('policy_version', string, (row) => row.policyVersion),
  column('judge_fingerprint', string, (row) => row.judgeFingerprint),
  column('cost', nullable(decimal(12)), (row) => row.cost),
  column('duration_ms', float64, (row) => row.durationMs),
  column('expires_on', date, (row) => row.expiresOn),
];
