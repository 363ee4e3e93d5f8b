import 'reflect-metadata';
import { expect, it } from 'vitest';
import { testStores } from '../stores/testing/test-stores.js';
import { makeWorld, minuteMs, send, sloEntities, start, totalsByGroup, traffic } from './testing/world.js';

const stores = testStores(sloEntities);

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

it('takes the error of a judge out of figures, status and alerts once people have labelled enough of its answers', async () => {
  const world = await makeWorld(stores);
  const policy = { thresholds: [{ name: 'a tenth', severity: 'page' as const, over: '0.1', window: '1h', for: '1m' }] };
  const { revision } = await world.create({
    slug: 'correct',
    target: '0.9',
    policy,
    indicator: { kind: 'quality', scorer: 'correct', measure: 'ratio' },
  });
  const calls = traffic(0, 60, 20, 0);
  await send(stores, world.project, calls);
  const score = (index: number, said: object) => {
    const { id = 0, minute = 0 } = calls[index] ?? {};
    const time = new Date(start + minute * minuteMs + 1000);
    const subject = { project: world.project.id, time, trace_id: hex(id, 32), span_id: hex(id, 16), scorer: 'correct' };
    return { ...subject, sample_p: 1, stratum: 'base', expires_on: '2149-01-01', ...said };
  };
  // Of 1,200 answers 60 are bad. The judge misses some of them and blames a fifth of the others: it sees 23 % bad.
  const isBad = (index: number): boolean => index % 20 === 0;
  const seenBad = (index: number): boolean => (isBad(index) ? index % 100 !== 0 : index % 5 === 1 && index % 100 !== 1);
  const verdict = (bad: boolean) => ({ passed: bad ? 0 : 1, value: bad ? 0 : 1 });
  const judged = { scorer_version: '2', judge_fingerprint: 'f2', source: 'judge' };
  const answers = calls.map((_, index) => index);
  await stores.store.clickhouse.insert(
    'scores',
    answers.map((index) => score(index, { ...judged, ...verdict(seenBad(index)) })),
  );
  const decided = { decision: 'selected', outcome: 'scored', scorer_version: '2' };
  await stores.store.clickhouse.insert(
    'scoring_decisions',
    answers.map((index) => score(index, decided)),
  );
  await world.backfill.backfill();
  await world.recompute();
  world.close(61);
  const detail = async () => world.reports.detail(await world.objectives.get(world.project.id, 'correct'));
  const seen = answers.filter(seenBad).length;
  expect(await detail()).toMatchObject({ status: 'breached', judgeError: null, sli: 1 - seen / 1200 });

  // People label half of the answers, and one of an older judge, whose verdicts say nothing of this one.
  const labelled = answers.filter((index) => index % 4 < 2);
  const label = (index: number) =>
    score(index, { ...verdict(isBad(index)), source: 'human', score_id: `h${index}`, stratum: 'given' });
  await stores.store.clickhouse.insert('scores', labelled.slice(0, 60).map(label));
  expect((await detail()).judgeError).toMatchObject({ labels: 60, isUsed: false, because: '60 of 100 labels' });
  await stores.store.clickhouse.insert('scores', labelled.map(label));
  const other = { trace_id: hex(99, 32), span_id: hex(99, 16), time: new Date(start - 60_000) };
  const older = { ...judged, scorer_version: '1', judge_fingerprint: 'f1', ...verdict(true) };
  await stores.store.clickhouse.insert('scores', [score(0, { ...older, ...other }), { ...label(0), ...other }]);
  await world.recompute();
  // What people say is a label of the judge's verdict and takes no part in the figure it corrects.
  const points = await totalsByGroup(stores, world.project.id, revision.id);
  expect(points.get('')).toMatchObject({ eligible: 1200, bad: seen });
  const bad = labelled.filter(isBad);
  const good = labelled.filter((index) => !isBad(index));
  const sensitivity = bad.filter(seenBad).length / bad.length;
  const specificity = good.filter((index) => !seenBad(index)).length / good.length;
  const corrected = (seen / 1200 + specificity - 1) / (sensitivity + specificity - 1);
  const after = await detail();
  expect(after.judgeError).toMatchObject({
    labels: labelled.length,
    isUsed: true,
    because: null,
    method: 'rogan_gladen',
    sensitivity,
    specificity,
    raw: { errorRatio: seen / 1200 },
    corrected: { errorRatio: expect.closeTo(corrected, 12) },
  });
  expect(corrected).toBeCloseTo(60 / 1200, 1);
  expect(after.status).not.toBe('breached');
  expect(after.sli).toBeCloseTo(1 - corrected, 12);
  const { low, high } = after.sliInterval ?? { low: 1, high: 1 };
  expect(high - low).toBeGreaterThan(0.01);

  await world.evaluation().evaluate();
  expect(world.told).toEqual([]);
  await stores.store.clickhouse.command(
    `ALTER TABLE scores DELETE WHERE project = {project:String} AND source = 'human' SETTINGS mutations_sync = 2`,
    { project: world.project.id },
  );
  world.close(62);
  await world.evaluation().evaluate();
  expect(world.told.map(({ kind, tier }) => [kind, tier])).toEqual([['fired', 'a tenth']]);
}, 30_000);

