import { setTimeout } from 'node:timers/promises';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import type { CostReport, Project } from '@plimsoll/contract';
import { parseMoney, printMoney } from '@plimsoll/cost';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AuditEntity, ProjectEntity } from '../access/access.entity.js';
import { makeOwner } from '../access/testing/make-owner.js';
import { GpuRateEntity, ScrapeTargetEntity } from '../gpu/gpu.entity.js';
import { GpuCostsService } from '../gpu/gpu-costs.service.js';
import { GpuService } from '../gpu/gpu.service.js';
import { OutboxEntity } from '../incidents/incidents.entity.js';
import { MoneyWatch } from '../incidents/money-watch.service.js';
import { allIncidentEntities, channelWrite, wireIncidents } from '../incidents/testing/wired.js';
import { BudgetsService } from './budgets.service.js';
import { BudgetEntity, OutcomeDefinitionEntity } from './cost.entity.js';
import { CostService, type ReportQuery } from './cost.service.js';
import { OutcomesService } from './outcomes.service.js';
import { PriceBooks } from './price-books.service.js';

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let costs: CostService;
let outcomes: OutcomesService;
let budgets: BudgetsService;
let gpus: GpuService;
let project: Project;

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  const entities = [
    AuditEntity,
    ProjectEntity,
    BudgetEntity,
    ...allIncidentEntities,
    OutcomeDefinitionEntity,
    GpuRateEntity,
    ScrapeTargetEntity,
  ];
  database = await postgres.createDatabase(entities);
  const { dataSource } = database;
  gpus = new GpuService(store.clickhouse, dataSource);
  costs = new CostService(
    store.clickhouse,
    dataSource,
    new GpuCostsService(store.clickhouse, gpus),
    new PriceBooks(dataSource),
  );
  outcomes = new OutcomesService(store.clickhouse, dataSource);
  budgets = new BudgetsService(dataSource, costs);
  project = await newProject();
});

afterAll(() => Promise.all([store.stop(), postgres.stop()]));

const newProject = async (): Promise<Project> => (await makeOwner(database.dataSource)).project;

interface GivenCall {
  trace: string;
  at: string;
  cost: string | null;
  [column: string]: unknown;
}

let spans = 0;

async function send(owner: Project, calls: readonly GivenCall[]): Promise<void> {
  await store.clickhouse.insert(
    'spans',
    calls.map(({ trace, at, ...columns }) => ({
      project: owner.id,
      trace_id: trace,
      span_id: String((spans += 1)),
      time: at,
      start_time: at,
      end_time: at,
      finished: 1,
      kind: 'generation',
      provider: 'openai',
      response_model: 'gpt-4o',
      status: 'ok',
      cost_currency: columns.cost === null ? '' : 'USD',
      tokens_input: 100,
      tokens_output: 10,
      expires_on: '2149-06-06',
      ...columns,
    })),
  );
}

/** Rows that the dirty pass makes from spans. */
async function sendTraces(
  owner: Project,
  traces: readonly { trace: string; at: string; cost: string; [column: string]: unknown }[],
): Promise<void> {
  await store.clickhouse.insert(
    'traces',
    traces.map(({ trace, at, ...columns }) => ({
      project: owner.id,
      trace_id: trace,
      start_time: at,
      end_time: at,
      cost_currency: 'USD',
      expires_on: '2149-06-06',
      version: 1,
      ...columns,
    })),
  );
}

function sum(amounts: readonly string[]): string {
  return printMoney(amounts.reduce((total, amount) => total + parseMoney(amount), 0n));
}

/** Total = sum of rows = sum of days, to the last digit. */
function expectExact(report: CostReport): void {
  expect(sum(report.items.map(({ amount }) => amount))).toBe(report.total);
  expect(sum(report.days.map(({ amount }) => amount))).toBe(report.total);
  for (const day of report.days) expect(sum(Object.values(day.byKey))).toBe(day.amount);
}

const september: ReportQuery = { month: '2026-09', groupBy: 'feature', compare: 'previous' };

