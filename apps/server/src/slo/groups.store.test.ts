import 'reflect-metadata';
import { objectiveCallQuery, type ObjectiveWrite } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { CallsService } from '../traces/calls.service.js';
import { testStores } from '../stores/testing/test-stores.js';
import { ObjectiveGroup } from './objective-group.entity.js';
import { type Call, makeWorld, minuteMs, send, sloEntities, start, totalsByGroup, traffic } from './testing/world.js';

const stores = testStores(sloEntities);

const nasty = `x'] OR 1=1 --\\"{p0:String}`;

/** Calls that differ in what their clients sent; every seventh is failed. */
const calls = Array.from({ length: 420 }, (_, index): Call => {
  const region = ['eu', 'us', undefined][index % 3];
  return {
    minute: index % 10,
    id: index + 1,
    failed: index % 7 === 0,
    latencyMs: 100 + index,
    models: index % 5 === 0 ? ['m1', 'm1-2026'] : ['m2', 'm2'],
    attributes: {
      ...(region === undefined ? {} : { region }),
      [nasty]: index % 2 === 0 ? `a'"\\/` : 'b',
      session: `s${index % 120}`,
      prompt: `${'p'.repeat(300)}${index}`,
    },
    resource: { 'k8s.cluster.name': index % 4 === 0 ? 'c1' : 'c2' },
    metadata: { tier: index % 11 === 0 ? 'gold' : 'free' },
    tags: index % 6 === 0 ? ['beta'] : [`wave:${index % 2}`],
  };
});

/** What a call is, without SQL. */
const tagOf = (call: Call, name: string): string => {
  if (call.tags?.includes(name) === true) return 'true';
  return call.tags?.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1) ?? '';
};

const isFailed = ({ failed }: Call): boolean => failed === true;

interface Case {
  readonly slug: string;
  readonly definition: Partial<ObjectiveWrite>;
  readonly counts: (call: Call) => boolean;
  readonly bad?: (call: Call) => boolean;
  readonly groupOf?: (call: Call) => readonly string[];
}

const cases: readonly Case[] = [
  {
    slug: 'by-region',
    definition: { groupBy: ['attributes.region'] },
    counts: () => true,
    groupOf: (call) => [call.attributes?.['region'] ?? ''],
  },
  {
    slug: 'by-tier-and-tag',
    definition: { groupBy: ['metadata.tier', 'tags.beta'] },
    counts: () => true,
    groupOf: (call) => [call.metadata?.['tier'] ?? '', tagOf(call, 'beta')],
  },
  {
    slug: 'by-wave',
    definition: { groupBy: ['tags.wave'], filter: { 'tags.beta': [''] } },
    counts: (call) => tagOf(call, 'beta') === '',
    groupOf: (call) => [tagOf(call, 'wave')],
  },
  {
    slug: 'slow-in-c1',
    definition: {
      indicator: { kind: 'latency', measure: 'end_to_end', thresholdMs: 300 },
      filter: { 'resource.k8s.cluster.name': ['c1', 'c1'], model: ['m1', 'm1-2026', 'm2'], feature: ['support', 'x'] },
    },
    counts: (call) => call.resource?.['k8s.cluster.name'] === 'c1',
    bad: (call) => call.failed === true || (call.latencyMs ?? 0) > 300,
  },
  {
    slug: 'asked-for-m1',
    definition: { filter: { model: ['m1'] } },
    counts: (call) => call.models?.[0] === 'm1',
  },
  {
    slug: 'nasty',
    definition: { filter: { [`attributes.${nasty}`]: [`a'"\\/`] }, groupBy: [`attributes.${nasty}`, 'feature'] },
    counts: (call) => call.attributes?.[nasty] !== 'b',
    groupOf: (call) => [call.attributes?.[nasty] ?? '', 'support'],
  },
  {
    slug: 'absent-key',
    definition: { groupBy: ['metadata.nobody-sends-this'] },
    counts: () => true,
    groupOf: () => [''],
  },
  {
    slug: 'long-values',
    definition: { groupBy: ['attributes.prompt'] },
    counts: () => true,
    groupOf: () => ['p'.repeat(200)],
  },
  {
    slug: 'sum-of-cost',
    definition: {
      indicator: { kind: 'cost', per: 'request', expected: '1', ceiling: '2' },
      groupBy: ['metadata.tier'],
    },
    counts: () => true,
    bad: () => false,
    groupOf: (call) => [call.metadata?.['tier'] ?? ''],
  },
];

