import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TestClickHouse, startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { driftReport, driftReportSummary } from '@plimsoll/contract';
import { type TestDatabase, startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeOwner } from '../access/testing/make-owner.js';
import { ContentsService } from '../scoring/contents.service.js';
import { driftCsv, driftHtml } from './drift-export.js';
import { DriftMonitorEntity, DriftReportEntity } from './drift.entity.js';
import { sampledCalls } from './drift.queries.js';
import { DriftService } from './drift.service.js';
import { ObservationsService } from './observations.service.js';
import { ReportsService } from './reports.service.js';

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let projectId: string;

interface Row {
  id: string;
  model: string;
  version: string;
  prompt: string;
  output: string;
  correct: 0 | 1;
}

// LLMDrift (Chen, Zaharia, Zou 2023), Apache-2.0; see test/fixtures/llmdrift/README.md.
const prime = readFileSync(new URL('../../../../test/fixtures/llmdrift/prime.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const answers = (version: string): Row[] => prime.filter((row) => row.model === 'gpt-4' && row.version === version);

const hourMs = 3_600_000;
const now = new Date('2026-11-20T12:00:00Z');
const hex = (digits: number): string => randomUUID().replaceAll('-', '').slice(0, digits);

/** Calls of a feature spread evenly over [from, to), with a judge's verdict each. */
async function storeCalls(
  feature: string,
  rows: readonly Row[],
  from: number,
  to: number,
  promptVersion = 'v1',
): Promise<void> {
  const spans = rows.map((row, index) => {
    const time = new Date(
      now.getTime() - from * hourMs + ((from - to) * hourMs * (index + 0.5)) / rows.length,
    ).toISOString();
    return {
      project: projectId,
      trace_id: hex(32),
      span_id: hex(16),
      time,
      start_time: time,
      end_time: time,
      finished: 1,
      kind: 'generation',
      feature,
      prompt_version: promptVersion,
      response_model: `gpt-4-${row.version}`,
      status: 'ok',
      input: JSON.stringify([{ role: 'user', text: row.prompt }]),
      output: row.output,
      has_output: 1,
      sample_p: 1,
      expires_on: '2100-01-01',
    };
  });
  await store.clickhouse.insert('spans', spans);
  const scores = spans.map(({ project, time, trace_id, span_id }, index) => ({
    project,
    time,
    trace_id,
    span_id,
    scorer: 'correct',
    scorer_version: '1',
    score_id: '',
    value: rows[index]?.correct,
    passed: rows[index]?.correct,
    source: 'judge',
    sample_p: 1,
    stratum: 'base',
    expires_on: '2100-01-01',
  }));
  await store.clickhouse.insert('scores', scores);
}

function services() {
  const { dataSource } = database;
  const contents = new ContentsService(store.clickhouse);
  const drift = new DriftService(dataSource, store.clickhouse, new ObservationsService(store.clickhouse, contents));
  return { drift, reports: new ReportsService(dataSource, contents, drift) };
}

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  database = await postgres.createDatabase([DriftMonitorEntity, DriftReportEntity]);
  ({ id: projectId } = (await makeOwner(database.dataSource)).project);
});

afterAll(async () => {
  await Promise.all([store.stop(), postgres.stop()]);
});

const watch = { reference: 'rolling' as const, referenceDays: 7, currentHours: 24, enabled: true };

test('a silent model update is a regression with its evidence, kept once a window', async () => {
  await storeCalls('primes', answers('0314'), 150, 24);
  await storeCalls('primes', answers('0613'), 24, 0);
  const { drift, reports } = services();
  const monitor = await reports.watch(projectId, { ...watch, name: 'Primes', feature: 'primes' });
  expect(monitor).toMatchObject({ lastVerdict: null, lastRunAt: null });
  // Created after the calls of this test by the clock of the machine; the first comparison waits for what is arriving.
  expect(await drift.compareDue(now)).toBe(0);
  await database.dataSource.query(`UPDATE drift_monitors SET created_at = '2026-11-01'`);
  const tick = new Date(now.getTime() + 120_000);
  expect(await drift.compareDue(tick)).toBe(1);
  expect(await drift.compareDue(tick)).toBe(0);
  const { items, nextCursor } = await reports.list(projectId, { limit: 10 });
  expect(nextCursor).toBeNull();
  expect(items).toHaveLength(1);
  const summary = driftReportSummary.parse(items[0]);
  expect(summary).toMatchObject({ title: 'Primes', verdict: 'regression', nReference: 120, nCurrent: 120 });
  expect(summary.headline).toContain('correct');
  const report = driftReport.parse(await reports.read(projectId, summary.id));
  expect(report.items[0]).toMatchObject({ name: 'correct', direction: 'worse', drifted: true });
  expect(report.items.find(({ name }) => name === 'characters')?.distribution?.current.reduce((a, b) => a + b, 0)).toBe(
    120,
  );
  expect(report.before).toHaveLength(3);
  expect(report.after).toHaveLength(3);
  expect(report.before[0]).toMatchObject({ promptVersion: 'v1', model: 'gpt-4-0314' });
  expect(report.after[0]?.output).not.toBeNull();
  expect(report.notes.join(' ')).toContain('model gpt-4-0613');
  expect((await reports.monitors(projectId))[0]).toMatchObject({
    lastVerdict: 'regression',
    lastRunAt: now.toISOString(),
  });
  const html = driftHtml(report);
  expect(html).toContain('Regression');
  expect(html).not.toContain('<script');
  expect(driftCsv(report).split('\r\n')[1]).toMatch(/^correct,binary,chi_square,/);
});

