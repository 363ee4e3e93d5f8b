import { decimal, one, subtract } from '../rational.js';
import { percentText, type SliKind } from './sli-kind.js';

const measures = {
  ttft: 'first token',
  per_output_token: 'time per output token',
  end_to_end: 'answer',
} as const;

/** Bad: slower than the limit (equality is good) or failed. */
export const latency: SliKind<'latency'> = {
  id: 'latency',
  title: 'Latency',
  sampled: false,
  bounded: true,
  reads: ['eligible', 'bad'],
  budgetShare: (definition) => subtract(one, decimal(definition.target, 'target')),
  eventSums: ({ eligible, bad }) => ({ eligible, bad }),
  targetText: (definition, { measure, thresholdMs }) =>
    `${measures[measure]} within ${durationMs(thresholdMs)} for ${percentText(definition.target)}`,
};

function durationMs(milliseconds: number): string {
  return milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