describe('objectives of any attribute', () => {
  it('counts what a filter lets through and each group of it, as counting by hand does', async () => {
    const world = await makeWorld(stores);
    const created = new Map<string, string>();
    for (const { slug, definition } of cases) {
      created.set(slug, (await world.create({ slug, ...definition })).revision.id);
    }
    await send(stores, world.project, calls);
    await world.recompute();
    const lists = new CallsService(stores.store.clickhouse, stores.database, world.objectives);
    const within = { from: new Date(start).toISOString(), to: new Date(start + 180 * minuteMs).toISOString() };
    for (const { slug, definition, counts, bad = isFailed, groupOf } of cases) {
      const groups = await totalsByGroup(stores, world.project.id, created.get(slug) ?? '');
      const wanted = calls.filter(counts);
      expect([slug, groups.get('')?.eligible, groups.get('')?.bad]).toEqual([
        slug,
        wanted.length,
        wanted.filter(bad).length,
      ]);
      if (groupOf === undefined) continue;
      const byHand = new Map<string, Call[]>();
      for (const call of wanted) {
        const key = JSON.stringify(groupOf(call));
        byHand.set(key, [...(byHand.get(key) ?? []), call]);
      }
      const stored = [...groups].filter(([key]) => key !== '');
      expect(stored).toHaveLength(byHand.size);
      for (const [key, totals] of stored) {
        const values = JSON.parse(key) as Record<string, string>;
        const own = byHand.get(JSON.stringify(definition.groupBy?.map((name) => values[name]))) ?? [];
        expect([slug, key, totals.eligible, totals.bad]).toEqual([slug, key, own.length, own.filter(bad).length]);
        if (definition.indicator?.kind === 'cost') continue;
        // And the figure of a group opens to its calls.
        const listed = await lists.list(
          world.project.id,
          slug,
          objectiveCallQuery.parse({ ...within, group: key, limit: 5 }),
        );
        expect([slug, key, listed.eligible, listed.bad]).toEqual([slug, key, own.length, own.filter(bad).length]);
      }
    }
  });

  it('tells a hundred values apart, sums the rest as other, and says so in short', async () => {
    const world = await makeWorld(stores);
    const current = await world.create({ slug: 'sessions', groupBy: ['attributes.session'] });
    await send(stores, world.project, calls);
    await world.recompute();
    const groups = await totalsByGroup(stores, world.project.id, current.revision.id);
    const parts = [...groups].filter(([key]) => key !== '').map(([, totals]) => totals.eligible);
    expect(await stores.database.getRepository(ObjectiveGroup).countBy({ revisionId: current.revision.id })).toBe(100);
    expect(parts.reduce((sum, each) => sum + each, 0)).toBe(calls.length);
    world.close(20);
    const { groups: digest } = await world.reports.detail(await world.objectives.get(world.project.id, 'sessions'));
    expect(digest).toMatchObject({ by: ['attributes.session'], admitted: 100, cap: 100, firing: 0 });
    expect(digest?.otherShare).toBeCloseTo((groups.get('other')?.eligible ?? 0) / calls.length, 12);
    expect(digest?.digest).toMatch(/^[0-9a-f]{64}$/);
    const left = digest?.top.map(({ budgetRemaining }) => budgetRemaining ?? 1) ?? [];
    expect(left).toHaveLength(10);
    expect(left).toEqual(left.toSorted((a, b) => a - b));
    const lists = new CallsService(stores.store.clickhouse, stores.database, world.objectives);
    const query = objectiveCallQuery.parse({ from: new Date(start).toISOString(), group: 'other', outcome: 'all' });
    const listed = await lists.list(world.project.id, 'sessions', query);
    expect(listed.eligible).toBe(groups.get('other')?.eligible);
    await expect(
      lists.list(world.project.id, 'sessions', objectiveCallQuery.parse({ group: '{"feature":"support"}' })),
    ).rejects.toThrow('group: is no key of a group by attributes.session');
    const spenders = await world.reports.spenders(current, {});
    expect(spenders.items.filter(({ dimension }) => dimension === 'attributes.session')).toHaveLength(20);
  });

  it('back-tests each group as it judges it', async () => {
    const world = await makeWorld(stores);
    const policy = { thresholds: [{ name: 'half', severity: 'page' as const, over: '0.5', window: '5m', for: '2m' }] };
    const { revision } = await world.create({ slug: 'regions', groupBy: ['attributes.region'], policy });
    const of = (region: string, from: number, to: number, bad: number): Call[] =>
      traffic(from, to, 10, bad).map((call) => ({
        ...call,
        id: call.id + (region === 'eu' ? 0 : 500_000),
        attributes: { region },
      }));
    await send(stores, world.project, [...of('eu', 0, 60, 0), ...of('us', 0, 30, 0), ...of('us', 30, 60, 9)]);
    await world.backfill.backfill();
    await world.recompute();
    world.close(60);
    await world.evaluation().evaluate();
    const live = world.told.filter(({ kind }) => kind === 'fired');
    // Nine of ten are bad: 18 of 20 in two minutes are an outage, and half of five minutes is passed in minute 32.
    const us = { 'attributes.region': 'us' };
    expect(live.map(({ group, tier, minute }) => [group, tier, (Date.parse(minute) - start) / minuteMs])).toEqual([
      [us, 'half', 33],
      [us, 'outage', 31],
    ]);
    const range = { from: new Date(start).toISOString(), to: new Date(start + 60 * minuteMs).toISOString() };
    const { pages } = await world.trials.backtest(world.project.id, { objective: revision.definition, ...range });
    expect(pages.map(({ group, tier, firedAt }) => [group, tier, firedAt])).toEqual(
      live.map(({ group, tier, minute }) => [group, tier, minute]).toReversed(),
    );
  });
});
