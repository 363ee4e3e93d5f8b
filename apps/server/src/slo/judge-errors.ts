import type { ClickHouse } from '@plimsoll/clickhouse';
import type { ObjectiveWrite } from '@plimsoll/contract';
import { type JudgeError, judgeErrorOf, uncorrectedBecause } from '@plimsoll/slo';
import { doubleVerdicts, labelsOf } from './judge-labels.queries.js';

/** How the scorers of some objectives err, by what people said of the same answers. */
export interface JudgeErrors {
  /** As far as it is known; null for what nobody labelled, and for kinds that nothing scores. */
  readonly known: (definition: ObjectiveWrite) => JudgeError | null;
  /** What verdicts take out: null also where there are too few labels. */
  readonly used: (definition: ObjectiveWrite) => JudgeError | null;
}

export async function judgeErrors(
  clickhouse: ClickHouse,
  projectId: string,
  definitions: readonly ObjectiveWrite[],
): Promise<JudgeErrors> {
  const scorers = definitions.flatMap(({ indicator }) => (indicator.kind === 'quality' ? [indicator.scorer] : []));
  const verdicts = await doubleVerdicts(clickhouse, projectId, [...new Set(scorers)]);
  const found = new Map<string, JudgeError | null>();
  const known = ({ indicator }: ObjectiveWrite): JudgeError | null => {
    if (indicator.kind !== 'quality' || verdicts.length === 0) return null;
    const key = JSON.stringify([indicator.scorer, indicator.measure, indicator.passMark]);
    const before = found.get(key);
    if (before !== undefined) return before;
    const labels = labelsOf(indicator, verdicts);
    const error = labels.length === 0 ? null : judgeErrorOf(indicator, labels);
    found.set(key, error);
    return error;
  };
  const used = (definition: ObjectiveWrite): JudgeError | null => {
    const error = known(definition);
    return error === null || uncorrectedBecause(error) !== null ? null : error;
  };
  return { known, used };
}
