import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import {
  objectiveWrite,
  readSettings,
  type AlertTransition,
  type ObjectiveWrite,
  type Project,
} from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { IncidentService } from '../incidents/incident.service.js';
import { Retentions } from '../rollups/retention.js';
import type { FinishedPass, RollupsService } from '../rollups/rollups.service.js';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { BackfillService } from './backfill.service.js';
import { EvaluationService } from './evaluation.service.js';
import { ObjectiveGroup } from './objective-group.entity.js';
import { ObjectiveSelfTest } from './objective-self-test.entity.js';
import { SelfTestService } from './self-test.service.js';
import { ObjectiveReports } from './objective-reports.service.js';
import { ObjectiveTrials } from './objective-trials.service.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { Objective } from './objective.entity.js';
import { ObjectivesService } from './objectives.service.js';
import { SliPointsRecompute } from './sli-points.recompute.js';
import { failedSelfTests, windowTotals } from './slo.queries.js';

let postgres: TestPostgres;
let store: TestClickHouse;
let database: DataSource;

beforeAll(async () => {
  [postgres, store] = await Promise.all([startTestPostgres(), startTestClickHouse()]);
  const entities = [Objective, ObjectiveRevision, ObjectiveGroup, ObjectiveSelfTest, AlertInstance, AlertTransitionRow];
  ({ dataSource: database } = await postgres.createDatabase(entities));
});
afterAll(async () => {
  await Promise.all([postgres.stop(), store.stop()]);
});

const minuteMs = 60_000;
/** The first minute of the stories below; three hours of history lie between it and now. */
const start = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;

/** One project with everything around it; passes and incidents are what the test says. */
async function makeWorld() {
  await database.query('DELETE FROM organisations');
  const [organisation] = await database.query<{ id: string }[]>(
    `INSERT INTO organisations (slug, name) VALUES ($1, 'Test') RETURNING id`,
    [randomUUID()],
  );
  const [row] = await database.query<{ id: string }[]>(
    `INSERT INTO projects (organisation_id, slug, name) VALUES ($1, 'p', 'Shop') RETURNING id`,
    [organisation?.id],
  );
  const project = { id: row?.id ?? '' } as Project;
  const told: AlertTransition[] = [];
  const pass: { current: FinishedPass | null; incidentsFail: boolean } = { current: null, incidentsFail: false };
  const rollups = { lastPass: async () => pass.current } as unknown as RollupsService;
  const incidents = {
    recordTransition: async (_: unknown, transition: AlertTransition) => {
      if (pass.incidentsFail) throw new Error('no incident today');
      told.push(transition);
      return { incidentId: null };
    },
  } as unknown as IncidentService;
  const points = new SliPointsRecompute(database, store.clickhouse);
  const objectives = new ObjectivesService(database);
  return {
    project,
    told,
    pass,
    points,
    objectives,
    reports: new ObjectiveReports(database, store.clickhouse, rollups, objectives),
    trials: new ObjectiveTrials(store.clickhouse, rollups),
    backfill: new BackfillService(database, store.clickhouse, points, new Retentions(database, readSettings({}))),
    evaluation: () => new EvaluationService(database, store.clickhouse, rollups, incidents),
    /** A finished pass after which the minutes before `start + minute` are closed. */
    close: (minute: number) => {
      pass.current = { startedAt: new Date(start + (minute + 1) * minuteMs), finishedAt: new Date() };
    },
    recompute: () =>
      points.recompute({ projectId: project.id, from: new Date(start), to: new Date(start + 180 * minuteMs) }),
    create: async (definition: Partial<z.input<typeof objectiveWrite>>) =>
      objectives.create(project, objectiveWrite.parse({ ...errorObjective, ...definition }), 'test'),
  };
}

const errorObjective = {
  slug: 'errors',
  name: 'Errors',
  indicator: { kind: 'error' },
  target: '0.99',
  window: '7d',
} as const satisfies z.input<typeof objectiveWrite>;

interface Call {
  readonly minute: number;
  readonly id: number;
  readonly failed?: boolean;
  readonly customer?: string;
  readonly feature?: string;
  readonly latencyMs?: number;
  readonly cost?: string | null;
  readonly errorType?: string;
  readonly httpStatus?: number;
}

