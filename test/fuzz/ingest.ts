/**
 * Mutated recordings of real clients through everything between the wire and the store.
 *
 *   npm run test:fuzz -- [--seconds 60] [--inputs 1000000] [--seed 1] [--read-back 200]
 *
 * Two kinds of inputs take turns. Bytes of a body are changed at random: the answer must be a result or a documented
 * refusal. Or the tree of a body is changed so that it stays a valid request: then JSON, protobuf and gRPC (the server's own
 * port, every fourth message packed) must give the same answer and leave the same bytes for the store. Spans that are written straight from their bytes must be stored as objects
 * of the same bytes would. Inputs that were answered in a new way are kept and mutated further.
 * `plimsoll eval otlp` is asked about a third of the former as well. Every `--read-back`th stored block is written to a real
 * ClickHouse, which must read the same bytes again.
 *
 * Ends with exit code 1 at the first input that crashes, takes over a second, is answered otherwise, or breaks a type,
 * and when memory grows. Prints one JSON line.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PlimsollError } from '@plimsoll/contract';
import { evalOtlpResult, evaluateOtlp } from '@plimsoll/otlp';
import { protobufOfJson } from '../builders/otlp-proto.js';
import { HeldMemory } from './held-memory.js';
import { drawing, keysIn, mutateBytes, mutateTree, type Recorded, recordedBodies, type Signal } from './mutations.js';
import { OverGrpc } from './over-grpc.js';
import { Pipeline, type Taken } from './pipeline.js';
import { ReadBack } from './read-back.js';
import { Watchdog } from './watchdog.js';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'read-back': { type: 'string', default: '200' },
  },
});
// A number of inputs is run to its end; without one a minute has to do.
const seconds = Number(options.seconds ?? (options.inputs === undefined ? 60 : Infinity));
const wanted = Number(options.inputs ?? Infinity);
const everyBlocks = Number(options['read-back']);

const hangMs = 1_000;
const mostKept = 400;
const largestKept = 20_000;
/** What may be held more at the end than after the first tenth, in MB; both are the least of a window (`HeldMemory`). */
const mostGrowthMb = 12;
/** Before so many inputs it still grows by what is kept for mutation and remembered of shapes. */
const settledAfter = 5_000;

const random = drawing(Number(options.seed));
const recorded = recordedBodies(process.cwd());
const keys = keysIn(recorded);
const pipeline = new Pipeline();
const overGrpc = new OverGrpc(pipeline);

interface Kept {
  readonly signal: Signal;
  readonly encoding: Recorded['encoding'];
  readonly bytes: Buffer;
}
/** Inputs that were answered in a way not seen before. */
const kept: Kept[] = [];
const seen = new Set<string>();

function remember(input: Kept, taken: Taken): void {
  const way = `${input.signal} ${input.encoding} ${taken.outcome} ${taken.says.slice(0, 160)}`;
  if (seen.has(way) || input.bytes.length > largestKept) return;
  seen.add(way);
  if (kept.length < mostKept) kept.push(input);
  else kept[random(mostKept)] = input;
}

const any = <T>(list: readonly T[]): T => list[random(list.length)]!;

async function tryBytes(): Promise<Taken[]> {
  const base = kept.length > 0 && random(3) === 0 ? any(kept) : any(recorded);
  let { bytes } = base;
  for (let changes = random(6); changes >= 0; changes -= 1) bytes = mutateBytes(bytes, any(recorded).bytes, random);
  const input = { signal: base.signal, encoding: base.encoding, bytes };
  current = [input];
  const way = random(4) === 0 ? 'masking' : 'plain';
  const taken = await pipeline.take(input.signal, bytes, input.encoding, way);
  if (way === 'plain' && input.encoding === 'protobuf') {
    const asObjects = await pipeline.take(input.signal, bytes, input.encoding, 'objects');
    // Both refuse what is broken, at the first fault that each way meets.
    const bothRefuse = taken.outcome === 'refused' && asObjects.outcome === 'refused';
    const differ = bothRefuse ? null : describeDifference(taken, asObjects);
    if (differ !== null) throw new Error(`bytes and objects disagree: ${differ}`);
  }
  if (random(3) === 0) evaluate(input);
  remember(input, taken);
  return [taken];
}

/** `plimsoll eval otlp` answers in the documented shape or refuses, whatever it is given. */
function evaluate({ signal, bytes }: Kept): void {
  try {
    evalOtlpResult.parse(evaluateOtlp([{ signal, bytes: Uint8Array.from(bytes) }]));
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'invalid_input') throw error;
  }
}

