import type { JudgeErrorView, ObjectiveWrite } from '@plimsoll/contract';
import {
  type ClusterEffect,
  estimateInterval,
  judgedEstimate,
  type JudgeError,
  LABELS_NEEDED,
  ratesOf,
  type SampledEstimate,
  uncorrectedBecause,
  type WindowTotals,
} from '@plimsoll/slo';

/** What the scorer of an objective sees within its window, beside what that means by the labels of people. */
export function judgeErrorView(
  definition: ObjectiveWrite,
  window: WindowTotals,
  error: JudgeError,
  clusters: ClusterEffect | null,
): JudgeErrorView {
  const because = uncorrectedBecause(error);
  const [raw, corrected] = [
    judgedEstimate(window, { judge: null, clusters }),
    judgedEstimate(window, { judge: error, clusters }),
  ];
  const rates = error.kind === 'share' && error.bad > 0 && error.good > 0 ? ratesOf(error) : null;
  return {
    labels: error.labels,
    labelsNeeded: LABELS_NEEDED,
    isUsed: because === null,
    because,
    method: error.kind === 'share' ? 'rogan_gladen' : 'prediction_powered',
    sensitivity: rates?.sensitivity ?? null,
    specificity: rates?.specificity ?? null,
    gap: error.kind === 'mean' ? error.gap : null,
    raw: ratioOf(raw),
    corrected: because === null ? ratioOf(corrected) : null,
  };
}

function ratioOf(estimate: SampledEstimate): JudgeErrorView['raw'] {
  if (!(estimate.effectiveN > 0)) return null;
  const { low, high } = estimateInterval(estimate, 0.95);
  return { errorRatio: estimate.errorRatio, interval: { low, high, level: 0.95 } };
}
