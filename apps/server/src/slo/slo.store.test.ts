import 'reflect-metadata';
import { objectiveCallQuery, type ObjectiveWrite } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { CallsService } from '../traces/calls.service.js';
import { testStores } from '../stores/testing/test-stores.js';
import { ObjectiveGroup } from './objective-group.entity.js';
import { windowTotals } from './point-sums.queries.js';
import { type Call, makeWorld, minuteMs, send, sloEntities, start, totalsByGroup, traffic } from './testing/world.js';

const stores = testStores(sloEntities);

describe('points', () => {
  it('counts what each kind says, and falls to zero with what vanished', async () => {
    const world = await makeWorld(stores);
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
    await send(stores, project, [
      { minute: 1, id: 1, cost: '0.1' },
      { minute: 1, id: 2, latencyMs: 1000, cost: '0.2' },
      { minute: 1, id: 3, latencyMs: 1001 },
      { minute: 2, id: 4, failed: true, errorType: 'RateLimitError', httpStatus: 429 },
      { minute: 2, id: 5, failed: true, errorType: 'ValidationError', feature: 'search' },
      { minute: 2, id: 6, failed: true, errorType: 'AbortError' },
    ]);
    await stores.store.clickhouse.insert('outcomes', [
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
      (await totalsByGroup(stores, project.id, created[name].revision.id)).get('');
    await world.recompute();
    expect(await read('errors')).toMatchObject({ eligible: 5, bad: 2, excluded: 1 });
    expect(await read('limits')).toMatchObject({ eligible: 5, bad: 1 });
    expect(await read('slow')).toMatchObject({ eligible: 4, bad: 2, excluded: 1 });
    expect(await read('cost')).toMatchObject({ outcomes: 6, cost: 300_000_000_000n, excluded: 4 });
    expect(await read('outcome')).toMatchObject({ outcomes: 1, cost: 300_000_000_000n });
    // Each figure opens to the very calls that were counted, in any range of minutes.
    const calls = new CallsService(stores.store.clickhouse, stores.database, world.objectives);
    for (const name of ['errors', 'limits', 'slow'] as const) {
      for (const [from, to] of [
        [0, 180],
        [1, 2],
        [2, 3],
      ] as const) {
        const range = { from: new Date(start + from * minuteMs), to: new Date(start + to * minuteMs) };
        const { revision } = created[name];
        const of = { projectId: project.id, revisionIds: [revision.id], excluded: [] };
        const [counted] = await windowTotals(stores.store.clickhouse, { ...of, ...range });
        const query = objectiveCallQuery.parse({ from: range.from.toISOString(), to: range.to.toISOString() });
        const listed = await calls.list(project.id, name, query);
        const { eligible, bad } = counted?.totals ?? { eligible: 0, bad: 0 };
        expect([listed.eligible, listed.bad, listed.items.length]).toEqual([eligible, bad, bad]);
      }
    }
    // Money: every request that was counted, the dearest first, and what they cost together.
    const spent = await calls.list(
      project.id,
      'cost',
      objectiveCallQuery.parse({ from: new Date(start).toISOString(), outcome: 'all', sort: 'cost', limit: 2 }),
    );
    expect(spent).toMatchObject({ kind: 'cost', eligible: 6, bad: 2, cost: '0.3' });
    expect(spent.items.map(({ cost, bad }) => [cost, bad])).toEqual([
      ['0.2', true],
      ['0.1', true],
    ]);
    const rest = objectiveCallQuery.parse({
      from: new Date(start).toISOString(),
      outcome: 'all',
      sort: 'cost',
      cursor: spent.nextCursor ?? '',
    });
    expect((await calls.list(project.id, 'cost', rest)).items.map(({ cost }) => cost)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    await world.recompute();
    expect(await read('errors')).toMatchObject({ eligible: 5, bad: 2, excluded: 1 });
    await stores.store.clickhouse.command(
      'ALTER TABLE spans DELETE WHERE project = {project:String} SETTINGS mutations_sync = 2',
      {
        project: project.id,
      },
    );
    await world.recompute();
    expect(await read('errors')).toMatchObject({ eligible: 0, bad: 0, excluded: 0 });
  });

  it('caps groups at 100 with the rest as other, and the parts equal the total (rule 11)', async () => {
    const world = await makeWorld(stores);
    const { revision } = await world.create({ groupBy: ['customer'] });
    const call = (index: number): Call => ({
      minute: index % 20,
      id: index + 1,
      customer: `c${index % 130}`,
      failed: index % 7 === 0,
    });
    await send(
      stores,
      world.project,
      Array.from({ length: 90 }, (_, index) => call(index)),
    );
    await world.recompute();
    await send(
      stores,
      world.project,
      Array.from({ length: 520 }, (_, index) => call(index)),
    );
    await world.recompute();
    const groups = await totalsByGroup(stores, world.project.id, revision.id);
    const parts = [...groups].filter(([key]) => key !== '').map(([, totals]) => totals);
    expect(await stores.database.getRepository(ObjectiveGroup).countBy({ revisionId: revision.id })).toBe(100);
    expect(groups.get('other')?.eligible).toBe(30 * 4);
    expect(groups.get('')?.eligible).toBe(520);
    expect(parts.reduce((sum, { eligible }) => sum + eligible, 0)).toBe(520);
    expect(parts.reduce((sum, { bad }) => sum + bad, 0)).toBe(groups.get('')?.bad);
    expect(groups.has('{"customer":"c0"}')).toBe(true);
  });

  it('weighs scores by how likely they were chosen, and counts coverage', async () => {
    const world = await makeWorld(stores);
    const { revision } = await world.create({
      slug: 'quality',
      target: '0.95',
      indicator: { kind: 'quality', scorer: 'json-valid' },
    });
    await send(stores, world.project, traffic(0, 1, 6, 0));
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
    await stores.store.clickhouse.insert('scoring_decisions', [
      decide(1, 'selected', 'scored', 'base'),
      decide(2, 'selected', 'scored', 'risky'),
      decide(3, 'selected', 'pending', 'base'),
      decide(4, 'sampled_out', '', 'base'),
      decide(5, 'over_budget', '', 'base'),
      decide(6, 'selected', 'not_applicable', 'base'),
    ]);
    await stores.store.clickhouse.insert('scores', [
      { ...fact(1), passed: 1, value: 1, sample_p: 0.25, stratum: 'base', source: 'rule' },
      { ...fact(2), passed: 0, value: 0, sample_p: 1, stratum: 'risky', source: 'rule' },
    ]);
    await world.recompute();
    const range = {
      projectId: world.project.id,
      revisionIds: [revision.id],
      excluded: [],
      from: new Date(start),
      to: new Date(start + minuteMs),
    };
    const rows = await windowTotals(stores.store.clickhouse, range);
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

describe('objectives', () => {
  it('keeps one revision a change and answers how an objective stands', async () => {
    const world = await makeWorld(stores);
    const first = await world.create({});
    const definition: ObjectiveWrite = first.revision.definition;
    await expect(world.create({})).rejects.toMatchObject({ code: 'conflict' });
    const same = await world.objectives.replace(world.project, 'errors', definition, 'test');
    expect(same.revision.id).toBe(first.revision.id);
    const second = await world.objectives.replace(world.project, 'errors', { ...definition, target: '0.98' }, 'test');
    expect(second.revision.revision).toBe(2);
    await send(stores, world.project, [
      ...traffic(0, 100, 20, 0),
      ...traffic(100, 110, 20, 10),
      ...traffic(110, 150, 20, 0),
    ]);
    await world.backfill.backfill();
    world.close(150);
    const detail = await world.reports.detail(second);
    expect(detail).toMatchObject({ revision: 2, eligible: 3000, bad: 100, kind: 'error', status: 'breached' });
    expect(detail.budget.allowedBad).toBeCloseTo(60, 9);
    expect(detail.budget.remaining).toBeCloseTo(1 - 100 / 60, 9);
    expect(detail.tiers.map(({ factor }) => factor)).toEqual([13.44, 3.5, 1.4, 0.98, 25.5]);
    expect(detail.spark.at(-1)?.v).toBeCloseTo(1 - 100 / 60, 9);
    expect(detail.warnings).toContain('no runbook: whoever is paged has nothing to follow');
    await stores.database.query(`INSERT INTO runbooks (project_id, name, definition) VALUES ($1, 'errors', $2)`, [
      world.project.id,
      { name: 'errors', body: '', objectives: [], kinds: ['error'], suspectKinds: [], actions: [] },
    ]);
    expect((await world.reports.detail(second)).warnings.filter((text) => text.includes('runbook'))).toEqual([]);
    const series = await world.reports.series(second, {
      from: new Date(start).toISOString(),
      to: new Date(start + 150 * minuteMs).toISOString(),
    });
    expect(series.points.reduce((sum, { bad }) => sum + bad, 0)).toBe(100);
    const burns = await world.burns.burns(second, { from: new Date(start).toISOString() });
    expect(burns.tiers.map(({ factor }) => factor)).toEqual([13.44, 3.5, 1.4, 0.98]);
    // Ten minutes with half their calls bad: 50 of the last 100 calls over 2 %, 100 of the last 1,200.
    expect(burns.tiers[0]?.points.some(({ long, short, above }) => short === 25 && Number(long) > 4 && !above)).toBe(
      true,
    );
    const burning = detail.tiers.filter(({ rule }) => rule === 'burn_rate');
    expect(burns.tiers.map(({ points }) => points.at(-1)?.long)).toEqual(burning.map(({ burnLong }) => burnLong));
    const spenders = await world.reports.spenders(second, {});
    expect(spenders.items[0]).toMatchObject({ dimension: 'feature', value: 'support', eligible: 3000, bad: 100 });
    const list = await world.reports.list(world.project.id, { limit: 50 });
    expect(list.items.map(({ slug }) => slug)).toEqual(['errors']);
    // A badge is seen by whoever has its newest address, for as long as it is on and the objective lives.
    expect((await world.badges.get(second)).path).toBeNull();
    const fileOf = ({ path }: { path: string | null }) => path?.split('/').at(-1) ?? '';
    const earlier = fileOf(await world.badges.put(second, 'test'));
    expect(await world.badges.draw(earlier)).toContain('<title>Errors: 66.7 % over budget</title>');
    const renewed = fileOf(await world.badges.put(second, 'test'));
    const absent = { code: 'not_found', message: 'no badge at this address' };
    for (const file of [earlier, 'x', `${renewed}x`, renewed.replace('.svg', ''), `${'_'.repeat(32)}.svg`]) {
      await expect(world.badges.draw(file)).rejects.toMatchObject(absent);
    }
    expect(await world.badges.get(second)).toMatchObject({ path: `/api/v1/badges/${renewed}`, createdBy: 'test' });
    expect(await world.badges.draw(renewed)).toContain('over budget');
    await world.badges.remove(second);
    await expect(world.badges.draw(renewed)).rejects.toMatchObject(absent);
    const last = fileOf(await world.badges.put(second, 'test'));
    await world.objectives.retire(world.project.id, 'errors');
    await expect(world.badges.draw(last)).rejects.toMatchObject(absent);
    await expect(world.objectives.get(world.project.id, 'errors')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('counts minutes in place of calls where it is told to, those without calls as good', async () => {
    const world = await makeWorld(stores);
    const policy = {
      thresholds: [{ name: 'a tenth', severity: 'page' as const, over: '0.1', window: '1h', for: '1m' }],
    };
    const { revision } = await world.create({ timeslice: { target: '0.8' }, groupBy: ['customer'], policy });
    // Each tenth minute has calls; of one customer the last eight such minutes are bad, of the other none is bad enough.
    const calls = Array.from({ length: 17 }, (_, index): Call[] => {
      const minute = index * 10;
      const some = (from: number, customer: string, bad: number) =>
        Array.from({ length: 5 }, (__, nth) => ({
          minute,
          id: minute * 1000 + from + nth,
          customer,
          failed: nth < bad,
        }));
      return [...some(1, 'acme', index >= 9 ? 2 : 0), ...some(101, 'globex', 1)];
    }).flat();
    await send(stores, world.project, calls);
    await world.backfill.backfill();
    await world.recompute();
    const points = await totalsByGroup(stores, world.project.id, revision.id);
    expect([...points].map(([key, { eligible, bad }]) => [key, eligible, bad])).toEqual(
      expect.arrayContaining([
        ['', 17, 8],
        ['{"customer":"acme"}', 17, 8],
        ['{"customer":"globex"}', 17, 0],
      ]),
    );
    world.close(165);
    const detail = await world.reports.detail(await world.objectives.get(world.project.id, 'errors'));
    // Seven days of minutes are expected, however few of them had calls.
    expect(detail).toMatchObject({ eligible: 7 * 1440, bad: 8, status: 'met' });
    expect(detail.budget).toMatchObject({
      allowedBad: expect.closeTo(100.8, 9),
      remaining: expect.closeTo(1 - 8 / 100.8, 9),
      text: '8 of 101 bad minutes',
    });
    expect(detail.targetText).toContain('counted in minutes that are 80 % good');
    expect(detail.tiers).toMatchObject([{ name: 'a tenth', burnLong: expect.closeTo(10, 9) }]);
    expect(detail.groups?.top.map(({ key, eligible, bad }) => [key, eligible, bad])).toEqual([
      ['{"customer":"acme"}', 10_080, 8],
      ['{"customer":"globex"}', 10_080, 0],
    ]);
    // Seven of sixty are more than a tenth, six are not: what is excluded is expected by nobody.
    for (const closed of [155, 165, 168]) {
      world.close(closed);
      await world.evaluation().evaluate();
    }
    const pages = async () => {
      const from = new Date(start + 150 * minuteMs).toISOString();
      return (await world.trials.backtest(world.project.id, { objective: revision.definition, from })).pages;
    };
    expect(world.told).toEqual([]);
    expect(await pages()).toEqual([]);
    const minutes = (minute: number) => new Date(start + minute * minuteMs).toISOString();
    const loadTest = { from: minutes(121), to: minutes(129), reason: 'a load test' };
    await world.exclusions.create(world.project.id, 'test', loadTest);
    world.close(169);
    await world.evaluation().evaluate();
    expect(world.told.map(({ kind, group }) => [kind, group])).toEqual([['fired', { customer: 'acme' }]]);
    expect((await pages()).map(({ group }) => group)).toEqual([{ customer: 'acme' }]);
    const after = await world.reports.summary(await world.objectives.get(world.project.id, 'errors'));
    expect(after).toMatchObject({ eligible: 7 * 1440 - 8, bad: 8 });
  });

  it('back-tests as it judges: the same pages as the live fold', async () => {
    const world = await makeWorld(stores);
    const { revision } = await world.create({});
    const thresholds = [
      { name: 'gone', severity: 'page', exhaustsIn: '4h' },
      { name: 'drop', severity: 'ticket', drop: '0.05', window: '15m' },
    ] as const;
    const policy = { thresholds: [...thresholds] };
    const budget = await world.create({ slug: 'budget', groupBy: ['customer'], policy });
    // 20,000 good calls of three days ago count in what is left of the budget, wherever a window of a tier begins.
    const before = traffic(-4320, -4310, 2000, 0).map((call, index) => ({ ...call, id: 10_000_000 + index }));
    const known = { project: world.project.id, minute: new Date(start - 4320 * minuteMs), spans: 1, version: 1 };
    await stores.store.clickhouse.insert('minute_rollup', [{ ...known, expires_on: '2149-01-01' }]);
    await send(stores, world.project, [
      ...before,
      ...traffic(0, 100, 20, 0),
      ...traffic(100, 120, 20, 18),
      ...traffic(120, 170, 20, 0),
    ]);
    await world.backfill.backfill();
    for (let minute = 105; minute <= 165; minute += 12) {
      world.close(minute);
      await world.evaluation().evaluate();
    }
    const backtested = (objective: ObjectiveWrite) => {
      const range = { from: new Date(start).toISOString(), to: new Date(start + 165 * minuteMs).toISOString() };
      return world.trials.backtest(world.project.id, { objective, ...range });
    };
    const told = (slug: string) => world.told.filter(({ objectiveSlug }) => objectiveSlug === slug);
    for (const { definition } of [revision, budget.revision]) {
      const result = await backtested(definition);
      const fired = told(definition.slug).filter(({ kind }) => kind === 'fired');
      const live = fired.map(({ tier, minute }) => `${tier} ${minute}`);
      const tested = result.pages.map(({ tier, firedAt }) => `${tier} ${firedAt}`);
      expect(new Set(tested)).toEqual(new Set(live));
      expect(result.budgetRemaining).toBeLessThan(0);
      expect(result.minutes).toBe(165);
      expect(new Set(result.pages.map(({ incident }) => incident))).toEqual(new Set([null]));
    }
    // After k bad minutes the hour burns 18 k / 1200 / 0.01 = 1.5 k, and 42 (1 - 1800 k / (22000 + 20 k)) is its limit:
    // 12 of 14.7 with eight, 13.5 of 11.3 with nine. At the end more than all is spent: 5 % count as left, a factor of 2.1.
    // Below 1.89 once no bad minute is among the last five, held for five.
    // 5 % of 7 days in 15 minutes are a burn of 33.6: six bad minutes of 15 (36); below 30.24 with five left, held for eight.
    const minuteOf = (iso: string) => (Date.parse(iso) - start) / minuteMs;
    const stories = told('budget').map(({ tier, kind, minute }) => `${tier} ${kind} ${minuteOf(minute)}`);
    const expected = ['gone fired 108', 'gone resolved 129', 'drop fired 105', 'drop resolved 137'];
    expect(stories.filter((step) => !step.startsWith('outage')).toSorted()).toEqual(expected.toSorted());
    const { pages } = await backtested(budget.revision.definition);
    const ends = pages.map(({ tier, resolvedAt }) => `${tier} resolved ${minuteOf(resolvedAt ?? '')}`);
    expect(ends).toEqual(expect.arrayContaining(['gone resolved 129', 'drop resolved 137']));
    // What people said of the incident of then is said of what would have been sent.
    await stores.database.query(
      `WITH made AS (
         INSERT INTO incidents (project_id, number, dedup_key, objective_id, revision_id, objective_slug, objective_name,
           sli_kind, labels, filter, title, seq, state, severity, opened_at, resolved_at, alerts, flapping, evidence)
         VALUES ($1, 7, 'k', $2, $3, 'errors', 'Errors', 'error', '{}', '{}', 'Errors', 2, 'false_alarm', 'page', $4, $5, 1,
           false, '{}') RETURNING id)
       INSERT INTO incident_events (incident_id, project_id, seq, at, actor, kind, body, title, snapshot)
       SELECT id, $1, 2, $5, 'kim', 'false_alarm', '{"kind": "false_alarm"}', 'Marked as a false alarm', '{}' FROM made`,
      [
        world.project.id,
        revision.objectiveId,
        revision.id,
        new Date(start + 105 * minuteMs),
        new Date(start + 125 * minuteMs),
      ],
    );
    const judged = await backtested(revision.definition);
    const sent = judged.pages.filter(({ severity }) => severity === 'page');
    expect(sent.map(({ incident }) => [incident?.reference, incident?.label])).toEqual(
      sent.map(() => ['INC-7', 'false_alarm']),
    );
    expect(sent.length).toBeGreaterThan(0);
    expect(judged.precision.page).toEqual({
      of: sent.length,
      judged: sent.length,
      real: 0,
      share: null,
      interval: null,
    });
  });

  it('lets a version pass, fail or wait by the interval of its own calls', async () => {
    const world = await makeWorld(stores);
    const current = await world.create({ target: '0.95' });
    await send(stores, world.project, traffic(0, 150, 20, 0));
    world.close(150);
    const query = { minSamples: 200, hours: 24 };
    expect(await world.trials.gate(current, query)).toMatchObject({ verdict: 'pass', samples: 3000, errorRatio: 0 });
    expect(await world.trials.gate(current, { ...query, minSamples: 5000 })).toMatchObject({ verdict: 'not_yet' });
    expect(await world.trials.gate(current, { ...query, promptVersion: 'v9' })).toMatchObject({
      verdict: 'not_yet',
      samples: 0,
    });
    await send(stores, world.project, traffic(0, 150, 20, 2));
    expect(await world.trials.gate(current, query)).toMatchObject({ verdict: 'fail', errorRatio: 0.1 });
    await expect(world.trials.samplingPlan(current, { fallTo: '0.85', daysBetweenFalseAlarms: 90 })).rejects.toThrow(
      /sampled/,
    );
  });
});
