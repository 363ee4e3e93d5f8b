import { type CandidateChange, isMeasurement } from './candidates.js';
import type { SuspectRanking } from './suspect.js';

const nameOf = (change: CandidateChange): string => `${change.kind} ${change.to ?? change.id}`;

/** What would tell more than the data at hand can. */
export function hintsFor(ranking: SuspectRanking, changes: readonly CandidateChange[]): string[] {
  const hints: string[] = [];
  const [top] = ranking.suspects;
  if (ranking.verdict === 'inseparable' && top !== undefined) {
    const names = [top.id, ...top.groupedWith].flatMap((id) =>
      changes.filter((change) => change.id === id).map(nameOf),
    );
    hints.push(`Cannot tell ${names.join(' from ')}; split them with a 5 % canary.`);
  }
  if (ranking.seasonal && ranking.season !== null) {
    const { n, bad } = ranking.season;
    const share = Number(((100 * bad) / n).toPrecision(3));
    hints.push(`The same hours a week ago were as bad (${share} % of ${Math.round(n)} calls): it may be the season.`);
  }
  const named = new Set(
    ranking.suspects.filter(({ band }) => band === 'strong' || band === 'possible').map(({ id }) => id),
  );
  for (const { id, control, exposed, unexposed } of ranking.suspects) {
    const change = changes.find((one) => one.id === id);
    if (control !== 'rescored' || change === undefined || exposed === null || unexposed === null) continue;
    const tried = `${nameOf(change)} scored ${exposed.n} calls from before again`;
    const [then, now] = [Math.round(unexposed.bad), Math.round(exposed.bad)];
    const moved = named.has(id)
      ? 'the measurement moved, the product only by the rest'
      : 'the measurement did not move';
    hints.push(`${tried}: ${then} failed then, ${now} fail with it. So ${moved}.`);
    named.delete(id);
  }
  for (const change of changes) {
    if (!named.has(change.id) || !isMeasurement(change.kind)) continue;
    hints.push(
      `${nameOf(change)} changed what is measured: score 50 baseline traces again with it before blaming the product.`,
    );
  }
  return hints;
}
