import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type Score, type scoreCreate, type scoreQuery, type ScoringCoverage } from '@plimsoll/contract';
import { weightedRate } from '@plimsoll/scoring';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { insertScores } from './scoring.queries.js';
import { givenScoreBase, type ScoreRow } from './scoring-rows.js';
import { coverage, type KnownSpan, newestScores, passSums, spansOfTraces, type StoredScore } from './scores.queries.js';

type ScoreCreate = z.output<typeof scoreCreate>;
type ScoreQuery = z.output<typeof scoreQuery>;

const dayMs = 86_400_000;
const position = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.string()]);

export const sha = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);

const orNull = (text: string): string | null => (text === '' ? null : text);

const scoreView = (row: StoredScore): Score => ({
  time: row.time_iso,
  traceId: row.trace_id,
  spanId: orNull(row.span_id),
  sessionId: orNull(row.session_id),
  scorer: row.scorer,
  scorerVersion: row.scorer_version,
  scoreId: orNull(row.score_id),
  value: row.value,
  label: orNull(row.label),
  passed: row.passed === null ? null : row.passed === 1,
  reason: orNull(row.reason),
  source: row.source,
  sampleP: row.sample_p,
  stratum: row.stratum,
});

const viewOfRow = (row: ScoreRow): Score => ({
  time: new Date(Number(row.time / 1_000_000n)).toISOString(),
  traceId: row.traceId,
  spanId: orNull(row.spanId),
  sessionId: orNull(row.sessionId),
  scorer: row.scorer,
  scorerVersion: row.scorerVersion,
  scoreId: orNull(row.scoreId),
  value: row.value,
  label: orNull(row.label),
  passed: row.passed,
  reason: orNull(row.reason),
  source: row.source,
  sampleP: row.sampleP,
  stratum: row.stratum,
});

/**
 * The span that a score or signal is about: the named one; else the last call of the trace, since that is the answer
 * people saw; else its root.
 */
export function subjectAmong(spans: readonly KnownSpan[], traceId: string, spanId: string): KnownSpan | undefined {
  const own = spans.filter((span) => span.trace_id === traceId);
  if (spanId !== '') return own.find((span) => span.span_id === spanId);
  return own.findLast(({ kind }) => kind === 'generation') ?? own.find((span) => span.parent_span_id === '') ?? own[0];
}

/** Scores as people ask for them, and those they give themselves. */
@Injectable()
export class ScoresService {
  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {}

  async list(projectId: string, query: ScoreQuery): Promise<{ items: Score[]; nextCursor: string | null }> {
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, position);
    const rows = await newestScores(
      this.clickhouse,
      {
        project: projectId,
        from: new Date(query.from ?? 0),
        to: new Date(query.to ?? Date.now() + dayMs),
        scorer: query.scorer ?? '',
        traceId: query.traceId?.toLowerCase() ?? '',
        source: query.source ?? '',
        passed: query.passed ?? '',
        limit: query.limit + 1,
      },
      after,
    );
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      items: items.map(scoreView),
      nextCursor: more
        ? encodeCursor([last.time_ns, last.trace_id, last.span_id, last.scorer, last.scorer_version, last.score_id])
        : null,
    };
  }

  /**
   * Stores scores of people or of an evaluator outside. One score an actor, subject and scorer: giving it again
   * replaces it, so a retry changes nothing.
   * @throws PlimsollError `not_found` for a span that is not stored (yet); nothing of the request is stored then.
   */
  async give(projectId: string, actor: string, given: readonly ScoreCreate[]): Promise<Score[]> {
    const spans = await spansOfTraces(this.clickhouse, projectId, [
      ...new Set(given.map(({ traceId }) => traceId.toLowerCase())),
    ]);
    const rows = given.map((score, index) =>
      this.rowOf(projectId, actor, score, spans, given.length === 1 ? '' : `${index}.`),
    );
    await insertScores(this.clickhouse, rows);
    return rows.map(viewOfRow);
  }

  async coverage(
    projectId: string,
    query: { from?: string | undefined; to?: string | undefined; feature?: string | undefined },
  ): Promise<ScoringCoverage[]> {
    const search = {
      project: projectId,
      from: new Date(query.from ?? Date.now() - dayMs),
      to: new Date(query.to ?? Date.now() + dayMs),
      feature: query.feature ?? '',
    };
    const [counts, sums] = await Promise.all([coverage(this.clickhouse, search), passSums(this.clickhouse, search)]);
    return counts.map((row) => {
      const own = sums.find(({ scorer }) => scorer === row.scorer);
      const passed = own && weightedRate({ sumW: own.sum_w, sumWx: own.sum_wx, sumW2: own.sum_w2 });
      return {
        scorer: row.scorer,
        eligible: row.eligible,
        scored: row.scored,
        sampledOut: row.sampled_out,
        overBudget: row.over_budget,
        failed: row.failed,
        noContent: row.no_content,
        notApplicable: row.not_applicable,
        pending: row.pending,
        passRate: passed?.rate ?? null,
        low: passed?.low ?? null,
        high: passed?.high ?? null,
      };
    });
  }

  private rowOf(
    projectId: string,
    actor: string,
    given: ScoreCreate,
    spans: readonly KnownSpan[],
    path: string,
  ): ScoreRow {
    const traceId = given.traceId.toLowerCase();
    const spanId = given.spanId?.toLowerCase() ?? '';
    if (given.value === undefined && given.label === undefined && given.passed === undefined) {
      throw new PlimsollError('invalid_input', `${path}value: a score needs a value, a label or passed`, {
        field: `${path}value`,
      });
    }
    const span = subjectAmong(spans, traceId, spanId);
    if (span === undefined) {
      const what = spanId === '' ? `trace ${traceId}` : `span ${spanId} of trace ${traceId}`;
      throw new PlimsollError(
        'not_found',
        `${path}traceId: ${what} is not stored (yet); send the score again once it is`,
        {
          field: `${path}traceId`,
        },
      );
    }
    return {
      ...givenScoreBase(projectId, traceId, span),
      scorer: given.scorer,
      scoreId: sha(actor, given.source, given.scorer, traceId, span.span_id),
      value: given.value ?? (given.passed === undefined ? null : Number(given.passed)),
      label: given.label ?? '',
      passed: given.passed ?? null,
      reason: given.reason ?? '',
      source: given.source,
    };
  }
}
