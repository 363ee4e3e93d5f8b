import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Indicator } from '@plimsoll/contract';
import type { JudgeLabel } from '@plimsoll/slo';

type Quality = Extract<Indicator, { kind: 'quality' }>;

/** Older labels are of calls that nobody makes any more. */
const labelDays = 90;
const labelsAtMost = 20_000;

/** A verdict as it is stored. */
interface Verdict {
  readonly passed: number | null;
  readonly value: number | null;
}

/** What a scorer in its newest version, and a person, say of one answer. */
export interface DoubleVerdict {
  readonly scorer: string;
  readonly machine: Verdict;
  readonly human: Verdict;
}

/** Answers that both the scorer as it is now and a person have judged, the newest first. */
export async function doubleVerdicts(
  clickhouse: ClickHouse,
  projectId: string,
  scorers: readonly string[],
): Promise<DoubleVerdict[]> {
  if (scorers.length === 0) return [];
  const of = (sources: string): string =>
    `project = {project:String} AND time >= now() - INTERVAL ${labelDays} DAY AND scorer IN {scorers:Array(String)}
      AND span_id != '' AND source IN (${sources})`;
  const labelled = `SELECT trace_id FROM scores WHERE ${of(`'human'`)}`;
  const rows = await clickhouse.query<{
    scorer: string;
    passed: number | null;
    value: number | null;
    human_passed: number | null;
    human_value: number | null;
  }>(
    `SELECT m.scorer AS scorer, m.passed AS passed, m.value AS value, h.passed AS human_passed, h.value AS human_value
     FROM (
       SELECT * FROM scores FINAL WHERE ${of(`'judge', 'rule'`)} AND trace_id IN (${labelled})
         AND (scorer, scorer_version, judge_fingerprint) IN (
           SELECT scorer, tupleElement(argMax((scorer_version, judge_fingerprint), (time, version)) AS newest, 1), tupleElement(newest, 2)
           FROM scores WHERE ${of(`'judge', 'rule'`)} GROUP BY scorer)
       ORDER BY version DESC LIMIT 1 BY trace_id, span_id, scorer) AS m
     INNER JOIN (
       SELECT * FROM scores FINAL WHERE ${of(`'human'`)} ORDER BY version DESC LIMIT 1 BY trace_id, span_id, scorer) AS h
       ON h.trace_id = m.trace_id AND h.span_id = m.span_id AND h.scorer = m.scorer
     ORDER BY m.time DESC LIMIT ${labelsAtMost}`,
    { project: projectId, scorers },
  );
  return rows.map((row) => ({
    scorer: row.scorer,
    machine: { passed: row.passed, value: row.value },
    human: { passed: row.human_passed, value: row.human_value },
  }));
}

/** Badness of both as the objective counts it; answers of which one of them has no opinion are left out. */
export function labelsOf(indicator: Quality, verdicts: readonly DoubleVerdict[]): JudgeLabel[] {
  return verdicts.flatMap(({ scorer, machine, human }) => {
    // A person may say good or bad where the scorer gives a number.
    const [judge, truth] = [badnessOf(machine, indicator), saidBadness(human, indicator)];
    return scorer !== indicator.scorer || judge === null || truth === null ? [] : [{ judge, human: truth }];
  });
}

/** Badness of what a scorer says, read as its points read it. */
export function badnessOf(verdict: Verdict, indicator: Quality): number | null {
  return saidBadness(
    indicator.measure === 'mean' || indicator.passMark === undefined ? verdict : { ...verdict, passed: null },
    indicator,
  );
}

function saidBadness({ passed, value }: Verdict, { measure, passMark }: Quality): number | null {
  if (measure === 'mean') {
    if (passed !== null) return 1 - passed;
    return value === null ? null : 1 - Math.min(1, Math.max(0, value));
  }
  if (passed !== null) return 1 - passed;
  return value === null || passMark === undefined ? null : value < passMark ? 1 : 0;
}
