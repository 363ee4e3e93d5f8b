import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Indicator } from '@plimsoll/contract';
import type { Rescored } from '@plimsoll/incidents';
import type { Score, ScoringSubject } from '@plimsoll/scoring';
import { DataSource } from 'typeorm';
import { ActiveScorers } from '../scoring/active-scorers.js';
import { ContentsService, keyText } from '../scoring/contents.service.js';
import { JudgeScoring } from '../scoring/judge-scoring.service.js';
import type { ChangeRow } from './changes.queries.js';
import {
  findTrial,
  keepTrial,
  scoredCalls,
  scorerVersions,
  type ScorerVersionRow,
  type TrialKey,
} from './scorer-changes.queries.js';
import type { SliEvents, SliSubject } from './sli-events.queries.js';

const hourMs = 3_600_000;
const lookbackMs = 48 * hourMs;
/** Calls from before the change that are scored again. */
const tried = 50;
/** A judge is asked no longer than this in one pass: other incidents wait. */
const judgeMs = 20_000;
/** A judge that said nothing is asked again after this. */
const retryMs = 10 * 60_000;

export interface ScorerChange {
  readonly row: ChangeRow;
  /** Null where it cannot be tried: the version is not at hand, or its judge is away or has no budget left for it. */
  readonly rescored: Rescored | null;
}

type Quality = Extract<Indicator, { kind: 'quality' }>;

/** Changes of what is measured: versions and judges of an objective's scorer, tried on calls from before they came. */
@Injectable()
export class ScorerChanges {
  /** What was tried stays as it is: neither the calls nor the version change any more. */
  private readonly known = new Map<string, { readonly rescored: Rescored | null; readonly until: number }>();

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(ContentsService) private readonly contents: ContentsService,
    @Inject(ActiveScorers) private readonly active: ActiveScorers,
    @Inject(JudgeScoring) private readonly judges: JudgeScoring,
  ) {}

  /** Of the 48 hours before the onset, and since; none for objectives that nothing scores. */
  async around(subject: SliSubject, events: SliEvents, onset: number, end: number): Promise<ScorerChange[]> {
    const { indicator } = subject.definition;
    if (indicator.kind !== 'quality') return [];
    const from = new Date(onset - lookbackMs - 24 * hourMs);
    const versions = await scorerVersions(this.clickhouse, subject.projectId, indicator.scorer, {
      from,
      to: new Date(end),
    });
    const changes: ScorerChange[] = [];
    for (const [index, current] of versions.entries()) {
      const before = versions[index - 1];
      if (before === undefined || Date.parse(current.first) < onset - lookbackMs) continue;
      const row = rowOf(indicator.scorer, ...namesOf(before, current), current.first);
      changes.push({ row, rescored: await this.tried(subject, indicator, events, current, row) });
    }
    return changes;
  }

  private async tried(
    subject: SliSubject,
    indicator: Quality,
    events: SliEvents,
    current: ScorerVersionRow,
    row: ChangeRow,
  ): Promise<Rescored | null> {
    const { projectId, definition, labels } = subject;
    const whose = createHash('sha256')
      .update(JSON.stringify([definition, labels]))
      .digest('hex');
    const key = { projectId, changeId: row.change_id, subject: whose };
    const known = this.known.get(JSON.stringify(key));
    if (known !== undefined && known.until > Date.now()) return known.rescored;
    const rescored = await this.rescore(key, indicator, events, current, Date.parse(row.at));
    this.known.set(JSON.stringify(key), { rescored, until: rescored === null ? Date.now() + retryMs : Infinity });
    return rescored;
  }

  private async rescore(
    key: TrialKey,
    indicator: Quality,
    events: SliEvents,
    current: ScorerVersionRow,
    at: number,
  ): Promise<Rescored | null> {
    const scoring = (await this.active.read()).get(key.projectId);
    const scorer = scoring?.scorers.find((one) => one.slug === indicator.scorer && one.version === current.version);
    if (scorer === undefined) return null;
    if (scorer.kind === 'rule') {
      const calls = await this.callsBefore(key.projectId, events, at);
      return compared(
        calls,
        indicator,
        calls.map(({ subject }) => scorer.score(subject)),
      );
    }
    const stored = await findTrial(this.database, key);
    if (stored !== null) return stored;
    // The judge of then is at hand no more; what it said of these calls is stored. The one of now is asked once.
    if ((await this.judges.fingerprintOf(key.projectId, scorer.rubric)) !== current.fingerprint) return null;
    const calls = await this.callsBefore(key.projectId, events, at);
    const subjects = calls.map(({ subject }) => subject);
    const again = await this.judges.regrade(key.projectId, scorer.rubric, subjects, Date.now() + judgeMs);
    const found = again === null ? null : compared(calls, indicator, again.scores);
    if (again === null || found === null) return null;
    await keepTrial(this.database, key, found, again.cost);
    return found;
  }

  /** What was said in some calls of the day before, with the badness of the score that they have. */
  private async callsBefore(
    project: string,
    events: SliEvents,
    at: number,
  ): Promise<{ readonly x: number; readonly subject: ScoringSubject }[]> {
    const range = { from: new Date(at - 24 * hourMs), to: new Date(at) };
    const calls = (await scoredCalls(this.clickhouse, events, range, tried)).map((row) => ({
      x: row.x,
      key: { project, traceId: row.trace_id, spanId: row.span_id, time: BigInt(row.time_ns) },
    }));
    const subjects = await this.contents.subjects(calls.map(({ key }) => key));
    return calls.flatMap(({ x, key }) => {
      const subject = subjects.get(keyText(key)) ?? null;
      return subject === null ? [] : [{ x, subject }];
    });
  }
}

/** Both verdicts on the same calls; null where none of them has two. */
function compared(
  calls: readonly { readonly x: number }[],
  indicator: Quality,
  scores: readonly (Score | null)[],
): Rescored | null {
  let [n, badBefore, badAfter] = [0, 0, 0];
  for (const [index, { x }] of calls.entries()) {
    const again = badnessOf(scores[index] ?? null, indicator);
    if (again === null) continue;
    n += 1;
    badBefore += x;
    badAfter += again;
  }
  return n === 0 ? null : { n, badBefore, badAfter };
}

/** A version by its number; where only the judge behind it is another one, by that too. */
function namesOf(before: ScorerVersionRow, now: ScorerVersionRow): [from: string, to: string] {
  if (before.version !== now.version) return [before.version, now.version];
  const named = ({ version, fingerprint }: ScorerVersionRow): string => `${version} (judge ${fingerprint.slice(0, 8)})`;
  return [named(before), named(now)];
}

function rowOf(scorer: string, from: string, to: string, at: string): ChangeRow {
  return {
    at,
    change_id: `scorer:${scorer}:${from}:${to}`,
    kind: 'scorer',
    feature: '',
    attribute: '',
    from_value: from,
    to_value: to,
    title: `scorer ${scorer} ${from} to ${to}`,
    link: '',
    actor: '',
    source: 'first_seen',
  };
}

/** Badness of a score as the objective's points have it; null where it has no opinion. */
function badnessOf(score: Score | null, { measure, passMark }: Quality): number | null {
  if (score === null) return null;
  const { passed, value } = score;
  if (measure === 'mean') {
    if (passed !== null) return passed ? 0 : 1;
    return value === null ? null : 1 - Math.min(1, Math.max(0, value));
  }
  if (passMark === undefined) return passed === null ? null : passed ? 0 : 1;
  return value === null ? null : value < passMark ? 1 : 0;
}