async function send(project: Project, calls: readonly Call[]): Promise<void> {
  const rows = calls.map((call) => {
    const time = new Date(start + call.minute * minuteMs + 1000);
    return {
      project: project.id,
      trace_id: call.id.toString(16).padStart(32, '0'),
      span_id: call.id.toString(16).padStart(16, '0'),
      time,
      start_time: new Date(time.getTime() - (call.latencyMs ?? 500)),
      end_time: time,
      finished: 1,
      kind: 'generation',
      name: 'chat',
      feature: call.feature ?? 'support',
      customer: call.customer ?? 'acme',
      status: call.failed === true ? 'error' : 'ok',
      error_type: call.errorType ?? '',
      http_status: call.httpStatus ?? null,
      cost: call.cost ?? null,
      sample_p: 1,
      expires_on: '2149-01-01',
    };
  });
  await store.clickhouse.insert('spans', rows);
  await store.clickhouse.insert('minute_rollup', [
    { project: project.id, minute: new Date(start - 3600_000), spans: 1, expires_on: '2149-01-01', version: 1 },
  ]);
}

/** `perMinute` calls in each minute of [from, to), the first `bad` of them failed. */
function traffic(from: number, to: number, perMinute: number, bad: number): Call[] {
  const calls: Call[] = [];
  for (let minute = from; minute < to; minute++) {
    for (let index = 0; index < perMinute; index++) {
      calls.push({ minute, id: minute * 1000 + index + 1, failed: index < bad });
    }
  }
  return calls;
}

async function totalsByGroup(projectId: string, revisionId: string) {
  const range = { projectId, revisionIds: [revisionId], from: new Date(start), to: new Date(start + 180 * minuteMs) };
  const rows = await windowTotals(store.clickhouse, range);
  return new Map(rows.map(({ groupKey, totals }) => [groupKey, totals]));
}