describe('the cost report', () => {
  beforeAll(async () => {
    await send(project, [
      ...Array.from({ length: 17 }, (_, index): GivenCall => ({
        trace: `t${index}`,
        at: '2026-09-10T10:00:00Z',
        cost: '0.000000300001',
        feature: 'chat',
        customer: 'acme',
        prompt_name: 'answer',
        prompt_version: 'v1',
      })),
      { trace: 'u1', at: '2026-09-11T10:00:00Z', cost: '1.5', feature: '', customer: '' },
      {
        trace: 'x1',
        at: '2026-09-11T10:00:00Z',
        cost: null,
        feature: 'chat',
        unpriced_tokens: 110,
        response_model: 'house-model',
      },
      { trace: 'f1', at: '2026-09-12T10:00:00Z', cost: '0.25', feature: 'search', price_fallback: 1 },
      { trace: 'e1', at: '2026-09-12T10:00:00Z', cost: '9', feature: 'search', cost_currency: 'EUR' },
      { trace: 'p1', at: '2026-08-31T23:30:00Z', cost: '0.5', feature: 'chat' },
    ]);
  });

  test.each(['feature', 'team', 'customer', 'model', 'provider', 'promptVersion', 'environment', 'outcome'] as const)(
    'by %s: the parts sum to the same total',
    async (groupBy) => {
      const report = await costs.report(project, { ...september, groupBy });
      expectExact(report);
      expect(report.total).toBe('1.750005100017');
    },
  );

  test('what is uncertain is counted and named', async () => {
    const report = await costs.report(project, september);
    expect(report).toMatchObject({
      unallocated: '1.5',
      unpricedCalls: 1,
      unpricedTokens: 110,
      unpricedModels: ['house-model'],
      fallbackCalls: 1,
      previousTotal: '0.5',
      forecast: null,
    });
    expect(report.notes.join(' ')).toContain('EUR');
    expect(report.items.map(({ key, kind }) => [key, kind])).toEqual([
      ['search', 'value'],
      ['chat', 'value'],
      ['unallocated', 'unallocated'],
    ]);
  });

  test('a month begins at midnight of the zone', async () => {
    const report = await costs.report(project, { ...september, timeZone: 'Europe/Berlin' });
    // 23:30 UTC on 31 August is 01:30 on 1 September in Berlin.
    expect(report.total).toBe('2.250005100017');
    expect(report.days[0]).toMatchObject({ day: '2026-09-01', amount: '0.5' });
    expect(report.days).toHaveLength(30);
    expectExact(report);
  });

  test('one customer only', async () => {
    expect((await costs.report(project, { ...september, customer: 'acme' })).total).toBe('0.000005100017');
  });

  test('the FOCUS file sums to the total, by bucket', async () => {
    const file = await costs.focus(project, september);
    const [header = '', ...lines] = file.trim().split('\r\n');
    const names = header.split(',');
    const column = (line: string, name: string): string =>
      (line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [])[names.indexOf(name)]?.replace(/,$/, '') ?? '';
    expect(sum(lines.map((line) => column(line, 'EffectiveCost')))).toBe('1.750005100017');
    expect(new Set(lines.map((line) => column(line, 'SkuMeter')))).toEqual(new Set(['input', 'output']));
    expect(column(lines[0] ?? '', 'ChargePeriodEnd')).toMatch(/^2026-09-\d\dT00:00:00.000Z$/);
  });

  test('the CSV file shows the rows of the page', async () => {
    const file = await costs.csv(project, september);
    expect(file.split('\r\n')[1]).toMatch(/^search,value,0\.25,USD,0,2,220,/);
  });

  test('a budget says when it was passed', async () => {
    await budgets.set(project, { name: 'All', amount: '1', period: 'month', timeZone: 'UTC', scope: {} });
    await budgets.set(project, { name: 'All', amount: '1.2', period: 'month', timeZone: 'UTC', scope: {} });
    await budgets.set(project, {
      name: 'Search',
      amount: '0.2',
      period: 'month',
      timeZone: 'UTC',
      scope: { feature: 'search' },
    });
    const report = await costs.report(project, september, 'all', Date.parse('2026-10-02T00:00:00Z'));
    expect(report.budget).toEqual({
      amount: '1.2',
      exceededOn: '2026-09-11T00:00:00.000Z',
      forecastExceedsOn: null,
      // The month is over: 1.750005100017 / 1.2.
      pace: 1.458337,
      marks: ['50 %', '80 %', '100 %'].map((mark) => ({ mark, at: null })),
    });
    // What is asked for has a budget of its own: 0.25 of 0.2.
    const search = await costs.report(project, { ...september, feature: 'search' });
    expect(search.budget).toMatchObject({ amount: '0.2', exceededOn: '2026-09-12T00:00:00.000Z' });
    expect((await costs.report(project, { ...september, feature: 'chat' })).budget).toBeNull();
    expect(report.items.find(({ key }) => key === 'search')?.budget).toBe('0.2');
    expect((await budgets.list(project)).items.map(({ name, spent }) => [name, spent])).toEqual([
      ['All', '0'],
      ['Search', '0'],
    ]);
  });
});

