import type { DriftEvaluation, DriftFeature } from '@plimsoll/contract';
import { TOPIC } from './window.js';

const percent = (share: number | null): string => (share === null ? 'n/a' : `${(share * 100).toFixed(1)} %`);
const number = (value: number | null): string => (value === null ? 'n/a' : String(Number(value.toPrecision(3))));
const words = (name: string): string => name.replace(/_/gu, ' ');

/** One feature's move in words: what, from, to, how large. */
export function describeMove(feature: DriftFeature): string {
  const size = `${feature.effectName} ${number(feature.effect)}`;
  if (feature.name === TOPIC) return `the topics of the questions changed (${size})`;
  if (feature.kind === 'categorical') {
    const fresh = feature.newLevels.length > 0 ? `, new: ${feature.newLevels.slice(0, 3).join(', ')}` : '';
    return `${words(feature.name)} changed its mix (${size}${fresh})`;
  }
  const show = feature.kind === 'binary' ? percent : number;
  const from = feature.kind === 'binary' ? feature.reference.mean : feature.reference.median;
  const to = feature.kind === 'binary' ? feature.current.mean : feature.current.median;
  return `${words(feature.name)} went from ${show(from)} to ${show(to)} (${size})`;
}

const strength = (feature: DriftFeature): number =>
  (feature.direction === 'worse' ? 10 : 0) + (feature.effect ?? 0) + (feature.tail?.drifted ? 0.01 : 0);

/** What a report says in one line. Never a cause, only what moved. */
export function headline(
  verdict: DriftEvaluation['verdict'],
  features: readonly DriftFeature[],
  sizes: { readonly reference: number; readonly current: number },
): string {
  if (verdict === 'insufficient') {
    return `Too few to judge: ${sizes.reference} reference and ${sizes.current} current observations, 30 a side are needed`;
  }
  const moved = features
    .filter(({ drifted, side }) => drifted && side !== 'input')
    .sort((a, b) => strength(b) - strength(a));
  const [first] = moved;
  if (first && (verdict === 'regression' || verdict === 'change')) {
    const rest = moved.length > 1 ? `, and ${moved.length - 1} more` : '';
    return `${verdict === 'regression' ? 'Regression' : 'Change'}: ${describeMove(first)}${rest}`;
  }
  if (verdict === 'input_mix_changed') {
    const cause = features
      .filter(({ drifted, side }) => drifted && side === 'input')
      .sort((a, b) => strength(b) - strength(a))[0];
    return `The mix of questions changed: ${cause ? describeMove(cause) : 'strata moved'}; like compared with like, nothing else did`;
  }
  const found = Math.max(
    ...features.map(({ effectName, minimumDetectableEffect }) =>
      effectName === 'D' ? (minimumDetectableEffect ?? 0) : 0,
    ),
    0,
  );
  const power = found > 0 ? `; a shift of D ${number(found)} or more would have been found in 4 of 5 cases` : '';
  return verdict === 'quiet' ? `Nothing moved${power}` : `Nothing seen, but the samples are small${power}`;
}
