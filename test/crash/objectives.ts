import type { Objective, Scorer } from '@plimsoll/contract';
import type { Platform } from '../flows/platform.js';
import { outcomeName } from './retrying-clients.js';
import { prices } from './sent-calls.js';

/** Milliseconds over which a call of the latency objective is bad. */
export const slowMs = 400;
export const scorerSlug = 'crash-refund';
/** Only half of the traces are scored. */
export const sampledShare = 0.5;

const cost = { expected: '0.001', ceiling: '0.01' };

/** One objective of each kind, the quality one sampled, the first two grouped. */
export const objectives = {
  latency: { indicator: { kind: 'latency', measure: 'end_to_end', thresholdMs: slowMs }, groupBy: ['feature'] },
  errors: { indicator: { kind: 'error' }, groupBy: ['model'] },
  requests: { indicator: { kind: 'cost', per: 'request', ...cost } },
  outcomes: { indicator: { kind: 'cost', per: 'outcome', outcome: outcomeName, ...cost } },
  quality: { indicator: { kind: 'quality', scorer: scorerSlug } },
} as const;

export type ObjectiveName = keyof typeof objectives;

/** Sets prices, one sampled scorer in place of the built-in ones, and the objectives. */
export async function setUpFigures(platform: Platform): Promise<void> {
  for (const { model, bucket, perToken } of prices) {
    await platform.api('POST', '/api/v1/prices', { provider: 'openai', model, bucket, perToken });
  }
  const { items } = await platform.api<{ items: Scorer[] }>('GET', '/api/v1/scorers');
  for (const { slug } of items) await platform.api('DELETE', `/api/v1/scorers/${slug}`);
  await platform.api('PUT', `/api/v1/scorers/${scorerSlug}`, {
    slug: scorerSlug,
    name: 'Says refund',
    kind: 'contains',
    settings: { phrases: ['refund'] },
    sampleRate: sampledShare,
  });
  for (const [name, definition] of Object.entries(objectives)) {
    const slug = `crash-${name}`;
    const written = { slug, name, target: '0.9', window: '7d', alerting: false, ...definition };
    await platform.api<Objective>('PUT', `/api/v1/objectives/${slug}`, written);
  }
}
