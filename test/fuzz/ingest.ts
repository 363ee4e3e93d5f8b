/**
 * Mutated real bodies through everything between the wire and the store.
 *
 *   npm run test:fuzz -- [--seconds 60] [--inputs 1000000] [--seed 1]
 *
 * Ends with exit code 1 at the first input that crashes, hangs over a second, or is answered by anything but a result of
 * the documented shape or `invalid_input`. Prints one JSON line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { PlimsollError } from '@plimsoll/contract';
import { evalOtlpResult, evaluateOtlp, type EvalOtlpInput } from '@plimsoll/otlp';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
});

type Body = EvalOtlpInput[number];

const root = fileURLToPath(new URL('../fixtures/otlp', import.meta.url));
const bodies: Body[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bin') && !path.includes('bulk'))
  .map((path) => {
    const bytes = readFileSync(join(root, path));
    const signal = (['logs', 'metrics'] as const).find((each) => path.includes(`${each}-`)) ?? 'traces';
    return { signal, bytes: bytes[0] === 0x1f ? gunzipSync(bytes) : bytes };
  });

const splinters = ['{}', '[]', 'null', '1e999', '"', ',', '[[', '-1', '9'.repeat(22), '\\u0000', '\xff'];
const hangMs = 1_000;

/** mulberry32, so that a seed names its inputs. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const random = generator(Number(options.seed));
const anyBody = (): Body => bodies[random(bodies.length)]!;

/** One change: a byte, a piece cut out, doubled, taken from another body, or replaced by something JSON knows. */
function mutate(bytes: Buffer): Buffer {
  const at = random(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random(5)) {
    case 0: {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[at] = random(256);
      return changed;
    }
    case 1:
      return Buffer.concat([before, after.subarray(random(20))]);
    case 2:
      return Buffer.concat([before, before.subarray(random(at + 1)), after]);
    case 3: {
      const other = anyBody().bytes;
      const start = random(other.length);
      return Buffer.concat([before, other.subarray(start, start + random(60)), after]);
    }
    default:
      return Buffer.concat([
        before,
        Buffer.from(splinters[random(splinters.length)]!, 'latin1'),
        after.subarray(random(8)),
      ]);
  }
}

function tryInput(body: Body): 'read' | 'refused' {
  try {
    evalOtlpResult.parse(evaluateOtlp([body]));
    return 'read';
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'invalid_input') return 'refused';
    throw error;
  }
}

const counts = { read: 0, refused: 0 };
const until = performance.now() + Number(options.seconds) * 1_000;
let inputs = 0;
for (; inputs < Number(options.inputs) && performance.now() < until; inputs += 1) {
  const { signal, bytes } = anyBody();
  let mutated = Buffer.from(bytes);
  for (let changes = random(6); changes >= 0; changes -= 1) mutated = Buffer.from(mutate(mutated));
  const started = performance.now();
  try {
    counts[tryInput({ signal, bytes: mutated })] += 1;
  } catch (error) {
    console.error(`input ${inputs} of seed ${options.seed} (${signal}): ${mutated.toString('base64')}`);
    throw error;
  }
  const took = performance.now() - started;
  if (took > hangMs) throw new Error(`input ${inputs} of seed ${options.seed} took ${Math.round(took)} ms`);
}
console.log(JSON.stringify({ fuzz: 'ingest', inputs, ...counts, rssMb: process.memoryUsage().rss >> 20 }));