test('a sample is the beginning of all calls by their hash, of a rare feature too', async () => {
  await storeCalls('rare', answers('0314').slice(0, 3), 150, 24);
  const sample = (feature: string, limit: number) =>
    sampledCalls(store.clickhouse, {
      project: projectId,
      feature,
      from: new Date(now.getTime() - 150 * hourMs),
      to: now,
      limit,
    });
  const all = await sample('primes', 1000);
  expect(all).toHaveLength(240);
  const first = await store.clickhouse.query<{ span_id: string }>(
    `SELECT span_id FROM spans WHERE feature = 'primes' ORDER BY cityHash64(trace_id, span_id) LIMIT 5`,
  );
  expect((await sample('primes', 5)).map(({ span_id }) => span_id)).toEqual(first.map(({ span_id }) => span_id));
  expect(await sample('rare', 2)).toHaveLength(2);
  expect(await sample('rare', 5)).toHaveLength(3);
  expect(await sample('none', 5)).toEqual([]);
});

test('busy features are watched by themselves, unless somebody decided otherwise', async () => {
  const { drift, reports } = services();
  const hour = new Date(Date.now() - hourMs).toISOString();
  await store.clickhouse.insert('hour_rollup', [
    { project: projectId, hour, feature: 'primes', calls: 500, expires_on: '2100-01-01' },
    { project: projectId, hour, feature: 'busy', calls: 300, expires_on: '2100-01-01' },
    { project: projectId, hour, feature: 'idle', calls: 3, expires_on: '2100-01-01' },
  ]);
  await drift.compareDue(now);
  const names = async () => (await reports.monitors(projectId)).map(({ name }) => name);
  expect(await names()).toEqual(['Primes', 'busy']);
  const busy = (await reports.monitors(projectId)).find(({ name }) => name === 'busy');
  await reports.unwatch(projectId, busy?.id ?? '');
  await drift.compareDue(now);
  expect(await names()).toEqual(['Primes']);
});

test('the same answers before and now are quiet, and asking again answers from the same window', async () => {
  await storeCalls('steady', answers('0314'), 100, 24);
  await storeCalls('steady', answers('0314').toReversed(), 24, 0);
  const { reports } = services();
  const monitor = await reports.watch(projectId, { ...watch, name: 'Steady', feature: 'steady' });
  const first = await reports.run(projectId, monitor.id, now);
  const second = await reports.run(projectId, monitor.id, now);
  expect(first).toMatchObject({ verdict: 'quiet', moved: 0 });
  expect(second.id).toBe(first.id);
});

test('a fixed reference is frozen from the calls of one prompt version and stays', async () => {
  await storeCalls('frozen', answers('0314'), 60, 30, 'v7');
  await storeCalls('frozen', answers('0613'), 20, 0, 'v8');
  const { reports } = services();
  const monitor = await reports.watch(projectId, { ...watch, name: 'Frozen', feature: 'frozen', reference: 'fixed' });
  const report = await reports.run(projectId, monitor.id, now);
  expect(report).toMatchObject({ verdict: 'regression', nReference: 120 });
  expect(report.referenceTitle).toContain('prompt version v7');
  const { frozen } = await database.dataSource.manager.findOneByOrFail(DriftMonitorEntity, { id: monitor.id });
  expect(frozen).toMatchObject({ promptVersion: 'v7' });
  expect(frozen?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(frozen)).not.toContain('prime number');
  await reports.run(projectId, monitor.id, new Date(now.getTime() + hourMs));
  expect((await database.dataSource.manager.findOneByOrFail(DriftMonitorEntity, { id: monitor.id })).frozen?.hash).toBe(
    frozen?.hash,
  );
});

test('an empty feature says that it has too few calls; names are unique; what is unwatched is gone', async () => {
  const { reports } = services();
  const monitor = await reports.watch(projectId, { ...watch, name: 'Empty', feature: 'nothing' });
  expect(await reports.run(projectId, monitor.id, now)).toMatchObject({ verdict: 'insufficient', nCurrent: 0 });
  await expect(reports.watch(projectId, { ...watch, name: 'Empty', feature: 'other' })).rejects.toMatchObject({
    code: 'conflict',
  });
  await reports.unwatch(projectId, monitor.id);
  await expect(reports.run(projectId, monitor.id, now)).rejects.toMatchObject({ code: 'not_found' });
  await expect(reports.read(projectId, 'nonsense')).rejects.toMatchObject({ code: 'not_found' });
});
