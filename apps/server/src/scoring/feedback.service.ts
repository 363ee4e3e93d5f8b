import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { feedback, feedbackCreate } from '@plimsoll/contract';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { onlyOnce } from '../incidents/only-once.js';
import {
  feedbackOfTraces,
  type FeedbackRow,
  feedbackWithoutScore,
  insertFeedback,
  knownFeedback,
  newestFeedback,
  type StoredFeedback,
} from './feedback.queries.js';
import { grouped } from './grouped.js';
import { insertScores } from './scoring.queries.js';
import { givenScoreBase, type ScoreRow } from './scoring-rows.js';
import { sha, subjectAmong } from './scores.service.js';
import { type KnownSpan, spansOfTraces } from './scores.queries.js';

type Feedback = z.output<typeof feedback>;
type FeedbackCreate = z.output<typeof feedbackCreate>;

const keptDays = 400;
const dayMs = 86_400_000;
/** Signals whose span does not come within this stay signals; microseconds. */
const patienceMicros = 3n * 3_600_000_000n;
const batch = 1_000;
const position = z.tuple([z.string(), z.string()]);

/** Whether a signal is good news; null where only its size can tell. */
function passedOf(kind: string, value: number | null): boolean | null {
  if (kind === 'thumbs' || kind === 'rating') return value === null ? null : value >= 0.5;
  if (kind === 'copied') return true;
  if (kind === 'regenerated' || kind === 'abandoned') return false;
  return null;
}

const view = (row: StoredFeedback): Feedback => ({
  id: row.feedback_id,
  traceId: row.trace_id,
  spanId: row.span_id === '' ? null : row.span_id,
  kind: row.kind,
  value: row.value,
  comment: row.comment === '' ? null : row.comment,
  userId: row.user_id === '' ? null : row.user_id,
  at: row.at,
});

/** The signal as a score of its subject; one a user, subject and kind. */
function scoreOf(project: string, row: StoredFeedback, span: KnownSpan): ScoreRow {
  return {
    ...givenScoreBase(project, row.trace_id, span),
    scorer: `user-${row.kind}`,
    scoreId: sha('user', row.kind, row.user_id, row.trace_id, span.span_id),
    value: row.value ?? 1,
    label: '',
    passed: passedOf(row.kind, row.value),
    reason: row.comment.slice(0, 300),
    source: 'user',
  };
}

/** What users did with an answer: kept raw, and made into scores of source `user`. */
@Injectable()
export class FeedbackService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  /**
   * Stores signals. The same signal again changes nothing: its id is made of its content, or of `idempotencyKey`.
   * A signal whose span has not come yet becomes a score when it does.
   * @throws PlimsollError `conflict` for the same key with another body, `unavailable` while the first is under way.
   */
  async record(projectId: string, given: readonly FeedbackCreate[], idempotencyKey?: string): Promise<Feedback[]> {
    if (idempotencyKey === undefined) return this.store(projectId, given, undefined);
    const call = { projectId, route: 'POST /api/v1/feedback', key: idempotencyKey };
    return onlyOnce(this.dataSource.manager, call, given, () => this.store(projectId, given, idempotencyKey));
  }

  private async store(
    projectId: string,
    given: readonly FeedbackCreate[],
    idempotencyKey: string | undefined,
  ): Promise<Feedback[]> {
    const now = new Date();
    const made = given.map((signal, index) =>
      this.rowOf(projectId, signal, now, idempotencyKey && `${idempotencyKey} ${index}`),
    );
    const known = await knownFeedback(
      this.clickhouse,
      projectId,
      made.map(({ feedback_id }) => feedback_id),
    );
    const byId = new Map(known.map((row) => [row.feedback_id, row]));
    const rows = made.map((row) => ({ ...row, at: byId.get(row.feedback_id)?.at ?? row.at }));
    await insertFeedback(
      this.clickhouse,
      rows.filter(({ feedback_id }) => !byId.has(feedback_id)),
    );
    await this.score(projectId, rows);
    return rows.map(view);
  }

  async list(
    projectId: string,
    query: { from?: string | undefined; to?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<{ items: Feedback[]; nextCursor: string | null }> {
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, position);
    const rows = await newestFeedback(
      this.clickhouse,
      {
        project: projectId,
        from: new Date(query.from ?? 0),
        to: new Date(query.to ?? Date.now() + dayMs),
        limit: query.limit + 1,
      },
      after === null ? null : { at: after[0], id: after[1] },
    );
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return { items: items.map(view), nextCursor: more ? encodeCursor([last.at, last.feedback_id]) : null };
  }

  /** Makes scores of signals that came before their span. */
  async settle(): Promise<void> {
    const since = (await this.clickhouse.now()) - patienceMicros;
    const waiting = await feedbackWithoutScore(this.clickhouse, since, batch);
    for (const [project, rows] of grouped(waiting, (row) => row.project)) await this.score(project, rows);
  }

  /**
   * Writes the scores of the traces and kinds of these signals. Of what a user said twice the signal that was given last
   * stands, in whatever order and however often they came.
   */
  private async score(projectId: string, rows: readonly StoredFeedback[]): Promise<void> {
    const judging = rows.filter(({ kind }) => kind !== 'comment');
    const traceIds = [...new Set(judging.map(({ trace_id }) => trace_id))];
    const kinds = [...new Set(judging.map(({ kind }) => kind))];
    const [spans, signals] = await Promise.all([
      spansOfTraces(this.clickhouse, projectId, traceIds),
      feedbackOfTraces(this.clickhouse, projectId, traceIds, kinds),
    ]);
    const scores = new Map<string, ScoreRow>();
    for (const row of signals) {
      const span = subjectAmong(spans, row.trace_id, row.span_id);
      if (span === undefined) continue;
      const score = scoreOf(projectId, row, span);
      scores.set(score.scoreId, score);
    }
    await insertScores(this.clickhouse, [...scores.values()]);
  }

  private rowOf(projectId: string, given: FeedbackCreate, now: Date, key: string | undefined): FeedbackRow {
    // A clock that is ahead, as that of many a browser, would have its signal stand for ever.
    const at = new Date(Math.min(given.at === undefined ? Infinity : Date.parse(given.at), now.getTime()));
    const content = [given.kind, given.value ?? '', given.comment ?? '', given.userId ?? '', given.at ?? ''];
    const traceId = given.traceId.toLowerCase();
    const spanId = given.spanId?.toLowerCase() ?? '';
    return {
      project: projectId,
      feedback_id: key === undefined ? sha(traceId, spanId, ...content) : sha('key', key),
      trace_id: traceId,
      span_id: spanId,
      kind: given.kind,
      value: given.value ?? null,
      comment: given.comment ?? '',
      user_id: given.userId ?? '',
      at: at.toISOString(),
      expires_on: new Date(at.getTime() + keptDays * dayMs).toISOString().slice(0, 10),
    };
  }
}
