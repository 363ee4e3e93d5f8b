import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Indicator } from '@plimsoll/contract';
import type { Rescored } from '@plimsoll/incidents';
import type { Score } from '@plimsoll/scoring';
import { ActiveScorers } from '../scoring/active-scorers.js';
import { ContentsService, keyText } from '../scoring/contents.service.js';
import type { ChangeRow } from './changes.queries.js';
import { scoredCalls, scorerVersions } from './scorer-changes.queries.js';
import type { SliEvents, SliSubject } from './sli-events.queries.js';

const hourMs = 3_600_000;
const lookbackMs = 48 * hourMs;
/** Calls from before the change that are scored again. */
const tried = 50;

export interface ScorerChange {
  readonly row: ChangeRow;
  /** Null where it cannot be tried here: a judge costs money, and an old version is not at hand. */
  readonly rescored: Rescored | null;
}

type Quality = Extract<Indicator, { kind: 'quality' }>;

/** Changes of what is measured: versions of an objective's scorer, tried on calls from before they came. */
@Injectable()
export class ScorerChanges {
  /** What was tried stays as it is: neither the calls nor the version change any more. */
  private readonly known = new Map<string, Rescored | null>();

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(ContentsService) private readonly contents: ContentsService,
    @Inject(ActiveScorers) private readonly active: ActiveScorers,
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
    for (const [index, { version, first }] of versions.entries()) {
      const before = versions[index - 1];
      if (before === undefined || Date.parse(first) < onset - lookbackMs) continue;
      const row = rowOf(indicator.scorer, before.version, version, first);
      changes.push({ row, rescored: await this.tried(subject, indicator, events, version, row) });
    }
    return changes;
  }

  private async tried(
    subject: SliSubject,
    indicator: Quality,
    events: SliEvents,
    version: string,
    row: ChangeRow,
  ): Promise<Rescored | null> {
    const key = `${subject.projectId} ${JSON.stringify([subject.definition, subject.labels])} ${row.change_id}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const found = await this.rescore(subject.projectId, indicator, events, version, Date.parse(row.at));
    this.known.set(key, found);
    return found;
  }

  private async rescore(
    project: string,
    indicator: Quality,
    events: SliEvents,
    version: string,
    at: number,
  ): Promise<Rescored | null> {
    const scoring = (await this.active.read()).get(project);
    const scorer = scoring?.scorers.find((one) => one.slug === indicator.scorer && one.version === version);
    if (scorer?.kind !== 'rule') return null;
    const range = { from: new Date(at - 24 * hourMs), to: new Date(at) };
    const calls = (await scoredCalls(this.clickhouse, events, range, tried)).map((row) => ({
      x: row.x,
      key: { project, traceId: row.trace_id, spanId: row.span_id, time: BigInt(row.time_ns) },
    }));
    const subjects = await this.contents.subjects(calls.map(({ key }) => key));
    let [n, badBefore, badAfter] = [0, 0, 0];
    for (const { x, key } of calls) {
      const call = subjects.get(keyText(key)) ?? null;
      const again = call === null ? null : badnessOf(scorer.score(call), indicator);
      if (again === null) continue;
      n += 1;
      badBefore += x;
      badAfter += again;
    }
    return n === 0 ? null : { n, badBefore, badAfter };
  }
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
