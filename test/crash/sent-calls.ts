import { createHash } from 'node:crypto';
import { buildSpan, type BuiltSpan } from '../builders/otlp.js';

/** A call as its sender knows it: enough to work out by hand every figure that the platform makes of it. */
export interface SentCall {
  readonly traceId: string;
  readonly spanId: string;
  readonly endMs: number;
  /** Its own, or that of the root. */
  readonly feature: string;
  readonly model: string;
  readonly failed: boolean;
  /** The scorer of the test finds what it looks for. */
  readonly passes: boolean;
  /** In units of 1e-12; null for the model without a price. */
  readonly costPico: bigint | null;
}

/** What the platform is told of prices, and what a token then costs in units of 1e-12. */
export const prices = [
  { model: 'crash-small', bucket: 'input', perToken: '0.00000015', pico: 150_000n },
  { model: 'crash-small', bucket: 'output', perToken: '0.0000006', pico: 600_000n },
  { model: 'crash-large', bucket: 'input', perToken: '0.0000025', pico: 2_500_000n },
  { model: 'crash-large', bucket: 'output', perToken: '0.000010000001', pico: 10_000_001n },
] as const;

const models = ['crash-small', 'crash-large', 'crash-unpriced'] as const;
const features = ['answers', 'search'] as const;
const failures = ['', '', '', '', '', '', 'server_error', 'timeout', 'request_cancelled'] as const;

/** A block of such calls is larger than those that are sent with their statement: it goes to the embedded engine as a file. */
const longQuestion = 'Where is my parcel? '.repeat(1_000);

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function costOf(model: string, input: number, output: number): bigint | null {
  const rate = (bucket: string) => prices.find((price) => price.model === model && price.bucket === bucket)?.pico;
  const [perInput, perOutput] = [rate('input'), rate('output')];
  return perInput === undefined || perOutput === undefined
    ? null
    : perInput * BigInt(input) + perOutput * BigInt(output);
}

/**
 * The calls of one batch: a trace whose root alone names the feature. Everything follows from the seed and the time, so
 * that a failure can be looked at again.
 */
export function batchOf(seed: string, endMs: number, size: number): { span: BuiltSpan; call: SentCall }[] {
  const feature = features[Number.parseInt(hash(`feature ${seed}`).slice(0, 4), 16) % features.length] ?? 'answers';
  return Array.from({ length: size }, (_, i) => callOf(seed, endMs - i, i, feature));
}

function callOf(seed: string, endMs: number, i: number, feature: string): { span: BuiltSpan; call: SentCall } {
  const draw = Number.parseInt(hash(`draw ${seed} ${i}`).slice(0, 8), 16);
  const [model, failure] = [models[draw % 3] ?? 'crash-small', failures[draw % 9] ?? ''];
  const [input, output, passes] = [50 + (draw % 997), draw % 331, draw % 5 !== 0];
  const ids = { traceId: hash(`trace ${seed}`).slice(0, 32), spanId: hash(`span ${seed} ${i}`).slice(0, 16) };
  const asked = [{ role: 'user', parts: [{ type: 'text', content: longQuestion }] }];
  const isLong = hash(`long ${seed}`) < '4';
  const said = [{ role: 'assistant', parts: [{ type: 'text', content: passes ? 'The refund is due' : 'I see' }] }];
  const span = buildSpan({
    ...ids,
    ...(i === 0 ? {} : { parentSpanId: hash(`span ${seed} 0`).slice(0, 16) }),
    endMs,
    startMs: endMs - 100 - (draw % 700),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
      ...(isLong ? { 'gen_ai.input.messages': JSON.stringify(asked) } : {}),
      'gen_ai.output.messages': JSON.stringify(said),
      ...(i === 0 ? { 'plimsoll.feature': feature } : {}),
      ...(failure === '' ? {} : { 'error.type': failure }),
    },
  });
  const call = {
    ...ids,
    endMs,
    feature,
    model,
    failed: failure !== '',
    passes,
    costPico: costOf(model, input, output),
  };
  return { span: failure === '' ? span : { ...span, status: { code: 2, message: failure } }, call };
}