describe('points', () => {
  it('counts what each kind says, and falls to zero with what vanished', async () => {
    const world = await makeWorld();
    const { project } = world;
    const created = {
      errors: await world.create({}),
      limits: await world.create({
        slug: 'limits',
        indicator: { kind: 'error', classes: ['rate_limit', 'provider_5xx'] },
      }),
      slow: await world.create({
        slug: 'slow',
        indicator: { kind: 'latency', measure: 'end_to_end', thresholdMs: 1000 },
        filter: { feature: ['support'] },
      }),
      cost: await world.create({
        slug: 'cost',
        indicator: { kind: 'cost', per: 'request', expected: '0.010', ceiling: '0.020' },
      }),
      outcome: await world.create({
        slug: 'outcome',
        indicator: { kind: 'cost', per: 'outcome', outcome: 'resolved', expected: '0.010', ceiling: '0.020' },
      }),
    };
    await send(project, [
      { minute: 1, id: 1, cost: '0.1' },
      { minute: 1, id: 2, latencyMs: 1000, cost: '0.2' },
      { minute: 1, id: 3, latencyMs: 1001 },
      { minute: 2, id: 4, failed: true, errorType: 'RateLimitError', httpStatus: 429 },
      { minute: 2, id: 5, failed: true, errorType: 'ValidationError', feature: 'search' },
      { minute: 2, id: 6, failed: true, errorType: 'AbortError' },
    ]);
    await store.clickhouse.insert('outcomes', [
      {
        project: project.id,
        name: 'resolved',
        outcome_key: 'a',
        occurred_at: new Date(start + 61_000),
        status: 'success',
        expires_on: '2149-01-01',
      },
      {
        project: project.id,
        name: 'resolved',
        outcome_key: 'b',
        occurred_at: new Date(start + 61_000),
        status: 'success',
        expires_on: '2149-01-01',
      },
      {
        project: project.id,
        name: 'resolved',
        outcome_key: 'b',
        occurred_at: new Date(start + 121_000),
        status: 'failure',
        expires_on: '2149-01-01',
      },
    ]);
    const read = async (name: keyof typeof created) =>
      (await totalsByGroup(project.id, created[name].revision.id)).get('');
    await world.recompute();
    expect(await read('errors')).toMatchObject({ eligible: 5, bad: 2, excluded: 1 });
    expect(await read('limits')).toMatchObject({ eligible: 5, bad: 1 });
    expect(await read('slow')).toMatchObject({ eligible: 4, bad: 2, excluded: 1 });
    expect(await read('cost')).toMatchObject({ outcomes: 6, cost: 300_000_000_000n, excluded: 4 });
    expect(await read('outcome')).toMatchObject({ outcomes: 1, cost: 300_000_000_000n });
    await world.recompute();
    expect(await read('errors')).toMatchObject({ eligible: 5, bad: 2, excluded: 1 });
    await store.clickhouse.command(
      'ALTER TABLE spans DELETE WHERE project = {project:String} SETTINGS mutations_sync = 2',
      {
        project: project.id,
      },
    );
    await world.recompute();
    expect(await read('errors')).toMatchObject({ eligible: 0, bad: 0, excluded: 0 });
  });

  it('caps groups at 100 with the rest as other, and the parts equal the total (rule 11)', async () => {
    const world = await makeWorld();
    const { revision } = await world.create({ groupBy: ['customer'] });
    const call = (index: number): Call => ({
      minute: index % 20,
      id: index + 1,
      customer: `c${index % 130}`,
      failed: index % 7 === 0,
    });
    await send(
      world.project,
      Array.from({ length: 90 }, (_, index) => call(index)),
    );
    await world.recompute();
    await send(
      world.project,
      Array.from({ length: 520 }, (_, index) => call(index)),
    );
    await world.recompute();
    const groups = await totalsByGroup(world.project.id, revision.id);
    const parts = [...groups].filter(([key]) => key !== '').map(([, totals]) => totals);
    expect(await database.getRepository(ObjectiveGroup).countBy({ revisionId: revision.id })).toBe(100);
    expect(groups.get('other')?.eligible).toBe(30 * 4);
    expect(groups.get('')?.eligible).toBe(520);
    expect(parts.reduce((sum, { eligible }) => sum + eligible, 0)).toBe(520);
    expect(parts.reduce((sum, { bad }) => sum + bad, 0)).toBe(groups.get('')?.bad);
    expect(groups.has('{"customer":"c0"}')).toBe(true);
  });

  it('weighs scores by how likely they were chosen, and counts coverage', async () => {
    const world = await makeWorld();
    const { revision } = await world.create({
      slug: 'quality',
      target: '0.95',
      indicator: { kind: 'quality', scorer: 'json-valid' },
    });
    await send(world.project, traffic(0, 1, 6, 0));
    const fact = (id: number) => ({
      project: world.project.id,
      time: new Date(start + 1000),
      trace_id: id.toString(16).padStart(32, '0'),
      span_id: id.toString(16).padStart(16, '0'),
      scorer: 'json-valid',
      scorer_version: '1',
      expires_on: '2149-01-01',
    });
    const decide = (id: number, decision: string, outcome: string, stratum: string) => ({
      ...fact(id),
      decision,
      outcome,
      stratum,
    });
    await store.clickhouse.insert('scoring_decisions', [
      decide(1, 'selected', 'scored', 'base'),
      decide(2, 'selected', 'scored', 'risky'),
      decide(3, 'selected', 'pending', 'base'),
      decide(4, 'sampled_out', '', 'base'),
      decide(5, 'over_budget', '', 'base'),
      decide(6, 'selected', 'not_applicable', 'base'),
    ]);
    await store.clickhouse.insert('scores', [
      { ...fact(1), passed: 1, value: 1, sample_p: 0.25, stratum: 'base', source: 'rule' },
      { ...fact(2), passed: 0, value: 0, sample_p: 1, stratum: 'risky', source: 'rule' },
    ]);
    await world.recompute();
    const range = {
      projectId: world.project.id,
      revisionIds: [revision.id],
      from: new Date(start),
      to: new Date(start + minuteMs),
    };
    const rows = await windowTotals(store.clickhouse, range);
    expect(rows.map(({ stratum, totals }) => ({ stratum, ...totals }))).toMatchObject([
      {
        stratum: 'base',
        population: 4,
        eligible: 1,
        bad: 0,
        sumW: 4,
        sumWx: 0,
        sumW2: 16,
        selected: 2,
        settled: 2,
        excluded: 1,
      },
      { stratum: 'risky', population: 1, eligible: 1, bad: 1, sumW: 1, sumWx: 1, selected: 1, settled: 1 },
    ]);
  });
});

