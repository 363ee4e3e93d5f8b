/**
 * What a span costs the CPU from the bytes of an export to the bytes of a block, step by step, with all dialects on; and
 * the same by the usual way, protobufjs objects, a row object a span, JSONEachRow: `row objects` reads one convention into 30
 * columns and prices nothing, `full rows` makes the rows that ingest makes.
 *
 *   npm run bench:ingest -- [--bodies 24 (even)] [--spans 512] [--passes 9]
 *
 * Prints one JSON line a step: microseconds of CPU (all threads of this process) a span, median of the passes, and a last
 * line with the ratio. The steps take turns within a pass, so that a busy machine burdens them alike.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync, gzipSync } from 'node:zlib';
import { encodeBlock } from '@plimsoll/clickhouse';
import type { CanonicalSpan } from '@plimsoll/contract';
import { loadShippedPriceBook, printMoney } from '@plimsoll/cost';
import { detectors, type MaskingPolicy } from '@plimsoll/masking';
import { decodeTraces, LazySpans, maskSpan, normaliseSpan, type OtlpSpan } from '@plimsoll/otlp';
import { spanColumns } from '../../apps/server/src/ingest/ingest.queries.js';
import { spanRow } from '../../apps/server/src/ingest/span-row.js';
import { benchProject, passBlock } from './export-block.js';
import { exportRequest, ingestBodies, jsonOf } from './ingest-bodies.js';
import { fullJsonEachRow, jsonEachRow } from './ingest-row-objects.js';

const { values } = parseArgs({
  options: {
    bodies: { type: 'string', default: '24' },
    spans: { type: 'string', default: '512' },
    passes: { type: 'string', default: '9' },
  },
});
const bodies = ingestBodies(Number(values.bodies), Number(values.spans));
const packed = bodies.map((body) => gzipSync(body));
const spanCount = Number(values.bodies) * Number(values.spans);
const book = loadShippedPriceBook();
const asJson = bodies.map(jsonOf);
const withEvents = ingestBodies(Number(values.bodies), Number(values.spans), 1, 'First Token Stream Event');
const policy: MaskingPolicy = { detectors, dropContent: false, nameKey: Buffer.alloc(32, 7) };
const mask = (span: CanonicalSpan): CanonicalSpan => maskSpan(span, policy).span;

/** Every span visited: where its fields are, and which plan answers them. */
function scan(body: Buffer): number {
  const spans = new LazySpans(body);
  let plain = 0;
  for (let index = 0; index < spans.count; index += 1) if (spans.next()) plain += 1;
  return plain;
}

/** The same rows by an object a span: the way of spans with events and of projects that mask. */
function byObjects(body: Buffer): Buffer {
  const { spans } = decodeTraces(body, 'protobuf');
  return encodeBlock(
    spanColumns,
    spans.map((span) => spanRow(normaliseSpan(span), benchProject, book)),
  );
}

/** What JSONEachRow takes: no bigints. */
function jsonRow(span: OtlpSpan): object {
  const row = spanRow(normaliseSpan(span), benchProject, book);
  const { cost, computedCost, source, priceVersion, fallback, unpricedTokens } = row.priced;
  return {
    ...row,
    startTime: String(row.startTime),
    endTime: String(row.endTime),
    time: String(row.time),
    input: JSON.stringify(row.input),
    toolCalls: JSON.stringify(row.toolCalls),
    usage: JSON.stringify(row.usage),
    priced: null,
    cost: cost === null ? null : printMoney(cost),
    computedCost: computedCost === null ? null : printMoney(computedCost),
    source,
    priceVersion,
    fallback,
    unpricedTokens,
  };
}

let written = 0;
const steps: Readonly<Record<string, () => void>> = {
  scan: () => bodies.forEach((body) => (written += scan(body))),
  whole: () => bodies.forEach((body) => (written += passBlock(body))),
  gunzip: () => packed.forEach((body) => (written += gunzipSync(body).length)),
  'gunzip and whole': () => packed.forEach((body) => (written += passBlock(gunzipSync(body)))),
  JSON: () => asJson.forEach((body) => (written += passBlock(body, 'json'))),
  'with an event': () => withEvents.forEach((body) => (written += passBlock(body))),
  masked: () => bodies.forEach((body) => (written += passBlock(body, 'protobuf', mask))),
  'by objects': () => bodies.forEach((body) => (written += byObjects(body).length)),
  protobufjs: () => bodies.forEach((body) => (written += exportRequest.decode(body) === null ? 1 : 0)),
  'row objects, full rows': () => bodies.forEach((body) => (written += fullJsonEachRow(body, jsonRow).length)),
  'row objects': () => bodies.forEach((body) => (written += jsonEachRow(body, benchProject.id).length)),
};

/**
 * What a step leaves behind is collected before the next one begins, so that none pays for another; that throws compiled code
 * away as well, so a step runs twice more before it is measured.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function cpuMicroseconds(step: () => void): number {
  collect();
  for (let run = 0; run < 2; run += 1) step();
  const before = process.cpuUsage();
  step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / spanCount;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((left, right) => left - right)[Math.floor(figures.length / 2)] ?? NaN;
}

const figures = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
const warmUps = 2;
for (let pass = 0; pass < Number(values.passes) + warmUps; pass += 1) {
  for (const [name, step] of Object.entries(steps)) {
    const spent = cpuMicroseconds(step);
    if (pass >= warmUps) figures.get(name)?.push(spent);
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
const medians = new Map([...figures].map(([name, spent]) => [name, median(spent)]));
const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
for (const [step, cpu] of medians) {
  console.log(JSON.stringify({ bench: 'ingest', step, cpuMicrosecondsPerSpan: rounded(cpu) }));
}
const whole = medians.get('whole') ?? NaN;
console.log(
  JSON.stringify({
    bench: 'ingest',
    spans: spanCount,
    bytesPerSpan: Math.round(bytes / spanCount),
    attributesPerSpan: decodeTraces(bodies[0]!, 'protobuf').spans[0]?.attributes.size,
    jsonOverWhole: rounded((medians.get('JSON') ?? NaN) / whole),
    eventsOverWhole: rounded((medians.get('with an event') ?? NaN) / whole),
    maskedOverWhole: rounded((medians.get('masked') ?? NaN) / whole),
    rowObjectsOverWhole: rounded((medians.get('row objects') ?? NaN) / whole),
    fullRowObjectsOverWhole: rounded((medians.get('row objects, full rows') ?? NaN) / whole),
    bars: { wholeMicroseconds: 8, rowObjectsOverWhole: 8 },
    met: { wholeMicroseconds: whole <= 8, rowObjectsOverWhole: (medians.get('row objects') ?? NaN) / whole >= 8 },
    written,
  }),
);
