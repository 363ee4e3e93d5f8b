import 'reflect-metadata';
import { createClickHouse, type ClickHouse } from '@plimsoll/clickhouse';
import type { Project } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { IncidentEntity, IncidentEventEntity, OutboxEntity } from '../incidents/incidents.entity.js';
import { allIncidentEntities, channelWrite, wireIncidents } from '../incidents/testing/wired.js';
import { testStores } from '../stores/testing/test-stores.js';
import { AlertInstance } from './alert-instance.entity.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { type Call, makeWorld, minuteMs, send, sloEntities, start, traffic } from './testing/world.js';

const stores = testStores([...sloEntities, ...allIncidentEntities]);

type World = Awaited<ReturnType<typeof makeWorld>>;

const minuteOf = (iso: string): number => (Date.parse(iso) - start) / minuteMs;
const storyOf = (world: World, wanted: string) =>
  world.told.filter(({ tier }) => tier === wanted).map(({ kind, minute }) => [kind, minuteOf(minute)]);

/** Points of the same hour in the two weeks before, as many calls a minute as given. */
async function pastWeeks(project: Project, revisionId: string, perMinute: number): Promise<void> {
  for (const weeks of [1, 2, 3, 4]) {
    const rows = Array.from({ length: 240 }, (_, index) => {
      const minute = new Date(start + (index - 60) * minuteMs - weeks * 7 * 86_400_000);
      const counts = { population: perMinute, eligible: perMinute, bad: 0, sum_w: perMinute, cost: '0' };
      return { project: project.id, objective: revisionId, group_key: '', minute, ...counts, version: 1 };
    });
    await stores.store.clickhouse.insert('sli_points', rows);
    await stores.store.clickhouse.command(
      `INSERT INTO sli_hours (project, hour, objective, group_key, stratum, population, eligible, version)
       SELECT project, toStartOfHour(minute), objective, group_key, stratum, sum(p.population), sum(p.eligible), 1
       FROM sli_points AS p WHERE objective = {id:String} AND minute < {before:DateTime} GROUP BY ALL`,
      { id: revisionId, before: new Date(start - 6 * 86_400_000) },
    );
  }
  await stores.database.query(`UPDATE objective_revisions SET points_from = points_wanted_from WHERE id = $1`, [
    revisionId,
  ]);
}

describe('a hang', () => {
  const latency = { kind: 'latency', measure: 'end_to_end', thresholdMs: 30_000 } as const;
  const targets = ['0.999', '0.995', '0.99', '0.98', '0.95', '0.9'] as const;
  const terms = (target: string) => ({ slug: `at-${target.slice(2)}`, window: '28d', target });

  it('of ten minutes pages within three minutes of the first calls that came back, whatever the target', async () => {
    const world = await makeWorld(stores);
    for (const target of targets) {
      await world.create({ ...terms(target), indicator: latency });
      await world.create({ ...terms(target), slug: `errors-${target.slice(2)}`, indicator: { kind: 'error' } });
    }
    const off = await world.create({ ...terms('0.98'), slug: 'tiers-alone', indicator: latency, outage: false });
    // Twenty calls a minute until minute 100; what starts from then on answers after ten minutes.
    await send(stores, world.project, traffic(0, 100, 20, 0));
    await world.backfill.backfill();
    const hanging = traffic(110, 130, 20, 20).map((call) => ({ ...call, latencyMs: 600_000 }));
    world.close(109);
    await world.evaluation().evaluate();
    // A simulated clock: each minute's calls arrive, and a minute is judged once a pass has closed it a minute later.
    const paged = new Map<string, number>();
    for (let now = 111; now < 114; now++) {
      const arrived = hanging.filter(({ minute }) => minute === now - 1);
      await send(stores, world.project, arrived);
      const range = { from: new Date(start + (now - 1) * minuteMs), to: new Date(start + now * minuteMs) };
      await world.points.recompute({ projectId: world.project.id, ...range });
      world.close(now - 1);
      await world.evaluation().evaluate();
      for (const { objectiveSlug, severity, kind } of world.told) {
        // The first hung calls came back in the minute that began at 110.
        if (severity === 'page' && kind === 'fired' && !paged.has(objectiveSlug)) paged.set(objectiveSlug, now - 110);
      }
    }
    const slugs = targets.flatMap((target) => [`at-${target.slice(2)}`, `errors-${target.slice(2)}`]);
    expect([...paged.keys()].toSorted()).toEqual(slugs.toSorted());
    expect(Math.max(...paged.values())).toBeLessThanOrEqual(3);
    // Burn-rate tiers alone would take 14 minutes of such calls at 98 %.
    expect(paged.has(off.revision.definition.slug)).toBe(false);
  });
});

