/**
 * The floors of the throughput bench, a process of its own: what a span costs at least, unpacked and made into rows of a
 * block here, and inserted from ready blocks there. Prints one JSON line.
 *
 * As many spans are inserted as the load has stored, after as many as lay there before it, with merges on. What merges cost
 * is counted as it is for the load: all that they do from the first to the last of these inserts, and nothing after it. A
 * merge waits for some thirty inserts, so ten seconds of inserts into an empty store, as this was before, ended with most
 * of the merges of their rows still to come, while a load of minutes pays for those of what it found.
 *
 * Blocks have as many rows as those of the load had on average. Of 32,768 rows, at which ingest
 * ends a block, thirty-two parts do not fit into one merge (320 MB), so that no row was written anew: merges that are on
 * and never run.
 */
import { gunzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import { createClickHouse } from '@plimsoll/clickhouse';
import { insertSpans } from '../../apps/server/src/ingest/ingest.queries.js';
import { exportBlock } from './export-block.js';
import { ReadyBlock } from './ready-block.js';
import { packedExports } from './throughput-bodies.js';
import { cpuSeconds } from './throughput-processes.js';

export interface Floors {
  readonly gunzipMicroseconds: number;
  /** Unpacked and made into blocks, CPU of all threads, median of the passes. */
  readonly mainMicroseconds: number;
  /** CPU of the store, merges that ran meanwhile included. */
  readonly insertMicroseconds: number;
  readonly insertedRowsASecond: number;
  readonly insertedRows: number;
  /** How often merges wrote a row anew, over all that was inserted. */
  readonly rewrites: number;
  readonly blockRows: number;
  readonly blockBytesPerRow: number;
}

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    pid: { type: 'string', default: '0' },
    bodies: { type: 'string', default: '12' },
    spans: { type: 'string', default: '512' },
    passes: { type: 'string', default: '9' },
    'block-rows': { type: 'string', default: '18432' },
    /** Inserted before, not measured. */
    'warm-rows': { type: 'string', default: '0' },
    rows: { type: 'string', default: '1000000' },
  },
});
const perBody = Number(values.spans);
const exportsOf = packedExports(Number(values.bodies), perBody);
// Unpacked in one piece, as ingest does it.
const unpacked = (body: Buffer): Buffer => gunzipSync(body, { chunkSize: perBody * 4_096 });
const packed = exportsOf.map((each, index) => Buffer.from(each.renew(index + 1, Date.now())));

function median(figures: readonly number[]): number {
  return figures.toSorted((left, right) => left - right)[Math.floor(figures.length / 2)] ?? NaN;
}

/** Microseconds of CPU a span, median of the passes after some for warming up. */
function measured(step: (body: Buffer) => unknown): number {
  const figures: number[] = [];
  const warmUps = 4;
  for (let pass = -warmUps; pass < Number(values.passes); pass += 1) {
    const before = process.cpuUsage();
    for (const body of packed) step(body);
    const { user, system } = process.cpuUsage(before);
    if (pass >= 0) figures.push((user + system) / (packed.length * perBody));
  }
  return median(figures);
}

async function insertFloor(): Promise<Omit<Floors, 'gunzipMicroseconds' | 'mainMicroseconds'>> {
  const clickhouse = createClickHouse({ url: values.url });
  const pid = Number(values.pid);
  const made = packed.map((body) => exportBlock(unpacked(body)));
  const count = Math.max(1, Math.floor(Number(values['block-rows']) / perBody));
  const blocks = [0, 1].map(
    () => new ReadyBlock(Array.from({ length: count }, (_, index) => made[index % made.length] as Buffer)),
  );
  let number = 0;
  let rows = 0;
  const run = async (isDone: () => boolean): Promise<void> => {
    const connections = blocks.map(async (block) => {
      while (!isDone()) {
        number += 1;
        block.renew(number, Date.now());
        await insertSpans(clickhouse, [block.bytes], `floor-${number}`);
        rows += block.rowCount;
      }
    });
    await Promise.all(connections);
  };
  await run(() => rows >= Number(values['warm-rows']));
  const warmRows = rows;
  rows = 0;
  const began = performance.now();
  const before = cpuSeconds(pid);
  await run(() => rows >= Number(values.rows));
  const spent = cpuSeconds(pid) - before;
  const seconds = (performance.now() - began) / 1_000;
  const [merged] = await clickhouse.query<{ rows: number }>(
    `SELECT sum(value) AS rows FROM system.events WHERE event = 'MergedRows'`,
  );
  await clickhouse.close();
  const block = blocks[0] as ReadyBlock;
  return {
    insertMicroseconds: (spent * 1e6) / rows,
    insertedRowsASecond: rows / seconds,
    insertedRows: rows,
    rewrites: (merged?.rows ?? 0) / (rows + warmRows),
    blockRows: block.rowCount,
    blockBytesPerRow: block.bytes.length / block.rowCount,
  };
}

const floors: Floors = {
  gunzipMicroseconds: measured(unpacked),
  mainMicroseconds: measured((body) => exportBlock(unpacked(body))),
  ...(await insertFloor()),
};
console.log(JSON.stringify(floors));
