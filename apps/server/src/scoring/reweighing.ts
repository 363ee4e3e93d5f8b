import type { ClickHouse } from '@plimsoll/clickhouse';
import { parseMoney } from '@plimsoll/cost';
import { z } from 'zod';
import { keyText } from './contents.service.js';
import { grouped } from './grouped.js';
import { insertScores, scoresForReweighing } from './scoring.queries.js';
import type { DecisionRow, ScoreRow } from './scoring-rows.js';

const stored = z.object({
  session: z.string(),
  label: z.string(),
  reason: z.string(),
  source: z.enum(['rule', 'judge', 'human', 'user']),
  fingerprint: z.string(),
  value: z.string(),
  passed: z.string(),
  cost: z.string(),
  durationMs: z.string(),
  expiresOn: z.string(),
});

/** Writes scores again with the probability of a newer decision: the score stands, its weight changes. */
export class Reweighing {
  constructor(private readonly clickhouse: ClickHouse) {}

  async apply(decisions: readonly DecisionRow[]): Promise<void> {
    for (const [project, own] of grouped(decisions, (decision) => decision.project)) {
      const traceIds = [...new Set(own.map(({ traceId }) => traceId))];
      const scorers = [...new Set(own.map(({ scorer }) => scorer))];
      const byKey = new Map(
        own.map((decision) => [`${keyText(decision)} ${decision.scorer} ${decision.scorerVersion}`, decision]),
      );
      const rows = await scoresForReweighing(this.clickhouse, project, traceIds, scorers);
      const scores = rows.flatMap((row): ScoreRow[] => {
        const key = keyText({ project, time: BigInt(row.time_ns), traceId: row.trace_id, spanId: row.span_id });
        const decision = byKey.get(`${key} ${row.scorer} ${row.scorer_version}`);
        return decision ? [reweighed(decision, stored.parse(JSON.parse(row.row)))] : [];
      });
      await insertScores(this.clickhouse, scores);
    }
  }
}

const orNull = <T>(text: string, read: (text: string) => T): T | null => (text === '' ? null : read(text));

const reweighed = (decision: DecisionRow, score: z.output<typeof stored>): ScoreRow => ({
  project: decision.project,
  time: decision.time,
  traceId: decision.traceId,
  spanId: decision.spanId,
  sessionId: score.session,
  scorer: decision.scorer,
  scorerVersion: decision.scorerVersion,
  scoreId: '',
  value: orNull(score.value, Number),
  label: score.label,
  passed: orNull(score.passed, (text) => text === '1'),
  reason: score.reason,
  source: score.source,
  sampleP: decision.sampleP,
  stratum: decision.stratum,
  policyVersion: decision.policyVersion,
  judgeFingerprint: score.fingerprint,
  cost: orNull(score.cost, (text) => parseMoney(text, 'cost')),
  durationMs: Number(score.durationMs),
  expiresOn: score.expiresOn,
});
