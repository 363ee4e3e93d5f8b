import { invalidInput, type SuspectsInput, suspectsInput, type SuspectsOutput } from '@plimsoll/contract';
import type { CandidateChange } from './candidates.js';
import { hintsFor } from './hints.js';
import { rankSuspects } from './suspects.js';

/**
 * `plimsoll eval suspects`: ranks given changes over given counts.
 * @throws PlimsollError `invalid_input` naming the field and the reason.
 */
export function evaluateSuspects(input: unknown): SuspectsOutput {
  const parsed = suspectsInput.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error, 'input');
  const question = parsed.data;
  const changes = question.changes.map(({ rescored: _, ...change }): CandidateChange => ({
    ...change,
    at: Date.parse(change.at),
  }));
  const ranking = rankSuspects({
    onset: Date.parse(question.onset),
    end: Date.parse(question.end),
    slackMs: slackOf(question),
    cells: question.cells,
    changes,
    season: question.season,
    rescored: new Map(question.changes.flatMap(({ id, rescored }) => (rescored === undefined ? [] : [[id, rescored]]))),
  });
  return {
    ...ranking,
    byAttribute: ranking.byAttribute.map((attribute) => ({
      ...attribute,
      values: attribute.values.map((value) => ({ ...value })),
    })),
    suspects: ranking.suspects.map((suspect) => ({ ...suspect, groupedWith: [...suspect.groupedWith] })),
    hints: hintsFor(ranking, changes),
  };
}

function slackOf({ onsetInterval }: SuspectsInput): number {
  if (onsetInterval === undefined) return 0;
  return Math.max(0, Date.parse(onsetInterval.to) - Date.parse(onsetInterval.from)) / 2;
}
