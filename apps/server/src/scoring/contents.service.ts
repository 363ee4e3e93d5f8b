import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { ScoringSubject } from '@plimsoll/scoring';
import { grouped } from './grouped.js';
import { contentsOf, logsOfCalls, passagesOf, whereabouts } from './scoring.queries.js';
import type { SpanKey } from './scoring-rows.js';
import { subjectOf } from './subject.js';

/** Identity of a call as text, for maps. */
export const keyText = ({ project, time, traceId, spanId }: SpanKey): string =>
  `${project} ${time} ${traceId} ${spanId}`;

/** Reads what calls said. */
@Injectable()
export class ContentsService {
  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {}

  /** Subjects by `keyText`; null: no answer is stored. A call that is gone is missing. */
  async subjects(keys: readonly SpanKey[]): Promise<Map<string, ScoringSubject | null>> {
    const found = new Map<string, ScoringSubject | null>();
    for (const [project, own] of grouped(keys, ({ project }) => project)) await this.read(project, own, found);
    return found;
  }

  private async read(
    project: string,
    keys: readonly SpanKey[],
    found: Map<string, ScoringSubject | null>,
  ): Promise<void> {
    const where = whereabouts(keys);
    const [contents, logs, passages] = await Promise.all([
      contentsOf(this.clickhouse, where),
      logsOfCalls(this.clickhouse, where),
      passagesOf(this.clickhouse, where),
    ]);
    const logsOf = grouped(logs, ({ trace_id, span_id }) => `${trace_id} ${span_id}`);
    const passagesByTrace = grouped(passages, ({ trace_id }) => trace_id);
    for (const row of contents) {
      const own = logsOf.get(`${row.trace_id} ${row.span_id}`) ?? [];
      const context = (passagesByTrace.get(row.trace_id) ?? []).map(({ output }) => output);
      const key = keyText({ project, time: BigInt(row.time_ns), traceId: row.trace_id, spanId: row.span_id });
      found.set(key, subjectOf(row, own, context));
    }
  }
}
