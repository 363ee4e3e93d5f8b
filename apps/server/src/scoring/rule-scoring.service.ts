import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { ScoringSubject } from '@plimsoll/scoring';
import { PassCursors } from '../rollups/pass-cursors.js';
import { type ActiveScorer, type ProjectScoring, scorerOf, slugsOf } from './active-scorers.js';
import { ContentsService, keyText } from './contents.service.js';
import { grouped } from './grouped.js';
import { insertDecisions, insertScores, pendingDecisions } from './scoring.queries.js';
import { lookBackFrom } from './scoring-progress.js';
import { type DecisionRow, scoreBase, type ScoreRow, type SpanKey } from './scoring-rows.js';

const resumeName = 'scoring.resume';
/** How often decisions are looked for that a dead worker left; a fresh worker and one whose pass failed look at once. */
const resumeMs = 60_000;
/** Decisions taken up at once. */
const batch = 1_000;

/** Scores by rule what was decided to be scored, and writes how that ended. */
@Injectable()
export class RuleScoring {
  private readonly logger = new Logger('scoring');
  private resumedAt = 0;

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(PassCursors) private readonly cursors: PassCursors,
    @Inject(ContentsService) private readonly contents: ContentsService,
  ) {}

  /** Scores what rules can score of these stored decisions, then writes how that ended. */
  async score(
    decisions: readonly DecisionRow[],
    subjects: ReadonlyMap<string, ScoringSubject | null>,
    projects: ReadonlyMap<string, ProjectScoring>,
    sessions: ReadonlyMap<string, string>,
  ): Promise<void> {
    const scores: ScoreRow[] = [];
    const ends: DecisionRow[] = [];
    for (const decision of decisions) {
      if (decision.outcome !== 'pending') continue;
      const scorer = scorerOf(projects.get(decision.project), decision);
      if (scorer?.kind === 'judge') continue;
      const subject = subjects.get(keyText(decision)) ?? null;
      const end = this.scoreOne(decision, scorer, subject, sessions.get(keyText(decision)) ?? '');
      ends.push({ ...decision, ...end.outcome });
      if (end.score !== null) scores.push(end.score);
    }
    await insertScores(this.clickhouse, scores);
    await insertDecisions(this.clickhouse, ends);
  }

  private scoreOne(
    decision: DecisionRow,
    scorer: ActiveScorer | undefined,
    subject: ScoringSubject | null,
    sessionId: string,
  ): { readonly outcome: Pick<DecisionRow, 'outcome' | 'reason'>; readonly score: ScoreRow | null } {
    if (scorer === undefined || scorer.kind !== 'rule') {
      return { outcome: { outcome: 'failed', reason: 'scorer_changed' }, score: null };
    }
    if (subject === null) return { outcome: { outcome: 'failed', reason: 'content_gone' }, score: null };
    const started = performance.now();
    try {
      const found = scorer.score(subject);
      if (found === null) return { outcome: { outcome: 'not_applicable', reason: '' }, score: null };
      const score: ScoreRow = {
        ...scoreBase(decision, sessionId),
        value: found.value,
        label: found.label ?? '',
        passed: found.passed,
        reason: found.reason ?? '',
        source: 'rule',
        judgeFingerprint: '',
        cost: null,
        durationMs: performance.now() - started,
      };
      return { outcome: { outcome: 'scored', reason: '' }, score };
    } catch (error) {
      this.logger.warn(
        `scorer ${scorer.slug} failed on span ${decision.spanId}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return { outcome: { outcome: 'failed', reason: 'scorer_error' }, score: null };
    }
  }

  /** The next `resume` looks, however short ago the last one did. */
  resumeSoon(): void {
    this.resumedAt = 0;
  }

  /** Ends what a worker that died had decided and not scored. */
  async resume(projects: ReadonlyMap<string, ProjectScoring>): Promise<void> {
    if (Date.now() - this.resumedAt < resumeMs) return;
    const started = await this.clickhouse.now();
    const previous = await this.cursors.read(resumeName);
    const since = lookBackFrom(previous, started);
    const slugs = slugsOf(projects, 'rule');
    for (;;) {
      const pending = await pendingDecisions(this.clickhouse, since, slugs, batch);
      const subjects = await this.contents.subjects(uniqueKeys(pending));
      await this.score(pending, subjects, projects, new Map());
      if (pending.length < batch) break;
    }
    await this.cursors.write(resumeName, { startedMicros: started, finishedMicros: await this.clickhouse.now() });
    this.resumedAt = Date.now();
  }
}

function uniqueKeys(decisions: readonly DecisionRow[]): SpanKey[] {
  return [...grouped(decisions, keyText).values()].flatMap(([first]) => (first ? [first] : []));
}