describe('marks of a budget', () => {
  let owner: Project;
  let wired: ReturnType<typeof wireIncidents>;
  const zone = { timeZone: 'Europe/Berlin' };

  beforeAll(async () => {
    owner = await newProject();
    wired = wireIncidents(database.dataSource);
    const address = { kind: 'webhook', url: 'http://127.0.0.1:9/', allowPrivate: true } as const;
    await wired.channels.save(owner.id, channelWrite({ ...address, name: 'finance', severities: ['ticket'] }));
    await wired.channels.save(owner.id, channelWrite({ ...address, name: 'nights', severities: ['page'] }));
  });

  const setAmount = (amount: string, timeZone = zone.timeZone) =>
    budgets.set(owner, { name: 'team-a', amount, period: 'month', timeZone, scope: {} });
  let spent = 0;
  const spend = (at: string, cost: string, feature = 'chat') =>
    send(owner, [{ trace: `m${(spent += 1)}`, at, cost, feature }]);

  /** Two workers at once, as they look after a restart of both. */
  async function look(at: string, outbox: Pick<typeof wired.outbox, 'tellProject'> = wired.outbox): Promise<void> {
    const watch = new MoneyWatch(database.dataSource, wired.settings, budgets, outbox);
    await Promise.all([1, 2].map(() => watch.run(new Date(at))));
  }

  async function told() {
    const rows = await database.dataSource.manager.findBy(OutboxEntity, { projectId: owner.id });
    const known = rows.flatMap(({ notification }) => (notification.type === 'budget' ? [notification] : []));
    return known.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  }
  const toldLines = async (): Promise<string[]> =>
    (await told()).map(({ at, budget }) => `${at.slice(5, 10)} ${budget.name} ${budget.marks.join(' + ')}`);
  const [half, expected] = ['06-02 team-a 50 %', '06-06 team-a forecast 100 %'];
  const seen = [
    { mark: '50 %', at: '2026-06-02T12:10:00.000Z' },
    { mark: 'forecast 100 %', at: '2026-06-06T12:00:00.000Z' },
  ];

  test('are told once each, by whoever is first, to channels that take tickets', async () => {
    await setAmount('100');
    await spend('2026-06-01T10:00:00Z', '49.999999999999');
    await look('2026-06-01T12:00:00Z');
    expect(await toldLines()).toEqual([]);
    await spend('2026-06-02T10:00:00Z', '0.000000000001');
    // A worker that dies before its messages are written has noted nothing.
    await look('2026-06-02T12:00:00Z', { tellProject: () => Promise.reject(new Error('the worker is gone')) });
    expect((await budgets.list(owner, Date.parse('2026-06-02T12:00:00Z'))).items[0]?.marks).toEqual([
      { mark: '50 %', at: null },
    ]);
    await look('2026-06-02T12:10:00Z');
    await look('2026-06-02T12:20:00Z');
    expect(await toldLines()).toEqual([half]);
    const [first] = await told();
    expect(first?.budget).toMatchObject({
      url: `https://plimsoll.example.com/p/${owner.slug}/costs?month=2026-06`,
      // 1 d 14 h 10 min of 30 days have gone; there is no forecast from no full day.
      text: 'Budget team-a: 50 % of $100 spent ($50) on day 2 of 30; pace 9.4',
    });
  });

  test('are passed by a forecast once there are days enough for one', async () => {
    for (const day of ['03', '04', '05']) await spend(`2026-06-${day}T10:00:00Z`, '4');
    await look('2026-06-06T12:00:00Z');
    await look('2026-06-06T12:10:00Z');
    expect(await toldLines()).toEqual([half, expected]);
    const [, second] = await told();
    // Four full days of 0, 4, 4 and 4 (sample deviation 2) and 25 to come: 62 + 25 x 3; the interval is
    // 3.1824 x 2 x sqrt(25 + 25^2 / 4) = 85.69, and no end of it lies below what is spent. Gone: 134 of 720 hours.
    expect(second?.budget.text).toBe(
      'Budget team-a: $62 of $100 spent on day 6 of 30; pace 3.3; forecast $137.00 ($62 to $222.69): the budget will not last',
    );
    const now = Date.parse('2026-06-06T12:20:00Z');
    expect((await budgets.list(owner, now)).items[0]).toMatchObject({ day: 6, days: 30, marks: seen });
    const query: ReportQuery = { ...september, ...zone, month: '2026-06' };
    const report = await costs.report(owner, query, 'none', Date.parse('2026-06-06T12:00:00Z'));
    expect(report.budget).toMatchObject({ amount: '100', pace: 3.331343, marks: seen });
  });

  test('stay as they were told when the amount or the zone is another', async () => {
    const now = '2026-06-06T14:00:00Z';
    await setAmount('1000');
    await look(now);
    expect((await budgets.list(owner, Date.parse(now))).items[0]?.marks).toEqual(seen);
    await setAmount('100', 'Asia/Tokyo');
    await look(now);
    await setAmount('100');
    await look(now);
    expect(await toldLines()).toEqual([half, expected]);
  });

  test('that are passed together are one message, and a new period starts anew', async () => {
    await spend('2026-06-20T10:00:00Z', '60');
    await look('2026-06-20T12:00:00Z');
    const both = '06-20 team-a 80 % + 100 %';
    expect(await toldLines()).toEqual([half, expected, both]);
    // What comes late, after the end of the month, is told all the same.
    await budgets.set(owner, {
      name: 'searches',
      amount: '10',
      period: 'month',
      timeZone: 'UTC',
      scope: { feature: 'search' },
    });
    await spend('2026-06-30T23:59:00Z', '6', 'search');
    await setAmount('1000');
    await look('2026-07-01T00:05:00Z');
    const late = '07-01 searches 50 %';
    expect(await toldLines()).toEqual([half, expected, both, late]);
    expect((await told())[3]?.budget).toMatchObject({
      text: 'Budget searches: 50 % of $10 spent ($6) by the end of 2026-06; pace 0.60',
      url: `https://plimsoll.example.com/p/${owner.slug}/costs?month=2026-06&feature=search`,
    });
    await spend('2026-07-01T08:00:00Z', '500');
    await look('2026-07-01T12:00:00Z');
    expect(await toldLines()).toEqual([half, expected, both, late, '07-01 team-a 50 %']);
  });
});

