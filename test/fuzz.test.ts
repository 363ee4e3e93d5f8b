import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildSpan, buildTraces } from './builders/otlp.js';
import { protobufOfJson } from './builders/otlp-proto.js';
import { HeldMemory } from './fuzz/held-memory.js';
import { Pipeline } from './fuzz/pipeline.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A few seconds of `npm run test:fuzz`, which takes a minute, and of the nightly million. */
test('mutated recordings never crash, hang, break a type, or differ between protobuf and JSON', () => {
  const args = ['test/fuzz/run.mjs', 'ingest', '--seconds', '4', '--read-back', '10'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const found = JSON.parse(stdout) as { inputs: number; agreed: number; readBackBlocks: number };
  expect(Math.min(found.inputs, found.agreed, found.readBackBlocks)).toBeGreaterThan(0);
}, 180_000);

test.each([
  ['buffers that come and go are no growth', 0],
  ['a leak is', 20],
])('memory that is held: %s', (_, leakedMb) => {
  let readings = 0;
  const held = new HeldMemory(() => 60 + (leakedMb * readings) / 100 + [26, 9, 0, 14][readings++ % 4]!);
  for (let inputs = 5_000; readings < 101; inputs += 1) held.after(inputs);
  expect(held.grownMb()).toBeGreaterThanOrEqual(0.9 * leakedMb);
  expect(held.grownMb()).toBeLessThanOrEqual(leakedMb);
});

const argument = (value: object): object => ({
  attributes: [
    { key: 'openinference.span.kind', value: { stringValue: 'LLM' } },
    { key: 'llm.output_messages.0.message.role', value: { stringValue: 'assistant' } },
    { key: 'llm.output_messages.0.message.tool_calls.0.tool_call.function.name', value: { stringValue: 'f' } },
    { key: 'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments', value },
  ],
});

/** What the loop found once: protobuf and JSON must be taken, and alike. */
test.each<[string, object]>([
  ['a negative status code, which takes ten bytes', { status: { code: -1 } }],
  [
    'bytes in the arguments of a tool',
    argument({ kvlistValue: { values: [{ key: 'a', value: { bytesValue: 'aGk=' } }] } }),
  ],
  ['a wide integer there', argument({ arrayValue: { values: [{ intValue: '9223372036854775807' }] } })],
])('%s', async (_, parts) => {
  const pipeline = new Pipeline();
  const json = Buffer.from(JSON.stringify(buildTraces([{ ...buildSpan(), ...parts }])));
  const asJson = await pipeline.take('traces', json, 'json', 'plain');
  expect(asJson).toMatchObject({ outcome: 'stored', answer: '' });
  expect(await pipeline.take('traces', protobufOfJson('traces', json), 'protobuf', 'plain')).toEqual(asJson);
});