describe('evaluation', () => {
  it('fires once and resolves once, over restarts and doubled orders (rules 6 and 15)', async () => {
    const world = await makeWorld();
    await world.create({});
    await send(world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 120, 20, 18), ...traffic(120, 175, 20, 0)]);
    await world.backfill.backfill();
    world.close(100);
    await world.evaluation().evaluate();
    expect(world.told).toEqual([]);
    for (let minute = 101; minute <= 170; minute += 7) {
      world.close(minute);
      // Another worker has the same order at the same time.
      await Promise.all([world.evaluation().evaluate(), world.evaluation().evaluate()]);
    }
    const fast = world.told.filter(({ tier }) => tier === 'page fast');
    expect(fast.map(({ kind, minute }) => [kind, (Date.parse(minute) - start) / minuteMs])).toEqual([
      ['fired', 108],
      ['resolved', 129],
    ]);
    const [page] = fast;
    expect(page?.evidence).toMatchObject({
      factor: 13.44,
      longSeconds: 3600,
      shortSeconds: 300,
      eligibleLong: 1200,
      badLong: 162,
    });
    const stored = await database.getRepository(AlertTransitionRow).findBy({ projectId: world.project.id });
    expect(stored.length).toBe(world.told.length);
  });

  it('says now what late rows show to have been missed, and withdraws nothing (rule 7)', async () => {
    const world = await makeWorld();
    await world.create({});
    await send(world.project, traffic(0, 140, 20, 0));
    await world.backfill.backfill();
    world.close(140);
    await world.evaluation().evaluate();
    expect(world.told).toEqual([]);
    await send(world.project, traffic(115, 125, 20, 20));
    await world.recompute();
    world.close(141);
    await world.evaluation().evaluate();
    const fast = world.told.filter(({ tier }) => tier === 'page fast');
    expect(fast.map(({ kind }) => kind)).toEqual(['fired', 'resolved']);
    const [fired] = fast;
    expect((Date.parse(fired?.minute ?? '') - start) / minuteMs).toBe(123);
    expect(Date.parse(fired?.decidedAt ?? '') - Date.parse(fired?.minute ?? '')).toBeGreaterThan(10 * minuteMs);
    // The rows turn out to be good after all: what was said stays said, and nothing is said twice.
    const before = world.told.length;
    await send(world.project, traffic(115, 125, 20, 0));
    await world.recompute();
    world.close(142);
    await world.evaluation().evaluate();
    expect(world.told.length).toBe(before);
  });

  it('freezes without a finished pass and never resolves on silence', async () => {
    const world = await makeWorld();
    await world.create({});
    await send(world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 140, 20, 18)]);
    await world.backfill.backfill();
    world.close(130);
    await world.evaluation().evaluate();
    const opened = world.told.filter(({ kind }) => kind === 'fired').length;
    expect(opened).toBeGreaterThan(0);
    world.pass.current = { startedAt: new Date(Date.now() - 300_000), finishedAt: new Date(Date.now() - 240_000) };
    await world.evaluation().evaluate();
    await world.evaluation().evaluate();
    const states = await database.getRepository(AlertInstance).findBy({ projectId: world.project.id });
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['no_data']));
    expect(world.told.filter(({ to }) => to === 'no_data').length).toBe(opened);
    world.close(135);
    await world.evaluation().evaluate();
    expect(world.told.some(({ kind }) => kind === 'resolved')).toBe(false);
    // Each alert that was said to have no data is said to have them again, once.
    world.close(136);
    await world.evaluation().evaluate();
    const tiersOf = (wanted: string) => world.told.filter(({ kind }) => kind === wanted).map(({ tier }) => tier);
    expect(tiersOf('data_returned').toSorted()).toEqual(tiersOf('data_absent').toSorted());
    const after = await database
      .getRepository(AlertInstance)
      .findBy({ projectId: world.project.id, tier: 'page fast' });
    expect(after.map(({ state }) => state)).toEqual(['firing']);
  });

  it('replays a breach of each alerting objective once a day and shows whether it pages', async () => {
    const world = await makeWorld();
    const { reports, objectives } = world;
    await world.create({});
    await world.create({ slug: 'deaf', minBad: 1_000_000_000 });
    await world.create({ slug: 'shown-only', alerting: false });
    world.close(10);
    const failedBefore = await failedSelfTests(database);
    const service = new SelfTestService(database);
    const now = new Date();
    await service.run(now);
    const shown = async (slug: string) => (await reports.detail(await objectives.get(world.project.id, slug))).selfTest;
    expect(await shown('errors')).toMatchObject({ at: now.toISOString(), ok: true });
    expect(await shown('deaf')).toMatchObject({ ok: false });
    expect(await shown('shown-only')).toBeNull();
    expect(await failedSelfTests(database)).toBe(failedBefore + 1);
    await service.run(new Date(now.getTime() + 3_600_000));
    expect((await shown('deaf'))?.at).toBe(now.toISOString());
    await service.run(new Date(now.getTime() + 86_400_000));
    expect((await shown('deaf'))?.at).not.toBe(now.toISOString());
  });

  it('judges each group on its own, also one that appears later', async () => {
    const world = await makeWorld();
    await world.create({ groupBy: ['customer'] });
    const customer = (name: string, calls: readonly Call[], offset: number): Call[] =>
      calls.map((call) => ({ ...call, id: call.id + offset, customer: name }));
    await send(world.project, customer('acme', traffic(0, 150, 10, 0), 0));
    await world.backfill.backfill();
    world.close(130);
    await world.evaluation().evaluate();
    await send(world.project, customer('globex', traffic(110, 150, 10, 9), 500));
    await world.recompute();
    world.close(140);
    await world.evaluation().evaluate();
    const fast = world.told.filter(({ tier }) => tier === 'page fast');
    expect(fast.map(({ kind, group }) => [kind, group])).toEqual([['fired', { customer: 'globex' }]]);
    const groups = await database
      .getRepository(AlertInstance)
      .findBy({ projectId: world.project.id, tier: 'page fast' });
    expect(groups.map(({ groupKey, state }) => `${groupKey} ${state}`).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      '{"customer":"acme"} inactive',
      '{"customer":"globex"} firing',
    ]);
  });

  it('stores no state when the incident cannot be stored, and tells it at the next tick', async () => {
    const world = await makeWorld();
    await world.create({});
    await send(world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 130, 20, 18)]);
    await world.backfill.backfill();
    world.close(120);
    world.pass.incidentsFail = true;
    await world.evaluation().evaluate();
    expect(await database.getRepository(AlertInstance).countBy({ projectId: world.project.id })).toBe(0);
    expect(await database.getRepository(AlertTransitionRow).countBy({ projectId: world.project.id })).toBe(0);
    world.pass.incidentsFail = false;
    await world.evaluation().evaluate();
    expect(world.told.some(({ tier, kind }) => tier === 'page fast' && kind === 'fired')).toBe(true);
  });

  it('ends what an edited objective had open, and judges the new revision on its own', async () => {
    const world = await makeWorld();
    const { revision } = await world.create({});
    await send(world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 130, 20, 18)]);
    await world.backfill.backfill();
    world.close(120);
    await world.evaluation().evaluate();
    await world.objectives.replace(
      world.project,
      'errors',
      objectiveWrite.parse({ ...errorObjective, target: '0.95' }),
      'test',
    );
    await world.backfill.backfill();
    await world.evaluation().evaluate();
    const old = world.told.filter(({ revisionId }) => revisionId === revision.id);
    expect(old.at(-1)).toMatchObject({ kind: 'resolved' });
    expect(world.told.some(({ objectiveRevision, kind }) => objectiveRevision === 2 && kind === 'fired')).toBe(true);
  });
});

