import 'reflect-metadata';
import { objectiveWrite } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { testStores } from '../stores/testing/test-stores.js';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { SelfTestService } from './self-test.service.js';
import { failedSelfTests } from './slo.queries.js';
import { type Call, errorObjective, makeWorld, minuteMs, send, sloEntities, start, traffic } from './testing/world.js';

const stores = testStores(sloEntities);

describe('evaluation', () => {
  it('fires once and resolves once, over restarts and doubled orders (rules 6 and 15)', async () => {
    const world = await makeWorld(stores);
    await world.create({});
    await send(stores, world.project, [
      ...traffic(0, 100, 20, 0),
      ...traffic(100, 120, 20, 18),
      ...traffic(120, 175, 20, 0),
    ]);
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
    const stored = await stores.database.getRepository(AlertTransitionRow).findBy({ projectId: world.project.id });
    expect(stored.length).toBe(world.told.length);
  });

  it('says now what late rows show to have been missed, and withdraws nothing (rule 7)', async () => {
    const world = await makeWorld(stores);
    await world.create({});
    await send(stores, world.project, traffic(0, 140, 20, 0));
    await world.backfill.backfill();
    world.close(140);
    await world.evaluation().evaluate();
    expect(world.told).toEqual([]);
    await send(stores, world.project, traffic(115, 125, 20, 20));
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
    await send(stores, world.project, traffic(115, 125, 20, 0));
    await world.recompute();
    world.close(142);
    await world.evaluation().evaluate();
    expect(world.told.length).toBe(before);
  });

  it('freezes without a finished pass and never resolves on silence', async () => {
    const world = await makeWorld(stores);
    await world.create({});
    await send(stores, world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 140, 20, 18)]);
    await world.backfill.backfill();
    world.close(130);
    await world.evaluation().evaluate();
    const opened = world.told.filter(({ kind }) => kind === 'fired').length;
    expect(opened).toBeGreaterThan(0);
    world.pass.current = { startedAt: new Date(Date.now() - 300_000), finishedAt: new Date(Date.now() - 240_000) };
    await world.evaluation().evaluate();
    await world.evaluation().evaluate();
    const states = await stores.database.getRepository(AlertInstance).findBy({ projectId: world.project.id });
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
    const after = await stores.database
      .getRepository(AlertInstance)
      .findBy({ projectId: world.project.id, tier: 'page fast' });
    expect(after.map(({ state }) => state)).toEqual(['firing']);
  });

  it('replays a breach of each alerting objective once a day and shows whether it pages', async () => {
    const world = await makeWorld(stores);
    const { reports, objectives } = world;
    await world.create({});
    await world.create({ slug: 'deaf', minBad: 1_000_000_000 });
    await world.create({ slug: 'shown-only', alerting: false });
    world.close(10);
    const failedBefore = await failedSelfTests(stores.database);
    const service = new SelfTestService(stores.database, world.recorder());
    const now = new Date();
    await service.run(now);
    const shown = async (slug: string) => (await reports.detail(await objectives.get(world.project.id, slug))).selfTest;
    expect(await shown('errors')).toMatchObject({ at: now.toISOString(), ok: true });
    expect(await shown('deaf')).toMatchObject({ ok: false });
    expect(await shown('shown-only')).toBeNull();
    expect(await failedSelfTests(stores.database)).toBe(failedBefore + 1);
    const told = () =>
      world.told.map(({ objectiveSlug, tier, kind, severity }) => [objectiveSlug, tier, kind, severity]);
    expect(told()).toEqual([['deaf', 'self-test', 'fired', 'ticket']]);
    expect(world.told[0]?.evidence.reasons[0]).toMatch(/^a breach would page nobody: page fast never fires/);
    await service.run(new Date(now.getTime() + 3_600_000));
    expect((await shown('deaf'))?.at).toBe(now.toISOString());
    await service.run(new Date(now.getTime() + 86_400_000));
    expect((await shown('deaf'))?.at).not.toBe(now.toISOString());
    await objectives.replace(world.project, 'deaf', objectiveWrite.parse({ ...errorObjective, slug: 'deaf' }), 'kim');
    await service.run(new Date(now.getTime() + 86_400_000 + 60_000));
    expect(told().at(-1)).toEqual(['deaf', 'self-test', 'resolved', 'ticket']);
    expect(await failedSelfTests(stores.database)).toBe(failedBefore);
  });

  it('judges each group on its own, also one that appears later', async () => {
    const world = await makeWorld(stores);
    await world.create({ groupBy: ['customer'] });
    const customer = (name: string, calls: readonly Call[], offset: number): Call[] =>
      calls.map((call) => ({ ...call, id: call.id + offset, customer: name }));
    await send(stores, world.project, customer('acme', traffic(0, 150, 10, 0), 0));
    await world.backfill.backfill();
    world.close(130);
    await world.evaluation().evaluate();
    await send(stores, world.project, customer('globex', traffic(110, 150, 10, 9), 500));
    await world.recompute();
    world.close(140);
    await world.evaluation().evaluate();
    const fast = world.told.filter(({ tier }) => tier === 'page fast');
    expect(fast.map(({ kind, group }) => [kind, group])).toEqual([['fired', { customer: 'globex' }]]);
    const groups = await stores.database
      .getRepository(AlertInstance)
      .findBy({ projectId: world.project.id, tier: 'page fast' });
    expect(groups.map(({ groupKey, state }) => `${groupKey} ${state}`)).toEqual(['{"customer":"globex"} firing']);
  });

  it('stores no state when the incident cannot be stored, and tells it at the next tick', async () => {
    const world = await makeWorld(stores);
    await world.create({});
    await send(stores, world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 130, 20, 18)]);
    await world.backfill.backfill();
    world.close(120);
    world.pass.incidentsFail = true;
    await world.evaluation().evaluate();
    expect(await stores.database.getRepository(AlertInstance).countBy({ projectId: world.project.id })).toBe(0);
    expect(await stores.database.getRepository(AlertTransitionRow).countBy({ projectId: world.project.id })).toBe(0);
    world.pass.incidentsFail = false;
    await world.evaluation().evaluate();
    expect(world.told.some(({ tier, kind }) => tier === 'page fast' && kind === 'fired')).toBe(true);
  });

  it('ends what an edited objective had open, and judges the new revision on its own', async () => {
    const world = await makeWorld(stores);
    const { revision } = await world.create({});
    await send(stores, world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 130, 20, 18)]);
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
