import {
  driftOptions,
  type DriftEvaluation,
  type DriftFeature,
  type DriftObservation,
  type DriftOptions,
} from '@plimsoll/contract';
import { comparePaired, pairWindows } from './compare-paired.js';
import { compareInputs, compareOutputs, MIN_PER_SIDE, type Directions } from './compare-windows.js';
import { headline } from './headline.js';
import { matchMix } from './input-mix.js';
import { measureWindows, type Window } from './window.js';

/** From this many a side on, silence is worth something. */
const MIN_FOR_QUIET = 100;

const drifted = (features: readonly DriftFeature[]): boolean => features.some((feature) => feature.drifted);

function verdictOf(features: readonly DriftFeature[], smaller: number): DriftEvaluation['verdict'] {
  const moved = features.filter((feature) => feature.drifted);
  if (moved.some(({ direction }) => direction === 'worse')) return 'regression';
  if (moved.length > 0) return 'change';
  return smaller >= MIN_FOR_QUIET ? 'quiet' : 'inconclusive';
}

function finish(
  verdict: DriftEvaluation['verdict'],
  windows: { readonly reference: Window; readonly current: Window },
  features: readonly DriftFeature[],
  notes: readonly string[],
): DriftEvaluation {
  const sizes = { reference: windows.reference.size, current: windows.current.size };
  return {
    verdict,
    nReference: sizes.reference,
    nCurrent: sizes.current,
    features: [...features],
    headline: headline(verdict, features, sizes),
    notes: [...notes],
  };
}

/** Compares windows whose mix of questions moved: like with like, as far as both sides have the like. */
function evaluateMatched(
  windows: { readonly reference: Window; readonly current: Window },
  inputs: readonly DriftFeature[],
  directions: Directions,
  seed: number,
): DriftEvaluation {
  const moved = inputs.filter((feature) => feature.drifted).map(({ name }) => name);
  const matched = matchMix(windows.reference, windows.current, moved, seed);
  const smaller = Math.min(matched.reference.size, matched.current.size);
  const notes = [`The mix of questions changed (${moved.join(', ')}).`];
  if (smaller < MIN_PER_SIDE) {
    notes.push(`Only ${smaller} observations a side are alike: the answers cannot be compared apart from the mix.`);
    return finish(
      'input_mix_changed',
      windows,
      [...compareOutputs(matched.reference, matched.current, directions), ...inputs],
      notes,
    );
  }
  notes.push(
    `Answers are compared within the same kind of question: ${matched.reference.size} of ${windows.reference.size} reference and ${matched.current.size} of ${windows.current.size} current observations.`,
  );
  const outputs = compareOutputs(matched.reference, matched.current, directions);
  const verdict = drifted(outputs) ? verdictOf(outputs, smaller) : 'input_mix_changed';
  return finish(verdict, windows, [...outputs, ...inputs], notes);
}

/** Compares measured windows; see `evaluateDrift`. */
export function evaluateWindows(reference: Window, current: Window, options: DriftOptions = {}): DriftEvaluation {
  const { directions, paired, seed } = driftOptions.parse(options);
  const windows = paired ? pairWindows(reference, current) : { reference, current };
  const smaller = Math.min(windows.reference.size, windows.current.size);
  if (smaller < MIN_PER_SIDE) {
    const shown = [
      ...compareOutputs(windows.reference, windows.current, directions),
      ...compareInputs(windows.reference, windows.current),
    ];
    return finish('insufficient', windows, shown, []);
  }
  if (paired) {
    const features = comparePaired(windows.reference, windows.current, directions);
    return finish(verdictOf(features, smaller), windows, features, [
      `${smaller} prompts were compared with themselves.`,
    ]);
  }
  const inputs = compareInputs(windows.reference, windows.current);
  if (drifted(inputs)) return evaluateMatched(windows, inputs, directions, seed);
  const outputs = compareOutputs(windows.reference, windows.current, directions);
  return finish(verdictOf(outputs, smaller), windows, [...outputs, ...inputs], []);
}

/**
 * The verdict over two sets of observations: a pure function of them and the options.
 * `regression`: a score with a declared direction moved the wrong way. `change`: something else moved.
 * `input_mix_changed`: only the questions moved. `quiet` needs 100 observations a side, `inconclusive` 30.
 */
export function evaluateDrift(
  reference: readonly DriftObservation[],
  current: readonly DriftObservation[],
  options: DriftOptions = {},
): DriftEvaluation {
  const windows = measureWindows(reference, current);
  return evaluateWindows(windows.reference, windows.current, options);
}
