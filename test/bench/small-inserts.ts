/**
 * What inserts of few spans cost the store with their merges: many clients send a handful of spans a second, and each insert
 * is a part that merges write anew, once or, where they take up what was merged before, without end.
 *
 *   npm run bench:small-inserts -- [--rows 5] [--inserts 400] [--pause 20]
 *     [--settings "merge_selector_base = 15"]
 *
 * Prints a JSON line: how often a row was written anew, and the CPU a span of the store, all of it and that of merges alone.
 * `settings` are those of a MergeTree, put on the table before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { insertSpans } from '../../apps/server/src/ingest/ingest.queries.js';
import { exportBlock } from './export-block.js';
import { ingestBodies } from './ingest-bodies.js';
import { ReadyBlock } from './ready-block.js';
import { cpuSecondsOfTasks } from './throughput-processes.js';
import { printLine } from './throughput-run.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5' },
    inserts: { type: 'string', default: '400' },
    /** Milliseconds between an insert and the next. */
    pause: { type: 'string', default: '20' },
    settings: { type: 'string', default: '' },
  },
});
const rows = Number(values.rows);
const inserts = Number(values.inserts);
/** Merges go on after the last insert. */
const mergesRestMs = 3_000;

/** CPU seconds of threads that merge, and of all. */
function spent(pid: number): { merges: number; all: number } {
  let merges = 0;
  let all = 0;
  for (const { name, seconds } of cpuSecondsOfTasks(pid).values()) {
    all += seconds;
    if (name.startsWith('Merge')) merges += seconds;
  }
  return { merges, all };
}

const store = await startTestClickHouse();
try {
  const pid = store.pid() ?? 0;
  if (values.settings !== '') await store.clickhouse.command(`ALTER TABLE spans MODIFY SETTING ${values.settings}`);
  const [body] = ingestBodies(1, rows);
  if (body === undefined) throw new RangeError('there is no export to make a block of');
  const block = new ReadyBlock([exportBlock(body)]);
  const before = spent(pid);
  for (let number = 1; number <= inserts; number += 1) {
    block.renew(number, Date.now());
    await insertSpans(store.clickhouse, [block.bytes], `small-${number}`);
    await sleep(Number(values.pause));
  }
  await sleep(mergesRestMs);
  const after = spent(pid);
  const [state] = await store.clickhouse.query<{ merged: number; parts: number }>(
    `SELECT (SELECT value FROM system.events WHERE event = 'MergedRows') AS merged,
      (SELECT count() FROM system.parts WHERE active AND table = 'spans') AS parts`,
  );
  const perSpan = (seconds: number): number => (seconds * 1e6) / (rows * inserts);
  printLine('small-inserts', {
    rows,
    inserts,
    settings: values.settings,
    rewrites: (state?.merged ?? 0) / (rows * inserts),
    parts: state?.parts,
    cpuMicrosecondsPerSpan: perSpan(after.all - before.all),
    mergeMicrosecondsPerSpan: perSpan(after.merges - before.merges),
  });
} finally {
  await store.stop();
}