describe('the running month', () => {
  test('full days make the forecast, today only sets its floor', async () => {
    const owner = await newProject();
    const now = Date.now();
    const days = Array.from({ length: 9 }, (_, index) => new Date(now - index * 86_400_000).toISOString());
    await send(
      owner,
      days.map((at, index) => ({ trace: `d${index}`, at, cost: '2', feature: 'chat' })),
    );
    const to = new Date(now + 86_400_000).toISOString();
    const from = new Date(now - 3 * 86_400_000).toISOString();
    const report = await costs.report(owner, { from, to, groupBy: 'feature', compare: 'none' });
    expect(report.forecast?.method).toBe('mean_of_last_days');
    // Two full days, the partial first day, and two days at 2 each.
    expect(Number(report.forecast?.amount)).toBeCloseTo(Number(report.total) + 2, 6);
    expectExact(report);
  });
});

describe('outcomes', () => {
  const at = '2026-09-20T10:00:00Z';
  let owner: Project;

  beforeAll(async () => {
    owner = await newProject();
    const traces = ['a', 'b', 'c', 'd'].map((trace) => ({
      trace,
      at,
      cost: '0.10',
      feature: 'chat',
      outcome_key: trace === 'd' ? 'order-7' : '',
    }));
    await sendTraces(owner, traces);
    await send(
      owner,
      traces.map(({ trace, cost }) => ({ trace, at, cost, feature: 'chat' })),
    );
  });

  test('the last by time of occurrence counts, late ones outside the window do not', async () => {
    const when = { occurredAt: '2026-09-20T11:00:00Z' };
    await outcomes.record(owner.id, [{ name: 'resolved', traceId: 'a'.padStart(32, '0'), status: 'success', ...when }]);
    const rows = [
      { name: 'resolved', key: 'a', status: 'failure' as const, occurredAt: '2026-09-20T12:00:00Z' },
      { name: 'resolved', key: 'a', status: 'success' as const, occurredAt: '2026-09-20T11:00:00Z' },
      { name: 'resolved', key: 'b', status: 'success' as const, occurredAt: '2026-09-20T12:00:00Z' },
      { name: 'resolved', key: 'c', status: 'success' as const, occurredAt: '2026-09-28T12:00:00Z' },
      { name: 'resolved', key: 'order-7', status: 'success' as const, occurredAt: '2026-09-21T12:00:00Z' },
    ];
    await outcomes.record(owner.id, rows);
    await outcomes.record(owner.id, rows);
    const report = await costs.report(owner, september);
    expect(report.items).toMatchObject([
      {
        key: 'chat',
        outcomes: 3,
        successes: 2,
        costPerOutcome: '0.133333333333',
        costPerSuccess: '0.2',
        provisionalShare: 0,
      },
    ]);
    expect((await outcomes.list(owner.id, { name: 'resolved', limit: 100 })).items).toHaveLength(6);
  });

  test('repeating an event without a time adds nothing', async () => {
    const event = { name: 'rated', key: 'k', status: 'success' as const };
    const [first] = await outcomes.record(owner.id, [event]);
    const [second] = await outcomes.record(owner.id, [event]);
    expect(second?.occurredAt.slice(0, 19)).toBe(first?.occurredAt.slice(0, 19));
    await outcomes.record(owner.id, [{ ...event, status: 'failure' }]);
    const worth = { name: 'sold', key: 'k', status: 'success' as const, value: '12.50' };
    await outcomes.record(owner.id, [worth]);
    await outcomes.record(owner.id, [worth]);
    expect((await outcomes.list(owner.id, { name: 'sold', limit: 10 })).items).toMatchObject([{ value: '12.5' }]);
    const listed = await outcomes.list(owner.id, { name: 'rated', limit: 1 });
    expect(listed.items.map(({ status }) => status)).toEqual(['failure']);
    const next = await outcomes.list(owner.id, { name: 'rated', limit: 1, cursor: listed.nextCursor ?? '' });
    expect(next).toMatchObject({ items: [{ status: 'success' }], nextCursor: null });
  });

  test('by outcome: what successes, failures and the undecided cost', async () => {
    const report = await costs.report(owner, { ...september, groupBy: 'outcome' });
    expect(report.items.map(({ key, kind, amount }) => [key, kind, amount])).toEqual([
      ['success', 'value', '0.2'],
      ['failure', 'value', '0.1'],
      ['undecided', 'value', '0.1'],
    ]);
    expectExact(report);
  });

  test('an outcome has the feature and customer of its trace', async () => {
    const trace = 'f'.repeat(32);
    await send(owner, [{ trace, at, cost: '0', feature: 'search', customer: 'acme' }]);
    await outcomes.record(owner.id, [
      { name: 'bought', key: 'order-7', status: 'success', occurredAt: '2026-09-21T12:00:00Z' },
      { name: 'bought', traceId: trace, status: 'success', occurredAt: '2026-09-21T12:00:00Z' },
      {
        name: 'bought',
        traceId: 'e'.repeat(32),
        status: 'success',
        occurredAt: '2026-09-21T12:00:00Z',
        feature: 'own',
      },
    ]);
    const rows = await store.clickhouse.query(
      `SELECT outcome_key, feature, customer FROM outcomes FINAL WHERE project = {project:String} AND name = 'bought' ORDER BY outcome_key`,
      { project: owner.id },
    );
    expect(rows).toEqual([
      { outcome_key: 'e'.repeat(32), feature: 'own', customer: '' },
      { outcome_key: trace, feature: 'search', customer: 'acme' },
      { outcome_key: 'order-7', feature: 'chat', customer: '' },
    ]);
  });

  test('the same idempotency key records once', async () => {
    const events = [{ name: 'paid', key: 'k1', status: 'success' as const }];
    const first = await outcomes.recordOnce(owner.id, events, 'once');
    expect(await outcomes.recordOnce(owner.id, events, 'once')).toEqual(first);
    const other = [{ name: 'paid', key: 'k2', status: 'success' as const }];
    await expect(outcomes.recordOnce(owner.id, other, 'once')).rejects.toThrow(/another body/);
    expect((await outcomes.list(owner.id, { name: 'paid', limit: 10 })).items).toHaveLength(1);
  });

  test('of two requests with one key at the same time the second is sent back, and then gets the first answer', async () => {
    const events = [{ name: 'raced', key: 'k', status: 'success' as const }];
    const once = () => outcomes.recordOnce(owner.id, events, 'raced');
    const begun = once();
    // Not in the same millisecond: two events at one time are one.
    await setTimeout(3);
    const [first, second] = await Promise.allSettled([begun, once()]);
    const answered = [first, second].filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    for (const each of [first, second]) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    }
    expect(await once()).toEqual(answered[0]);
    expect((await outcomes.list(owner.id, { name: 'raced', limit: 10 })).items).toHaveLength(1);
  });

  test('a request that was cut off leaves its key free after a minute, one that failed at once', async () => {
    const events = [{ name: 'cut', key: 'k', status: 'success' as const }];
    const wrong = [{ name: 'cut', status: 'success' as const }];
    await expect(outcomes.recordOnce(owner.id, wrong, 'cut')).rejects.toThrow(/traceId or a key/);
    await outcomes.recordOnce(owner.id, events, 'cut');
    const cutOff = (age: string) =>
      database.dataSource.query(
        `UPDATE idempotency_keys SET response = 'null', created_at = now() - $2::interval WHERE project_id = $1`,
        [owner.id, age],
      );
    await cutOff('50 seconds');
    await expect(outcomes.recordOnce(owner.id, events, 'cut')).rejects.toMatchObject({ code: 'unavailable' });
    await cutOff('70 seconds');
    await outcomes.recordOnce(owner.id, events, 'cut');
    expect((await outcomes.list(owner.id, { name: 'cut', limit: 10 })).items).toHaveLength(1);
  });

  test('an outcome that comes before its trace gets its feature and customer once it is there', async () => {
    const trace = 'd'.repeat(32);
    const now = new Date().toISOString();
    await outcomes.record(owner.id, [
      { name: 'early', traceId: trace, status: 'success', value: '3' },
      { name: 'early', key: 'order-9', status: 'success', customer: 'own' },
    ]);
    await outcomes.settle();
    await send(owner, [{ trace, at: now, cost: '0', feature: 'search', customer: 'acme' }]);
    await store.clickhouse.insert('traces', [
      {
        project: owner.id,
        trace_id: 'c'.repeat(32),
        start_time: now,
        outcome_key: 'order-9',
        feature: 'chat',
        customer: 'x',
      },
    ]);
    const told = () =>
      store.clickhouse.query(
        `SELECT outcome_key, feature, customer, toString(value) AS value, version FROM outcomes FINAL
        WHERE project = {project:String} AND name = 'early' ORDER BY outcome_key`,
        { project: owner.id },
      );
    await outcomes.settle();
    const filled = await told();
    expect(filled).toMatchObject([
      { outcome_key: trace, feature: 'search', customer: 'acme', value: '3' },
      { outcome_key: 'order-9', feature: 'chat', customer: 'own', value: null },
    ]);
    await outcomes.settle();
    expect(await told()).toEqual(filled);
  });

  test('an outcome of a wild clock would stay the last one for ever', async () => {
    const event = { name: 'x', key: 'k', status: 'success' as const };
    const future = new Date(Date.now() + 11 * 60_000).toISOString();
    await expect(outcomes.record(owner.id, [{ ...event, occurredAt: future }])).rejects.toThrow(/10 minutes ahead/);
    await expect(outcomes.record(owner.id, [{ ...event, occurredAt: '1970-01-01T00:00:00Z' }])).rejects.toThrow(/2000/);
  });

  test('a value that the store cannot hold is refused as such', async () => {
    const dear = { name: 'x', key: 'k', status: 'success' as const, value: `1${'0'.repeat(26)}` };
    await expect(outcomes.record(owner.id, [dear])).rejects.toMatchObject({ code: 'invalid_input', field: 'value' });
  });

  test('an outcome needs something to belong to', async () => {
    await expect(outcomes.record(owner.id, [{ name: 'x', status: 'success' }])).rejects.toThrow(/traceId or a key/);
  });
});