describe('silence', () => {
  it('freezes what fires and opens one ticket when traffic stops that the last weeks had', async () => {
    const world = await makeWorld(stores);
    const { revision } = await world.create({ window: '28d' });
    await send(stores, world.project, [...traffic(0, 90, 20, 0), ...traffic(90, 100, 20, 18)]);
    await world.backfill.backfill();
    await pastWeeks(world.project, revision.id, 20);
    for (const minute of [99, 101, 104, 107, 109, 110, 111, 118, 125]) {
      world.close(minute);
      await Promise.all([world.evaluation().evaluate(), world.evaluation().evaluate()]);
    }
    // Ten minutes: max(5 min, 13.44 x 0.01 x 60 + 2 min); the first silent minute is 100.
    expect(storyOf(world, 'data absent')).toEqual([['fired', 109]]);
    const fast = storyOf(world, 'page fast').map(([kind]) => kind);
    expect(fast).toEqual(['fired', 'data_absent']);
    const states = await stores.database
      .getRepository(AlertInstance)
      .findBy({ revisionId: revision.id, tier: 'page fast' });
    expect(states.map(({ state }) => state)).toEqual(['no_data']);
    const silent = await world.reports.detail(await world.objectives.get(world.project.id, 'errors'));
    expect(silent.status).toBe('no_data');
    // Back and well: the alert says so, is held, and resolves once; so does the alarm.
    await send(stores, world.project, traffic(125, 150, 20, 0));
    await world.points.recompute({
      projectId: world.project.id,
      from: new Date(start + 120 * minuteMs),
      to: new Date(start + 150 * minuteMs),
    });
    for (const minute of [126, 127, 131, 132, 133, 140, 150]) {
      world.close(minute);
      await world.evaluation().evaluate();
    }
    expect(storyOf(world, 'page fast').map(([kind]) => kind)).toEqual([
      'fired',
      'data_absent',
      'data_returned',
      'resolved',
    ]);
    expect(storyOf(world, 'data absent').map(([kind]) => kind)).toEqual(['fired', 'resolved']);
  });

  it('is no alarm where the same hour is quiet every week', async () => {
    const world = await makeWorld(stores);
    await world.create({ window: '28d' });
    await send(stores, world.project, traffic(0, 60, 20, 0));
    await world.backfill.backfill();
    for (const minute of [60, 100]) {
      world.close(minute);
      await world.evaluation().evaluate();
    }
    expect(world.told).toEqual([]);
  });
});