describe('objectives', () => {
  it('keeps one revision a change and answers how an objective stands', async () => {
    const world = await makeWorld();
    const first = await world.create({});
    const definition: ObjectiveWrite = first.revision.definition;
    await expect(world.create({})).rejects.toMatchObject({ code: 'conflict' });
    const same = await world.objectives.replace(world.project, 'errors', definition, 'test');
    expect(same.revision.id).toBe(first.revision.id);
    const second = await world.objectives.replace(world.project, 'errors', { ...definition, target: '0.98' }, 'test');
    expect(second.revision.revision).toBe(2);
    await send(world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 110, 20, 10), ...traffic(110, 150, 20, 0)]);
    await world.backfill.backfill();
    world.close(150);
    const detail = await world.reports.detail(second);
    expect(detail).toMatchObject({ revision: 2, eligible: 3000, bad: 100, kind: 'error', status: 'breached' });
    expect(detail.budget.allowedBad).toBeCloseTo(60, 9);
    expect(detail.budget.remaining).toBeCloseTo(1 - 100 / 60, 9);
    expect(detail.tiers.map(({ factor }) => factor)).toEqual([13.44, 3.5, 1.4, 0.98]);
    expect(detail.spark.at(-1)?.v).toBeCloseTo(1 - 100 / 60, 9);
    const series = await world.reports.series(second, {
      from: new Date(start).toISOString(),
      to: new Date(start + 150 * minuteMs).toISOString(),
    });
    expect(series.points.reduce((sum, { bad }) => sum + bad, 0)).toBe(100);
    const spenders = await world.reports.spenders(second, {});
    expect(spenders.items[0]).toMatchObject({ dimension: 'feature', value: 'support', eligible: 3000, bad: 100 });
    const list = await world.reports.list(world.project.id, { limit: 50 });
    expect(list.items.map(({ slug }) => slug)).toEqual(['errors']);
    await world.objectives.retire(world.project.id, 'errors');
    await expect(world.objectives.get(world.project.id, 'errors')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('back-tests as it judges: the same pages as the live fold', async () => {
    const world = await makeWorld();
    const { revision } = await world.create({});
    await send(world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 120, 20, 18), ...traffic(120, 170, 20, 0)]);
    await world.backfill.backfill();
    for (let minute = 105; minute <= 165; minute += 12) {
      world.close(minute);
      await world.evaluation().evaluate();
    }
    const result = await world.trials.backtest(world.project.id, {
      objective: revision.definition,
      from: new Date(start).toISOString(),
      to: new Date(start + 165 * minuteMs).toISOString(),
    });
    const fired = world.told.filter(({ kind }) => kind === 'fired');
    const live = fired.map(({ tier, minute }) => `${tier} ${minute}`);
    const tested = result.pages.map(({ tier, firedAt }) => `${tier} ${firedAt}`);
    expect(new Set(tested)).toEqual(new Set(live));
    expect(result.budgetRemaining).toBeLessThan(0);
    expect(result.minutes).toBe(165);
  });

  it('lets a version pass, fail or wait by the interval of its own calls', async () => {
    const world = await makeWorld();
    const current = await world.create({ target: '0.95' });
    await send(world.project, traffic(0, 150, 20, 0));
    world.close(150);
    const query = { minSamples: 200, hours: 24 };
    expect(await world.trials.gate(current, query)).toMatchObject({ verdict: 'pass', samples: 3000, errorRatio: 0 });
    expect(await world.trials.gate(current, { ...query, minSamples: 5000 })).toMatchObject({ verdict: 'not_yet' });
    expect(await world.trials.gate(current, { ...query, promptVersion: 'v9' })).toMatchObject({
      verdict: 'not_yet',
      samples: 0,
    });
    await send(world.project, traffic(0, 150, 20, 2));
    expect(await world.trials.gate(current, query)).toMatchObject({ verdict: 'fail', errorRatio: 0.1 });
    await expect(world.trials.samplingPlan(current, { fallTo: '0.85', daysBetweenFalseAlarms: 90 })).rejects.toThrow(
      /sampled/,
    );
  });
});
