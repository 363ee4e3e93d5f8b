/**
 * What a span costs the CPU from the bytes of an export to the bytes of a block, step by step, with all dialects on; and
 * the same by the usual way: protobufjs objects, a row object a span, JSONEachRow (one convention only, no price).
 *
 *   npm run bench:ingest -- [--bodies 24 (even)] [--spans 512] [--passes 9]
 *
 * Prints one JSON line a step: microseconds of CPU (all threads of this process) a span, median of the passes, and a last
 * line with the ratio. The steps take turns within a pass, so that a busy machine burdens them alike.
 */
import { parseArgs } from 'node:util';
import { encodeBlock } from '@plimsoll/clickhouse';
import type { CanonicalSpan, Project } from '@plimsoll/contract';
import { loadShippedPriceBook } from '@plimsoll/cost';
import { decodeTraces, normaliseSpan, type OtlpSpan } from '@plimsoll/otlp';
import { spanColumns } from '../../apps/server/src/ingest/ingest.queries.js';
import { type SpanRow, spanRow } from '../../apps/server/src/ingest/span-row.js';
import { exportRequest, ingestBodies } from './ingest-bodies.js';
import { jsonEachRow } from './ingest-row-objects.js';

const { values } = parseArgs({
  options: {
    bodies: { type: 'string', default: '24' },
    spans: { type: 'string', default: '512' },
    passes: { type: 'string', default: '9' },
  },
});
const bodies = ingestBodies(Number(values.bodies), Number(values.spans));
const spanCount = Number(values.bodies) * Number(values.spans);
const project = { id: '0f9a2c36-6f0e-4d0c-9a59-000000000001', spanRetentionDays: 30 } as Project;
const book = loadShippedPriceBook();

const decode = (body: Buffer): OtlpSpan[] => decodeTraces(body, 'protobuf').spans;
const map = (spans: readonly OtlpSpan[]): CanonicalSpan[] => spans.map(normaliseSpan);
const price = (spans: readonly CanonicalSpan[]): SpanRow[] => spans.map((span) => spanRow(span, project, book));
const encode = (rows: readonly SpanRow[]): Buffer => encodeBlock(spanColumns, rows);

// Few are held: what lives long makes the collector's work more than it is in the server.
const held = bodies.slice(0, 2);
const decoded = held.map(decode);
const mapped = decoded.map(map);
const priced = mapped.map(price);

let written = 0;
const again = Array.from({ length: Math.ceil(bodies.length / held.length) }, () => 0);
const steps: Readonly<Record<string, () => void>> = {
  decode: () => bodies.forEach((body) => (written += decode(body).length)),
  map: () => again.forEach(() => decoded.forEach((spans) => (written += map(spans).length))),
  price: () => again.forEach(() => mapped.forEach((spans) => (written += price(spans).length))),
  encode: () => again.forEach(() => priced.forEach((rows) => (written += encode(rows).length))),
  whole: () => bodies.forEach((body) => (written += encode(price(map(decode(body)))).length)),
  protobufjs: () => bodies.forEach((body) => (written += exportRequest.decode(body) === null ? 1 : 0)),
  'row objects': () => bodies.forEach((body) => (written += jsonEachRow(body, project.id).length)),
};

function cpuMicroseconds(step: () => void): number {
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
    attributesPerSpan: decoded[0]?.[0]?.attributes.size,
    rowObjectsOverWhole: rounded((medians.get('row objects') ?? NaN) / whole),
    protobufjsOverDecode: rounded((medians.get('protobufjs') ?? NaN) / (medians.get('decode') ?? NaN)),
    bars: { wholeMicroseconds: 8, rowObjectsOverWhole: 8 },
    met: { wholeMicroseconds: whole <= 8, rowObjectsOverWhole: (medians.get('row objects') ?? NaN) / whole >= 8 },
    written,
  }),
);
