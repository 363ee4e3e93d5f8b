import type { objectiveWrite } from '@plimsoll/contract';
import type { z } from 'zod';
import { promptFault } from './catalogue.js';

type Definition = z.input<typeof objectiveWrite>;

const rollback = `1. Compare the two prompt versions on the incident page.
2. Roll back: \`promptctl rollout ${promptFault.feature} --to ${promptFault.good}\`
3. Watch the burn rate fall below 1 within ten minutes, then resolve.`;

/** Objectives of the simulated product. Only the first one fails while somebody looks. */
export const objectives: readonly Definition[] = [
  {
    slug: 'support-answer-valid-json',
    name: 'Support answers are valid JSON',
    description: 'The storefront parses every answer; what it cannot parse is shown as an error.',
    indicator: { kind: 'quality', scorer: 'json-valid' },
    filter: { feature: ['support-answer'] },
    target: '0.98',
    window: '28d',
    owner: 'care',
    runbook: rollback,
  },
  {
    slug: 'support-answer-latency',
    name: 'Support answers within 6 s',
    indicator: { kind: 'latency', measure: 'end_to_end', thresholdMs: 6000 },
    filter: { feature: ['support-answer'] },
    target: '0.95',
    owner: 'care',
  },
  {
    slug: 'sql-copilot-first-token',
    name: 'SQL copilot starts within 2 s',
    indicator: { kind: 'latency', measure: 'ttft', thresholdMs: 2000 },
    filter: { feature: ['sql-copilot'] },
    target: '0.95',
    owner: 'data',
  },
  {
    slug: 'model-calls-succeed',
    name: 'Model calls succeed',
    indicator: { kind: 'error' },
    target: '0.99',
    owner: 'platform',
  },
  {
    slug: 'doc-summary-complete',
    name: 'Summaries are complete',
    indicator: { kind: 'quality', scorer: 'truncated' },
    filter: { feature: ['doc-summary'] },
    target: '0.95',
    owner: 'knowledge',
  },
  {
    slug: 'code-review-cost',
    name: 'A review costs about 3 cents',
    indicator: { kind: 'cost', per: 'request', expected: '0.025', ceiling: '0.045' },
    filter: { feature: ['code-review'] },
    target: '0.95',
    owner: 'platform',
  },
  {
    slug: 'ticket-cost',
    name: 'A resolved ticket costs under a cent',
    indicator: { kind: 'cost', per: 'outcome', outcome: 'ticket_resolved', expected: '0.0008', ceiling: '0.01' },
    filter: { feature: ['support-answer'] },
    target: '0.95',
    owner: 'care',
  },
];

export const scorers = [
  {
    slug: 'json-valid',
    name: 'Answer is valid JSON',
    kind: 'json_valid',
    settings: { when: 'always' },
    filter: { features: ['support-answer', 'email-triage'] },
  },
] as const;

export const driftMonitors = [
  {
    name: 'support-answer against the week before',
    feature: 'support-answer',
    reference: 'rolling',
    referenceDays: 6,
    currentHours: 1,
  },
  {
    name: 'doc-summary against the week before',
    feature: 'doc-summary',
    reference: 'rolling',
    referenceDays: 6,
    currentHours: 24,
  },
] as const;

export const budgets = [{ name: 'All features', amount: '120.00', period: 'month', timeZone: 'UTC' }] as const;

export const gpuRates = [{ model: 'NVIDIA H100 80GB HBM3', hourly: '2.50', currency: 'USD' }] as const;