it('counts samples of one session for less in status, gate, plan and alerts', async () => {
  const world = await makeWorld(stores);
  const policy = { thresholds: [{ name: 'any', severity: 'page' as const, over: '0.06', window: '1h', for: '1m' }] };
  await world.create({
    slug: 'helpful',
    target: '0.95',
    policy,
    indicator: { kind: 'quality', scorer: 'helpful', measure: 'ratio' },
  });
  const calls = traffic(0, 60, 20, 0);
  await send(stores, world.project, calls);
  // Every other call is scored; the calls of a minute are a session, and five of sixty sessions are bad as a whole.
  const rows = calls.map(({ id, minute }, index) => ({
    project: world.project.id,
    time: new Date(start + minute * minuteMs + 1000),
    trace_id: hex(id, 32),
    span_id: hex(id, 16),
    scorer: 'helpful',
    scorer_version: '1',
    sample_p: 0.5,
    stratum: 'base',
    expires_on: '2149-01-01',
    isScored: index % 2 === 0,
    isBad: minute % 12 === 0,
    session: `s${minute}`,
  }));
  const chosen = rows.filter(({ isScored }) => isScored);
  const scores = (sessionOf: (session: string, index: number) => string) =>
    chosen.map(({ isScored: _, isBad, session, ...row }, index) => ({
      ...row,
      source: 'judge',
      passed: isBad ? 0 : 1,
      value: isBad ? 0 : 1,
      // One half of them has a price.
      cost: index % 2 === 0 ? '0.0025' : null,
      session_id: sessionOf(session, index),
    }));
  await stores.store.clickhouse.insert(
    'scoring_decisions',
    rows.map(({ isScored, isBad: _, session: __, ...row }) => ({
      ...row,
      decision: isScored ? 'selected' : 'sampled_out',
      outcome: isScored ? 'scored' : '',
    })),
  );
  await stores.store.clickhouse.insert(
    'scores',
    scores((_, index) => `alone ${index}`),
  );
  await world.backfill.backfill();
  await world.recompute();
  world.close(61);
  const current = async () => world.objectives.get(world.project.id, 'helpful');
  const gate = async () => world.trials.gate(await current(), { minSamples: 200, hours: 24 });
  const plan = async () => world.trials.samplingPlan(await current(), { fallTo: '0.85', daysBetweenFalseAlarms: 90 });
  const alone = await world.reports.detail(await current());
  expect(alone).toMatchObject({ status: 'breached', sli: expect.closeTo(11 / 12, 12) });
  expect(alone.clusterEffect).toMatchObject({ designEffect: 1, because: 'no two samples share a session' });
  expect((await gate()).verdict).toBe('fail');
  const before = await plan();
  expect(before).toMatchObject({
    scoredPerDay: 600,
    costPerDay: '0.75',
    text: expect.stringMatching(
      /^a fall to 85 % would be noticed in about \d+ scored samples = [\d.]+ h at 600 a day and costs 0\.75 a day$/,
    ),
  });

  await stores.store.clickhouse.insert(
    'scores',
    scores((session) => session),
  );
  const together = await world.reports.detail(await current());
  // Ten samples a session that are all alike say as much as one: 600 are 60.
  expect(together.clusterEffect).toEqual({
    clusters: 60,
    samples: 600,
    meanSize: 10,
    correlation: 1,
    designEffect: 10,
    because: null,
  });
  expect(together).toMatchObject({ status: 'uncertain', sli: alone.sli });
  const width = ({ sliInterval }: typeof alone) => (sliInterval?.high ?? 0) - (sliInterval?.low ?? 0);
  expect(width(together) / width(alone)).toBeGreaterThan(2.5);
  expect((await gate()).verdict).toBe('not_yet');
  // Less is needed between two false alarms of fewer samples, each of which says ten times as little.
  expect((await plan()).samples / before.samples).toBeGreaterThan(6);
  await world.evaluation().evaluate();
  expect(world.told).toEqual([]);
  const backtested = await world.trials.backtest(world.project.id, {
    objective: (await current()).revision.definition,
    from: new Date(start).toISOString(),
  });
  expect(backtested.pages).toEqual([]);
}, 30_000);