async function tryTree(): Promise<Taken[]> {
  const { signal, tree } = any(recorded);
  const changed = structuredClone(tree);
  for (let changes = random(8); changes >= 0; changes -= 1) mutateTree(changed, keys, random);
  const json = Buffer.from(JSON.stringify(changed));
  const protobuf = protobufOfJson(signal, json);
  current = [
    { signal, encoding: 'json', bytes: json },
    { signal, encoding: 'protobuf', bytes: protobuf },
  ];
  const way = random(4) === 0 ? 'masking' : 'plain';
  const asJson = await pipeline.take(signal, json, 'json', way);
  const asProtobuf = await pipeline.take(signal, protobuf, 'protobuf', way);
  const differ = describeDifference(asJson, asProtobuf);
  if (differ !== null) throw new Error(`JSON and protobuf disagree: ${differ}`);
  const overWire = describeDifference(asProtobuf, await overGrpc.take(signal, protobuf, way, random(4) === 0));
  if (overWire !== null) throw new Error(`protobuf over HTTP and gRPC disagree: ${overWire}`);
  return [asProtobuf];
}

function describeDifference(one: Taken, other: Taken): string | null {
  for (const field of ['outcome', 'answer'] as const) {
    if (one[field] !== other[field]) return `${field} ${one[field]} and ${other[field]}`;
  }
  if (one.blocks.length !== other.blocks.length) return `${one.blocks.length} and ${other.blocks.length} blocks`;
  for (const [index, { sql, bytes }] of one.blocks.entries()) {
    const second = other.blocks[index]!;
    if (sql !== second.sql) return 'the columns';
    if (bytes.equals(second.bytes)) continue;
    let at = 0;
    while (bytes[at] === second.bytes[at]) at += 1;
    const around = (whole: Buffer): string =>
      JSON.stringify(whole.subarray(Math.max(0, at - 60), at + 60).toString('latin1'));
    return `byte ${at}: ${around(bytes)} and ${around(second.bytes)}`;
  }
  return null;
}

let current: Kept[] = [];

function fail(input: number, error: unknown): never {
  const files = current.map(({ signal, encoding, bytes }) => {
    const path = join(tmpdir(), `fuzz-${options.seed}-${input}.${signal}.${encoding}`);
    writeFileSync(path, bytes);
    return path;
  });
  console.error(`input ${input} of seed ${options.seed}: ${files.join(' ')}`);
  throw error;
}

await overGrpc.start();
const readBack = everyBlocks > 0 ? await ReadBack.start() : null;
// Not before: an engine that starts on a busy machine is no input that hangs.
const watchdog = new Watchdog(10 * hangMs);
const counts = { stored: 0, refused: 0, agreed: 0 };
const started = performance.now();
let [inputs, blocks, slowestMs] = [0, 0, 0];
const held = new HeldMemory();
/** A run that is cut short (a million inputs take an hour) still says how far it came. */
let cutShort = false;
process.once('SIGTERM', () => (cutShort = true));
try {
  for (; !cutShort && inputs < wanted && performance.now() - started < seconds * 1_000; inputs += 1) {
    watchdog.at(inputs);
    const isTree = random(2) === 0;
    const [before, busy] = [performance.now(), process.cpuUsage()];
    const taken = await (isTree ? tryTree() : tryBytes()).catch((error: unknown) => fail(inputs, error));
    const took = performance.now() - before;
    slowestMs = Math.max(slowestMs, took);
    // On a busy machine time passes without us: only what was computed counts.
    const { user, system } = process.cpuUsage(busy);
    if (took > hangMs && (user + system) / 1_000 > hangMs) fail(inputs, new Error(`took ${Math.round(took)} ms`));
    for (const each of taken) {
      counts[each.outcome] += 1;
      for (const block of each.blocks) {
        blocks += 1;
        if (readBack === null || blocks % everyBlocks !== 0) continue;
        await readBack.check(block).catch((error: unknown) => fail(inputs, error));
      }
    }
    if (isTree) counts.agreed += 1;
    const share = Math.max(inputs / wanted, (performance.now() - started) / (seconds * 1_000));
    if (share >= 0.1 && inputs >= settledAfter) held.after(inputs);
  }
} finally {
  await overGrpc.stop();
  await readBack?.stop();
  await watchdog.stop();
}
// Null for a run that is too short to tell.
const grownMb = held.grownMb();
console.log(
  JSON.stringify({
    fuzz: 'ingest',
    seed: Number(options.seed),
    inputs,
    seconds: Math.round((performance.now() - started) / 1_000),
    ...counts,
    waysOfAnswer: seen.size,
    readBackBlocks: readBack?.blocks ?? 0,
    readBackRows: readBack?.rows ?? 0,
    slowestMs: Math.round(slowestMs),
    heapGrownMb: grownMb,
    rssMb: process.memoryUsage().rss >> 20,
  }),
);
if (grownMb !== null && grownMb > mostGrowthMb) throw new Error(`the heap grew by ${grownMb} MB after the first tenth`);