describe('GPU cost', () => {
  const minutes = Array.from({ length: 60 }, (_, index) => index);
  const minute = (index: number): string => new Date(Date.parse('2026-09-05T10:00:00Z') + index * 60_000).toISOString();
  const kept = { expires_on: '2149-06-06' };
  let owner: Project;

  const sample = (gpu: string, pod: string, active: number, index: number): object => {
    return {
      project: owner.id,
      target: 't',
      at: minute(index),
      gpu_id: gpu,
      model: 'H100',
      pod,
      sm_active: active,
      ...kept,
    };
  };

  beforeEach(async () => {
    owner = await newProject();
    await gpus.setRate(owner.id, { model: 'H100', hourly: '2.50', currency: 'USD' });
  });

  test('an hour of a pool: by the tokens of each feature, the rest of the engine unallocated, idle apart', async () => {
    await store.clickhouse.insert(
      'gpu_samples',
      minutes.flatMap((index) => ['A', 'B'].map((gpu) => sample(gpu, 'llama-0', 0.5, index))),
    );
    const engine = { project: owner.id, target: 'e', engine: 'vllm', model: 'llama-70b', pool: 'llama', ...kept };
    await store.clickhouse.insert(
      'engine_samples',
      minutes.map((index) => ({
        ...engine,
        at: minute(index),
        running: index < 45 ? 3 : 0,
        prompt_tokens: index === 59 ? 1_900_000 : 1_000_000,
        generation_tokens: index === 59 ? 150_000 : 0,
      })),
    );
    const call = { at: minute(30), cost: null, provider: 'vllm', response_model: 'llama-70b' };
    await send(owner, [
      { ...call, trace: 'g1', feature: 'A', tokens_input: 600_000, tokens_output: 100_000 },
      { ...call, trace: 'g2', feature: 'B', tokens_input: 200_000, tokens_output: 50_000 },
    ]);
    const report = await costs.report(owner, september);
    expect(report.items.map(({ key, amount }) => [key, amount])).toEqual([
      ['A', '2.5'],
      ['B', '1'],
      ['gpu_idle', '1.25'],
      ['unallocated', '0.25'],
    ]);
    expectExact(report);
    const file = await costs.focus(owner, september);
    expect(file).toContain('Idle GPU');
    expect(file.match(/Compute,gpu/g)).toHaveLength(4);
    // A: 2.50 of 5.00 for two GPU hours.
    expect(file).toContain(',2.5,1,Hours,');
  });

  test('without an engine its activity says how busy a held device is; nobody holds the other', async () => {
    const active = (index: number): number => (index < 15 ? 0.5 : 0);
    await store.clickhouse.insert(
      'gpu_samples',
      minutes.flatMap((index) => [sample('A', 'notebook', active(index), index), sample('B', '', 0, index)]),
    );
    const report = await costs.report(owner, september);
    expect(report.items.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['gpu', '0.625'],
      ['gpu_idle', '1.875'],
      ['unallocated', '2.5'],
    ]);
    expectExact(report);
  });
});