describe('exactly one transition', () => {
  const burst: readonly Call[] = [...traffic(0, 100, 20, 0), ...traffic(100, 120, 20, 18), ...traffic(120, 175, 20, 0)];
  it('one incident and one notification each, when the store dies in the middle of evaluations of two workers', async () => {
    const { incidents, channels } = wireIncidents(stores.database);
    const world = await makeWorld(stores, incidents);
    const url = 'https://pager.example.com/hook';
    await channels.save(world.project.id, channelWrite({ name: 'ops', kind: 'webhook', url }));
    const most = { name: 'most fail', severity: 'page', over: '0.5', window: '5m' } as const;
    await world.create({ policy: { thresholds: [most] } });
    await send(stores, world.project, burst);
    await world.backfill.backfill();
    world.close(100);
    await world.evaluation().evaluate();
    const dead = createClickHouse({ url: 'http://127.0.0.1:9', queryTimeoutMs: 2_000 });
    /** It answers so many queries and is gone for the rest of the tick. */
    const dying = (answers: number): ClickHouse => {
      let left = answers;
      return new Proxy(stores.store.clickhouse, {
        get: (target, name) => {
          const alive = left-- > 0 ? target : dead;
          const member: unknown = Reflect.get(alive, name);
          return typeof member === 'function' ? (member.bind(alive) as unknown) : member;
        },
      });
    };
    let failures = 0;
    for (let minute = 101; minute <= 170; minute += 7) {
      world.close(minute);
      // Wherever it falls, nothing is half done: all of a tick or nothing.
      for (const answers of [1, 2, 3, 4]) {
        const ticks = [dying(answers), dying(answers + 1)].map((store) => world.evaluation(store).evaluate());
        failures += (await Promise.allSettled(ticks)).filter(({ status }) => status === 'rejected').length;
      }
      await Promise.all([world.evaluation().evaluate(), world.evaluation().evaluate()]);
    }
    await dead.close();
    expect(failures).toBeGreaterThan(20);
    const { manager } = stores.database;
    const rows = await manager.findBy(AlertTransitionRow, { projectId: world.project.id });
    const story = rows.map(({ kind, minute }) => `${kind} ${minuteOf(minute.toISOString())}`);
    expect(story.toSorted()).toEqual(['fired 100', 'fired 102', 'resolved 127', 'resolved 127']);
    const opened = await manager.findBy(IncidentEntity, { projectId: world.project.id });
    expect(opened).toHaveLength(1);
    const events = await manager.findBy(IncidentEventEntity, { incidentId: opened[0]?.id ?? '' });
    expect(events.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
    const sent = await manager.findBy(OutboxEntity, { projectId: world.project.id });
    expect(new Set(sent.map(({ eventSeq }) => eventSeq)).size).toBe(sent.length);
    expect(sent).toHaveLength(2);
  });

  it('when the clock jumps, forth and back', async () => {
    const world = await makeWorld(stores);
    await world.create({});
    await send(stores, world.project, burst);
    await world.backfill.backfill();
    for (const minute of [100, 105, 110, 112]) {
      world.close(minute);
      await world.evaluation().evaluate();
    }
    // A day ahead for two ticks, with passes to match, then back.
    for (const ahead of [1440, 1441]) {
      world.pass.current = { startedAt: new Date(start + (112 + ahead) * minuteMs), finishedAt: new Date() };
      await world.evaluation().evaluate();
    }
    const before = world.told.length;
    for (const minute of [113, 114, 115, 120, 125, 130, 140, 170]) {
      world.close(minute);
      await Promise.all([world.evaluation().evaluate(), world.evaluation().evaluate()]);
    }
    expect(before).toBeGreaterThan(0);
    const keys = world.told.map(({ tier, kind, minute }) => `${tier} ${kind} ${minute}`);
    expect(new Set(keys).size).toBe(keys.length);
    const fast = storyOf(world, 'page fast').map(([kind]) => kind);
    expect(fast.filter((kind) => kind === 'fired').length).toBe(1);
    expect(fast.at(-1)).toBe('resolved');
    const [instance] = await stores.database
      .getRepository(AlertInstance)
      .findBy({ projectId: world.project.id, tier: 'page fast' });
    expect(instance?.state).toBe('resolved');
  });
});

describe('late scores', () => {
  it('are folded at once, without a new closed minute', async () => {
    const world = await makeWorld(stores);
    await world.create({});
    await send(stores, world.project, traffic(0, 140, 20, 0));
    await world.backfill.backfill();
    world.close(140);
    await world.evaluation().evaluate();
    expect(world.told).toEqual([]);
    await send(stores, world.project, traffic(125, 138, 20, 20));
    await world.recompute();
    // No pass has closed another minute since.
    await world.evaluation().evaluate();
    expect(storyOf(world, 'page fast')).toEqual([['fired', 133]]);
    await world.recompute();
    await world.evaluation().evaluate();
    expect(storyOf(world, 'page fast')).toHaveLength(1);
  });
});

describe('exclusion windows', () => {
  it('take their events out of figures, charts, backtests and alerts, and bring them back', async () => {
    const world = await makeWorld(stores);
    const { reports, trials, exclusions, project } = world;
    const current = await world.create({});
    await send(stores, project, [...traffic(0, 100, 20, 0), ...traffic(100, 120, 20, 18), ...traffic(120, 150, 20, 0)]);
    await world.backfill.backfill();
    world.close(150);
    const range = { from: new Date(start).toISOString(), to: new Date(start + 150 * minuteMs).toISOString() };
    const look = async () => {
      const { eligible, bad } = await reports.detail(current);
      const { points } = await reports.series(current, range);
      const tested = await trials.backtest(project.id, { objective: current.revision.definition, ...range });
      const spent = await reports.spenders(current, range);
      return {
        eligible,
        bad,
        charted: points.reduce((sum, point) => sum + point.bad, 0),
        spent: spent.items.find(({ dimension }) => dimension === 'feature')?.bad,
        pages: tested.pages.length,
      };
    };
    const counted = await look();
    expect(counted).toMatchObject({ eligible: 3000, bad: 360, charted: 360, spent: 360 });
    expect(counted.pages).toBeGreaterThan(0);
    const body = {
      objective: 'errors',
      from: new Date(start + 100 * minuteMs + 5000).toISOString(),
      to: new Date(start + 119 * minuteMs + 5000).toISOString(),
      reason: 'load test',
    };
    const window = await exclusions.create(project.id, 'anna', body);
    expect(window).toMatchObject({ objective: 'errors', createdBy: 'anna', reason: 'load test', revokedAt: null });
    expect(await look()).toEqual({ eligible: 2600, bad: 0, charted: 0, spent: 0, pages: 0 });
    await world.evaluation().evaluate();
    expect(world.told).toEqual([]);
    await exclusions.revoke(project.id, 'ben', window.id);
    expect(await look()).toEqual(counted);
    expect((await exclusions.list(project.id)).items[0]).toMatchObject({ createdBy: 'anna', revokedBy: 'ben' });
    // What is back is late: it is told now.
    await world.evaluation().evaluate();
    expect(storyOf(world, 'page fast')[0]).toEqual(['fired', 108]);
    await expect(exclusions.create(project.id, 'anna', { ...body, to: body.from })).resolves.toBeDefined();
    await expect(exclusions.create(project.id, 'anna', { ...body, to: range.from })).rejects.toThrow(
      /to: must be after/,
    );
  });
});

describe('a decision record', () => {
  it('is due for review when the threshold it waits for fires, until somebody looks', async () => {
    const world = await makeWorld(stores);
    const decision = { chosen: 'model M', why: 'half the price', reviewWhen: 'a tenth of its calls fails' };
    const policy = { thresholds: [{ name: 'a tenth fails', severity: 'ticket', over: '0.1', window: '5m' }] } as const;
    const current = await world.create({ policy: { ...policy, thresholds: [...policy.thresholds] }, decision });
    await send(stores, world.project, [...traffic(0, 100, 20, 0), ...traffic(100, 120, 20, 6)]);
    await world.backfill.backfill();
    const review = async () => (await world.reports.detail(current)).review;
    world.close(100);
    await world.evaluation().evaluate();
    expect(await review()).toBeNull();
    world.close(110);
    await world.evaluation().evaluate();
    expect(await review()).toMatchObject({ cause: 'a tenth fails' });
    await world.objectives.completeReview(current, 'anna');
    expect(await review()).toBeNull();
    const other = await world.create({ slug: 'plain' });
    await expect(world.objectives.completeReview(other, 'anna')).rejects.toMatchObject({ code: 'conflict' });
  });
});
