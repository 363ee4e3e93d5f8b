import type { Indicator, ObjectiveWrite } from '@plimsoll/contract';
import type { Parameters } from './parameters.js';

/** Columns that the expressions below read. */
export const eventColumns = `time, trace_id, span_id, parent_span_id, kind, start_time, end_time, status, error_type,
  http_status, finish_reason, ttft_ms, tokens_output, tokens_reasoning, cost, sample_p`;

export const isCall = `kind IN ('generation', 'embedding')`;
export const isRoot = `parent_span_id = ''`;

/** Who went away before the answer came has not met a slow or failing service; counted apart. */
const isCancelled = `(ifNull(http_status, 0) = 499 OR match(lower(error_type), 'cancel|abort')
  OR lower(finish_reason) IN ('cancelled', 'canceled', 'aborted'))`;

/** Closed classes of failure; '' for a call that went well. */
const errorClass = `multiIf(
  http_status = 429 OR match(lower(error_type), 'rate.?limit|too.?many|quota|\\\\b429\\\\b'), 'rate_limit',
  http_status IN (408, 504) OR match(lower(error_type), 'time.?out|deadline'), 'timeout',
  lower(finish_reason) IN ('content_filter', 'content-filter', 'safety', 'blocked') OR match(lower(error_type), 'content.?(filter|policy)'), 'content_filter',
  http_status >= 500 OR match(lower(error_type), 'server.?error|unavailable|overloaded|\\\\b5\\\\d\\\\d\\\\b'), 'provider_5xx',
  http_status >= 400 OR match(lower(error_type), 'bad.?request|invalid|unauthor|forbidden|not.?found|\\\\b4\\\\d\\\\d\\\\b'), 'client_error',
  status = 'error', 'other',
  '')`;

const latencyMs = {
  end_to_end: `toNullable((toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6)`,
  ttft: 'ttft_ms',
  // Tokens after the first one; without a first-token time the whole answer is spread over its tokens.
  per_output_token: `multiIf(
    ttft_ms IS NOT NULL AND tokens_output + tokens_reasoning > 1,
    ((toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6 - ttft_ms) / (tokens_output + tokens_reasoning - 1),
    tokens_output + tokens_reasoning > 0,
    (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6 / (tokens_output + tokens_reasoning),
    NULL)`,
} as const;

/** How a span counts for an indicator: SQL over the columns of a span. What is bad is eligible and has `value` above the limit. */
export interface EventExpressions {
  readonly counted: string;
  readonly eligible: string;
  /** Float64; infinite for what is bad whatever the limit. */
  readonly value: string;
  readonly excluded: string;
  readonly cost: string;
  readonly outcomes: string;
}

const noMoney = { cost: 'toDecimal128(0, 12)', outcomes: '0' } as const;

/** Where `value` begins to be bad: the one number in which objectives of the same expressions differ. */
export function eventLimit(indicator: Indicator): number {
  return indicator.kind === 'latency' ? indicator.thresholdMs : 0;
}

export function eventExpressions({ indicator, unit }: ObjectiveWrite, parameters: Parameters): EventExpressions {
  const subject = unit === 'trace' ? isRoot : isCall;
  if (indicator.kind === 'latency') {
    const value = latencyMs[indicator.measure];
    const judged = `(NOT ${isCancelled} AND (status = 'error' OR (${value}) IS NOT NULL))`;
    const measured = `if(status = 'error', inf, ifNull(toFloat64(${value}), 0.))`;
    return { counted: subject, eligible: judged, value: measured, excluded: `NOT ${judged}`, ...noMoney };
  }
  if (indicator.kind === 'error') {
    const failed =
      indicator.classes === undefined
        ? `status = 'error'`
        : `has(${parameters.add('Array(String)', indicator.classes)}, ${errorClass})`;
    const value = `toFloat64(${failed})`;
    return { counted: subject, eligible: `NOT ${isCancelled}`, value, excluded: isCancelled, ...noMoney };
  }
  // Spend is that of calls; what it is divided by are calls, roots, or outcomes that come from their own table.
  const requests = indicator.kind === 'cost' && indicator.per === 'request' ? subject : '0';
  return {
    counted: `(${isCall} OR ${requests})`,
    eligible: requests,
    value: '0.',
    excluded: `(${isCall} AND cost IS NULL)`,
    cost: `if(${isCall}, toDecimal128(ifNull(cost, 0), 12), toDecimal128(0, 12))`,
    outcomes: requests,
  };
}

type Quality = Extract<Indicator, { kind: 'quality' }>;

/** What is read of a score, and what of it is bad: SQL over `passed` and `value`; NULL where the score has no opinion. */
export interface ScoreExpressions {
  readonly value: string;
  readonly badness: (value: string, limit: string) => string;
}

/** The scorer's own verdict, or the objective's pass mark on its value. */
export function scoreExpressions({ measure, passMark }: Quality): ScoreExpressions {
  if (measure === 'mean') {
    const value = `multiIf(passed IS NOT NULL, toFloat64(1 - passed), value IS NOT NULL, 1 - least(1., greatest(0., value)), NULL)`;
    return { value, badness: (verdict) => verdict };
  }
  if (passMark === undefined) return { value: 'toFloat64(1 - passed)', badness: (verdict) => verdict };
  return { value: 'toFloat64(value)', badness: (value, limit) => `toFloat64(${value} < ${limit})` };
}

/** Of several scores of one answer the scorer's own newest; what people say of the same is a label of it, not a second one. */
export const ownVerdictFirst = `source IN ('human', 'user'), version DESC`;

/** Badness of a score by an objective's own limit. */
export function scoreBadness(indicator: Quality, parameters: Parameters): string {
  const { value, badness } = scoreExpressions(indicator);
  return badness(value, parameters.add('Float64', indicator.passMark ?? 0));
}
