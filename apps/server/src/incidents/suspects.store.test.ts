import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { judgeFingerprint, rubricSettings } from '@plimsoll/scoring';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JudgeEndpointEntity } from '../scoring/scoring.entity.js';
import { AlertIntakeService } from './alert-intake.service.js';
import { sharedDependencies } from './grouping.queries.js';
import { exportCsv, exportMarkdown } from './incident-export.js';
import { IncidentEntity, OutboxEntity } from './incidents.entity.js';
import { badPrompt, callsIn, minuteMs, onset } from './testing/calls.js';
import { allIncidentEntities, channelWrite, makeProject as makeProjectIn, wireIncidents } from './testing/wired.js';

let postgres: TestPostgres;
let store: TestClickHouse;
let dataSource: DataSource;
let wired: ReturnType<typeof wireIncidents>;
let suspects: typeof wired.suspects;
let changes: typeof wired.changes;
let incidents: typeof wired.incidents;
let reader: typeof wired.reader;
let upkeep: typeof wired.upkeep;
let channels: typeof wired.channels;
let calls: ReturnType<typeof callsIn>;

beforeAll(async () => {
  [postgres, store] = await Promise.all([startTestPostgres(), startTestClickHouse()]);
  ({ dataSource } = await postgres.createDatabase(allIncidentEntities));
  wired = wireIncidents(dataSource, store.clickhouse);
  ({ suspects, changes, incidents, reader, upkeep, channels } = wired);
  calls = callsIn(dataSource, store.clickhouse, wired);
});

afterAll(async () => {
  await Promise.all([postgres.stop(), store.stop()]);
});

/** A judge that grades by what it reads, and counts how often it was asked. */
async function judgeOf(levelOf: (text: string) => string) {
  let asked = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked += 1;
      const content = JSON.stringify({ reason: 'So it is.', level: levelOf(body) });
      response.writeHead(200, { 'content-type': 'application/json' });
      const usage = { prompt_tokens: 100, completion_tokens: 20 };
      response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

const iso = (t: string): string => new Date(t).toISOString();
const makeProject = () => makeProjectIn(dataSource);

describe('suspects over their stores', () => {
  it('finds onset and prompt version, with no deploy hook and beside a release that changed nothing', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    await store.clickhouse.insert('dimension_values', [
      {
        project,
        dimension: 'prompt_version',
        scope: 'support',
        value: 'v7',
        first_seen: new Date(onset - 300 * minuteMs),
        last_seen: new Date(onset + 25 * minuteMs),
        first_ingested: new Date(onset - 300 * minuteMs),
      },
      {
        project,
        dimension: 'prompt_version',
        scope: 'support',
        value: 'v8',
        first_seen: new Date(onset),
        last_seen: new Date(onset + 25 * minuteMs),
        first_ingested: new Date(onset),
      },
      {
        project,
        dimension: 'model',
        scope: 'support',
        value: 'm',
        first_seen: new Date(onset - 300 * minuteMs),
        last_seen: new Date(onset),
        first_ingested: new Date(onset),
      },
      ...[-300, -10].map((minute, index) => ({
        project,
        dimension: 'provider',
        scope: '',
        value: index === 0 ? 'openai' : 'azure',
        first_seen: new Date(onset + minute * minuteMs),
        last_seen: new Date(onset),
        first_ingested: new Date(onset),
      })),
    ]);
    await changes.reportFirstSeen(new Date(0));
    await changes.reportFirstSeen(new Date(0));
    await changes.declare(project, 'key plk_test', [
      {
        kind: 'release',
        at: new Date(onset - 20 * minuteMs).toISOString(),
        to: '2.3.1',
        from: '2.3.0',
      },
    ]);
    const listed = await changes.list(project, { limit: 10 });
    expect(listed.items.map(({ title }) => title)).toEqual([
      'prompt support v7 to v8',
      'route openai to azure',
      'release 2.3.0 to 2.3.1',
    ]);

    const id = await calls.openIncident(project);
    await suspects.rankOpen();
    const detail = await reader.detail(project, id);
    expect(detail.onsetAt).toBe(new Date(onset).toISOString());
    expect(detail.suspects[0]).toMatchObject({ kind: 'prompt', from: 'v7', to: 'v8', band: 'strong', rank: 1 });
    expect(detail.suspects.map(({ id: one }) => one)).toContain('unknown');
    expect(detail.suspects.find(({ kind }) => kind === 'release')?.band).not.toBe('strong');
    expect(detail.suspects.find(({ kind }) => kind === 'route')?.band).toBe('excluded');
    expect(detail.suspectVerdict).toBe('suspect');
    expect(detail.topSuspect).toEqual({ title: 'prompt support v7 to v8', band: 'strong' });
    expect(detail.timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['change', 'onset', 'opened', 'suspects_ranked']),
    );
    expect(new Set(detail.affected.map(({ customer }) => customer))).toEqual(new Set(['globex', 'initech']));
    expect(detail.impact?.calls).toBeGreaterThan(20);
    expect(detail.series.length).toBeGreaterThan(20);
    expect(detail.nextSteps[0]?.title).toBe('Roll prompt back from v8 to v7');

    const seq = detail.seq;
    await dataSource.manager.update(IncidentEntity, { id }, { suspectsAt: new Date(0) });
    await suspects.rankOpen();
    expect((await reader.detail(project, id)).seq).toBe(seq);
  });

  it('shows bad calls beside good ones, and what sets them apart', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    const id = await calls.openIncident(project);
    await suspects.rankOpen();
    const examples = await reader.examples(project, id);
    expect(examples.bad).toHaveLength(12);
    expect(examples.good).toHaveLength(12);
    expect(examples.bad.every(({ promptVersion }) => promptVersion !== null)).toBe(true);
    expect(examples.bad[0]?.input).toMatch(/^question \d+$/);
    expect(examples.comparison[0]?.attribute).toBe('promptVersion');
    expect(examples.explanations[0]).toMatchObject({ attribute: 'promptVersion', values: [{ value: 'v8' }] });
    expect(examples.concentrations.every(({ lift, share, q }) => lift >= 2 && share >= 0.05 && q <= 0.05)).toBe(true);
  });

  it('tries a changed scorer on calls from before, and suspects it when they fail with it', async () => {
    const project = await makeProject();
    const steady = badPrompt().map((call) => ({ ...call, promptVersion: 'v7', bad: false }));
    await calls.insertCalls(project, steady);
    const [scorer] = await dataSource.query<{ id: string }[]>(
      `INSERT INTO scorers (project_id, slug, name, kind, version) VALUES ($1, 'even', 'Even', 'regex', 2) RETURNING id`,
      [project],
    );
    await dataSource.query(
      `INSERT INTO scorer_versions (scorer_id, version, kind, settings, filter, sample_rate, created_by)
       VALUES ($1, 1, 'regex', '{"pattern": "answer"}', '{}', 1, 'kim'), ($1, 2, 'regex', '{"pattern": "[02468]$"}', '{}', 1, 'kim')`,
      [scorer?.id],
    );
    // As the scoring pass wrote them: all answers passed version 1, half of them pass version 2.
    const began = `toDateTime64(${onset / 1000}, 3, 'UTC')`;
    await store.clickhouse.command(
      `INSERT INTO scores (project, time, trace_id, span_id, scorer, scorer_version, value, passed, source, sample_p, expires_on)
       SELECT project, time, trace_id, span_id, 'even', if(time < ${began}, '1', '2'), even, even, 'rule', 1, '2149-06-06'
       FROM (SELECT *, if(time < ${began}, 1, match(output, '[02468]$')) AS even FROM spans WHERE project = '${project}')`,
    );
    const id = await calls.openIncident(project, 'support-even', 'support', { kind: 'quality', scorer: 'even' });
    await suspects.rankOpen();
    const detail = await reader.detail(project, id);
    expect(detail.suspects[0]).toMatchObject({ kind: 'scorer', title: 'scorer even 1 to 2', band: 'strong' });
    expect(detail.nextSteps.map(({ title }) => title).join('\n')).toMatch(
      /scorer 2 scored 50 calls from before again: 0 failed then, \d\d fail with it\. So the measurement moved/,
    );
  });

  it('asks a changed judge about calls from before, once and within half of its budget', async () => {
    const project = await makeProject();
    const steady = badPrompt().map((call) => ({ ...call, promptVersion: 'v7', bad: false }));
    await calls.insertCalls(project, steady);
    // A harsher model than the one before: odd answers fail with it, and nobody changed the scorer.
    const judge = await judgeOf((text) => (/answer \d*[02468]\b/.test(text) ? 'pass' : 'fail'));
    const endpoint = randomUUID();
    await dataSource.manager.insert(JudgeEndpointEntity, {
      id: endpoint,
      projectId: project,
      name: 'local',
      baseUrl: judge.url,
      model: 'gpt-4o-mini',
      replyMode: 'text',
      dailyBudget: '0.0012',
    });
    const settings = { endpoint, criterion: 'The answer is even.' };
    const [scorer] = await dataSource.query<{ id: string }[]>(
      `INSERT INTO scorers (project_id, slug, name, kind, version) VALUES ($1, 'even', 'Even', 'judge', 1) RETURNING id`,
      [project],
    );
    await dataSource.query(
      `INSERT INTO scorer_versions (scorer_id, version, kind, settings, filter, sample_rate, created_by)
       VALUES ($1, 1, 'judge', $2, '{}', 1, 'kim')`,
      [scorer?.id, settings],
    );
    const now = judgeFingerprint(rubricSettings.parse(settings), 'gpt-4o-mini');
    const began = `toDateTime64(${onset / 1000}, 3, 'UTC')`;
    await store.clickhouse.command(
      `INSERT INTO scores (project, time, trace_id, span_id, scorer, scorer_version, judge_fingerprint, value, passed, source, sample_p, expires_on)
       SELECT project, time, trace_id, span_id, 'even', '1', if(time < ${began}, 'before', '${now}'), even, even, 'judge', 1, '2149-06-06'
       FROM (SELECT *, if(time < ${began}, 1, match(output, '[02468]$')) AS even FROM spans WHERE project = '${project}')`,
    );
    try {
      const id = await calls.openIncident(project, 'support-even', 'support', { kind: 'quality', scorer: 'even' });
      // Half of the budget is gone after some answers: what they say is kept, and they are not asked again.
      await suspects.rankOpen();
      const trial = () =>
        dataSource.query<{ calls: number; bad_before: number; bad_after: number; cost: string }[]>(
          'SELECT calls, bad_before, bad_after, cost FROM scorer_trials WHERE project_id = $1',
          [project],
        );
      const [little] = await trial();
      expect(judge.asked()).toBeGreaterThan(0);
      expect(judge.asked()).toBeLessThan(35);
      expect([little?.calls, little?.bad_before]).toEqual([judge.asked(), 0]);
      expect(Number(little?.cost)).toBeLessThan(0.0009);
      await dataSource.query('DELETE FROM scorer_trials WHERE project_id = $1', [project]);
      await dataSource.query(`UPDATE judge_endpoints SET daily_budget = 5 WHERE project_id = $1`, [project]);
      const before = judge.asked();
      // Another worker, which has nothing in mind; and a third, which finds what was tried.
      for (let worker = 0; worker < 2; worker++) {
        await dataSource.manager.update(IncidentEntity, { id }, { suspectsAt: new Date(0) });
        await wireIncidents(dataSource, store.clickhouse).suspects.rankOpen();
      }
      expect(judge.asked() - before).toBe(50);
      const detail = await reader.detail(project, id);
      const title = `scorer even 1 (judge before) to 1 (judge ${now.slice(0, 8)})`;
      expect(detail.suspects[0]).toMatchObject({ kind: 'scorer', title, band: 'strong' });
      expect(detail.nextSteps.map((step) => step.title).join('\n')).toMatch(
        /scored 50 calls from before again: 0 failed then, \d\d fail with it\. So the measurement moved/,
      );
    } finally {
      await judge.stop();
    }
  });

  it('keeps a verdict of a person through the next ranking, and exports the incident', async () => {
    const project = await makeProject();
    await channels.save(project, channelWrite({ name: 'ops', kind: 'webhook', url: 'https://hooks.example.com/x' }));
    await calls.insertCalls(project, badPrompt());
    await changes.declare(project, 'ci', [
      {
        kind: 'prompt',
        at: new Date(onset - minuteMs).toISOString(),
        from: 'v7',
        to: 'v8',
        feature: 'support',
      },
    ]);
    const id = await calls.openIncident(project);
    await suspects.rankOpen();
    const [first] = (await reader.detail(project, id)).suspects;
    await incidents.act(project, id, 'kim', { action: 'accept_suspect', suspectId: first?.id });
    await dataSource.manager.update(IncidentEntity, { id }, { suspectsAt: new Date(0) });
    await suspects.rankOpen();
    const detail = await reader.detail(project, id);
    expect(detail.suspects[0]).toMatchObject({ id: first?.id, verdict: 'accepted' });
    expect(exportMarkdown(detail)).toContain('| prompt support v7 to v8 | strong |');
    expect(detail.notifications).toMatchObject([
      { kind: 'opened', channel: 'ops', recipient: null, status: 'pending' },
    ]);
    expect(exportMarkdown(detail)).toMatch(/## Who was told\n- \S+ opened to ops, pending/);
    expect(detail.timeline.map(({ kind }) => kind)).not.toContain('notified');
    await dataSource.query(
      `UPDATE notification_outbox SET status = 'delivered', delivered_at = now() WHERE incident_id = $1`,
      [id],
    );
    const told = (await reader.detail(project, id)).timeline.filter(({ kind }) => kind === 'notified');
    expect(told).toMatchObject([{ title: 'Told ops: opened', seq: 1 }]);
    expect(exportCsv(detail).split('\r\n')).toHaveLength(detail.timeline.length + 1);
    const { revisionId } = await reader.find(project, id);
    const point = { project, objective: revisionId, group_key: '', minute: new Date(onset), eligible: 20, bad: 2 };
    await store.clickhouse.insert('sli_points', [{ ...point, sum_w: 20, sum_wx: 2, cost: '0', version: 1 }]);
    const list = await reader.list(project, { state: 'open', limit: 10 });
    expect(list.items[0]).toMatchObject({ id, reference: 'INC-1' });
    expect(list.items[0]?.spark.map(({ v }) => v)).toEqual([0.9]);
    expect(list.counts.open).toBe(1);
    expect((await reader.find(project, 'INC-1')).id).toBe(id);
  });

  it('stores a declared change once for one idempotency key', async () => {
    const project = await makeProject();
    const body = { kind: 'model', to: 'm2', at: '2026-11-01T10:00:00Z' } as const;
    const first = await changes.declare(project, 'ci', [body], 'deploy-1');
    const again = await changes.declare(project, 'ci', [body], 'deploy-1');
    expect(again).toEqual(first);
    expect((await changes.list(project, { limit: 10 })).items).toHaveLength(1);
    await expect(changes.declare(project, 'ci', [{ ...body, to: 'm3' }], 'deploy-1')).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('tells channels that ask for changes of each fresh one, once', async () => {
    const project = await makeProject();
    const hook = { kind: 'webhook', url: 'https://hooks.example.com' } as const;
    await channels.save(project, channelWrite({ ...hook, name: 'asks', changes: true }));
    await channels.save(project, channelWrite({ ...hook, name: 'does not' }));
    const deploy = { kind: 'release', to: '2.4.0', link: 'https://ci.example.com/7' } as const;
    const [told] = await changes.declare(project, 'ci', [deploy], 'deploy-7');
    // As when the process ended before it kept the answer for its key.
    await dataSource.query('DELETE FROM idempotency_keys');
    await changes.declare(project, 'ci', [deploy], 'deploy-7');
    await changes.declare(project, 'ci', [{ ...deploy, at: new Date(Date.now() - 2 * 3_600_000).toISOString() }]);
    const waiting = await dataSource.manager.findBy(OutboxEntity, { projectId: project });
    expect(waiting.map(({ notification }) => notification)).toMatchObject([
      { type: 'change', at: told?.at, project: { name: 'Shop' }, change: { id: told?.id, ...deploy } },
    ]);
  });

  it('lists one change once, whatever number of rows says it, under two workers', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    const change = {
      project,
      change_id: 'same',
      kind: 'prompt',
      feature: 'support',
      attribute: 'promptVersion',
      from_value: 'v7',
    };
    const rest = { to_value: 'v8', title: 'prompt v7 to v8', source: 'first_seen', expires_on: '2149-06-06' };
    await store.clickhouse.insert('changes', [
      { ...change, ...rest, at: new Date(onset - minuteMs) },
      { ...change, ...rest, at: new Date(onset) },
    ]);
    const id = await calls.openIncident(project);
    const incident = await reader.find(project, id);
    await Promise.all([suspects.rank(incident, new Date()), suspects.rank(incident, new Date())]);
    const detail = await reader.detail(project, id);
    expect(detail.suspects.filter(({ changeId }) => changeId === 'same')).toHaveLength(1);
    expect(detail.timeline.filter(({ kind }) => kind === 'change')).toHaveLength(1);
  });

  it('reminds a receiver that forgets, once a minute', async () => {
    const project = await makeProject();
    await channels.save(project, channelWrite({ name: 'am', kind: 'alertmanager', url: 'http://127.0.0.1:1' }));
    await calls.openIncident(project);
    await upkeep.run();
    await upkeep.run();
    const outboxRows = await dataSource.manager.findBy(OutboxEntity, { projectId: project });
    expect(outboxRows.map(({ notification }) => notification.type === 'incident' && notification.kind)).toEqual([
      'opened',
    ]);
    await dataSource.manager.update(
      OutboxEntity,
      { projectId: project },
      { status: 'delivered', deliveredAt: new Date() },
    );
    await upkeep.run();
    await upkeep.run();
    const renewed = await dataSource.manager.findBy(OutboxEntity, { projectId: project, status: 'pending' });
    expect(renewed).toHaveLength(1);
  });

  it('ends flapping after a quiet half hour, and resolves then', async () => {
    const project = await makeProject();
    const id = await calls.openIncident(project);
    const at = onset + 8 * minuteMs;
    const fire = (minute: number, to: 'firing' | 'resolved') => calls.alert(project, id, at + minute * minuteMs, to);
    await fire(5, 'resolved');
    await fire(10, 'firing');
    await fire(12, 'resolved');
    await fire(15, 'firing');
    await fire(17, 'resolved');
    expect((await reader.find(project, id)).flapping).toBe(true);
    await upkeep.run(new Date(at + 40 * minuteMs));
    expect((await reader.find(project, id)).state).toBe('triggered');
    await upkeep.run(new Date(at + 48 * minuteMs));
    expect(await reader.find(project, id)).toMatchObject({ flapping: false, state: 'resolved' });
  });

  it('says of a change that it goes back, and stores a repeated delivery once', async () => {
    const project = await makeProject();
    const at = (minute: number) => new Date(onset + minute * minuteMs).toISOString();
    const prompt = { kind: 'prompt', feature: 'support' } as const;
    await changes.declare(project, 'kim', [{ ...prompt, from: 'v7', to: 'v8', at: at(0) }]);
    const [, back] = await changes.declare(project, 'kim', [
      { ...prompt, to: 'v9', at: at(1) },
      { ...prompt, to: 'v7', at: at(2) },
    ]);
    expect(back?.title).toBe('prompt support rolled back to v7');
    const named = { ...prompt, to: 'v8', at: at(3), title: 'nightly' };
    const [first] = await changes.declare(project, 'kim', [named], 'github:1');
    const [again] = await changes.declare(project, 'kim', [named], 'github:1');
    expect(first?.title).toBe('nightly (rolled back to v8)');
    expect(again).toEqual(first);
    const [other] = await changes.declare(project, 'kim', [{ ...prompt, feature: 'search', to: 'v7', at: at(4) }]);
    expect(other?.title).toBe('prompt search v7');
    expect((await changes.list(project, { limit: 10 })).items).toHaveLength(5);
  });

  it('shows an alert of another system beside open incidents of its feature, and its end, once each', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    const id = await calls.openIncident(project);
    const intake = new AlertIntakeService(dataSource, changes, wired.journal);
    const at = new Date(onset + minuteMs).toISOString();
    const alerts = ['support', 'search'].map((feature) => ({
      name: `alertmanager ${feature}`,
      change: { kind: 'other' as const, at, feature, title: `alert NodeDown of ${feature}` },
      resolvedAt: null,
    }));
    await intake.take(project, 'alertmanager', alerts);
    await intake.take(project, 'alertmanager', alerts);
    await suspects.rankOpen();
    const ended = alerts.map((one) => ({ ...one, resolvedAt: onset + 5 * minuteMs }));
    await intake.take(project, 'alertmanager', ended);
    await intake.take(project, 'alertmanager', ended);
    const { timeline } = await reader.detail(project, id);
    const shown = timeline.filter(({ kind }) => kind === 'change' || kind === 'alert');
    expect(shown.map(({ title }) => title)).toEqual([
      'alert NodeDown of support',
      'Resolved: alert NodeDown of support',
    ]);
  });

  it('tells a failing provider once: its features keep their timeline and are told when it is over', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    await channels.save(project, channelWrite({ name: 'ops', kind: 'webhook', url: 'https://hooks.example.com/x' }));
    const wide = await calls.openIncident(project);
    const filter = { provider: ['openai'] };
    await dataSource.manager.update(IncidentEntity, { id: wide }, { filter, dedupKey: 'wide' });
    await dataSource.query(`DELETE FROM objectives WHERE project_id = $1`, [project]);
    const narrow = await calls.openIncident(project);
    const rows = () => dataSource.manager.countBy(OutboxEntity, { incidentId: narrow });
    expect(await rows()).toBe(0);
    const { timeline } = await reader.detail(project, narrow);
    expect(timeline.map(({ title }) => title)).toContain('Notification held back: INC-1 is about the whole provider');
    await upkeep.run();
    expect(await rows()).toBe(0);
    await incidents.act(project, wide, 'kim', { action: 'resolve' });
    await upkeep.run();
    expect(await rows()).toBe(1);
  });

  it('knows the GPU pool that bad calls of several models share, and none where a model runs on two', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    const incident = await dataSource.manager.findOneByOrFail(IncidentEntity, {
      id: await calls.openIncident(project),
    });
    const subject = await suspects.subjectOf(incident);
    const events = await suspects.eventsOf(subject!, incident);
    const range = { from: new Date(onset), to: new Date(onset + 25 * minuteMs) };
    const served = (model: string, pool: string) => ({
      project,
      target: `${pool}-${model}`,
      at: new Date(onset),
      engine: 'vllm',
      model,
      pool,
      expires_on: '2149-01-01',
    });
    const shared = () => sharedDependencies(store.clickhouse, events, range, 0.9);
    expect((await shared()).toSorted()).toEqual(['provider:openai']);
    await store.clickhouse.insert('engine_samples', [served('m', 'gpu-a'), served('mini', 'gpu-a')]);
    expect((await shared()).toSorted()).toEqual(['pool:gpu-a', 'provider:openai']);
    await store.clickhouse.insert('engine_samples', [served('mini', 'gpu-b')]);
    expect((await shared()).toSorted()).toEqual(['provider:openai']);
  });

  it('notes what held back the GPUs that serve its models, once, and the burst of sampling before it', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    const id = await calls.openIncident(project);
    const [minutes, expires_on] = [Array.from({ length: 20 }, (_, index) => index - 8), '2149-01-01'];
    const device = (gpu: string, pod: string, minute: number) => ({
      project,
      target: randomUUID(),
      at: new Date(onset + minute * minuteMs),
      gpu_id: gpu,
      host: 'node-01',
      gpu_index: gpu,
      pod,
      // A hardware thermal slow-down from the onset on.
      clock_event_reasons: minute < 0 ? 0 : 64,
      expires_on,
    });
    const engine = (model: string, minute: number) => ({
      project,
      target: model,
      at: new Date(onset + minute * minuteMs),
      engine: 'vllm',
      model,
      pool: model,
      running: 8,
      waiting: 5,
      kv_usage: 0.98,
      expires_on,
    });
    await store.clickhouse.insert(
      'gpu_samples',
      minutes.flatMap((minute) => [device('3', 'mini-0', minute), device('4', 'elsewhere-0', minute)]),
    );
    await store.clickhouse.insert(
      'engine_samples',
      minutes.flatMap((minute) => [engine('m', minute), engine('elsewhere', minute)]),
    );
    const { objectiveId, revisionId } = await dataSource.manager.findOneByOrFail(IncidentEntity, { id });
    await dataSource.manager.update(IncidentEntity, { id }, { sliKind: 'quality' });
    await dataSource.query(
      `INSERT INTO alert_transitions (id, project_id, objective_id, revision_id, group_key, tier, severity, minute,
         from_state, to_state, kind, decided_at, evidence)
       SELECT replace(source_key, 'transition:', '')::uuid, $2, $3, $4, '', 'page fast', 'page', now(), 'pending', 'firing',
         'fired', now(), '{}' FROM incident_events WHERE incident_id = $1 AND seq = 1`,
      [id, project, objectiveId, revisionId],
    );
    await dataSource.query(
      `INSERT INTO sampling_bursts (project_id, objective_id, group_key, scorer, started_at) VALUES ($1, $2, '', 'right', $3)`,
      [project, objectiveId, new Date(onset - 20 * minuteMs)],
    );
    await upkeep.run();
    await upkeep.run();
    await wireIncidents(dataSource, store.clickhouse).upkeep.run();
    const { timeline } = await reader.detail(project, id);
    const noted = timeline.filter(({ kind }) => kind === 'gpu' || kind === 'burst');
    expect(noted.map(({ title, link }) => [title, link])).toEqual([
      ['Sampling burst started: right looks at 4 times as many calls', '/slos/support-errors'],
      ['Pool m: requests wait while its memory is full (kv capacity)', '/gpus'],
      ['GPU 3 of node-01: clocks are held down (thermal)', '/gpus/3'],
    ]);
    expect(noted.map(({ at }) => (Date.parse(at) - onset) / minuteMs)).toEqual([-20, -8, 0]);
    expect(noted.at(-1)?.detail).toMatch(
      /^clock event hw_thermal 0\.2 \(threshold >= 0\.2 of the window\); Check cooling/,
    );
    await dataSource.manager.update(IncidentEntity, { id }, { sliKind: 'error' });
    const course = await wired.course.of({ id: project }, id);
    const shown = (await reader.detail(project, id)).series;
    expect(course.calls.map(({ t, calls: n }) => [t, n])).toEqual(shown.map(({ t, eligible }) => [iso(t), eligible]));
    expect(course.calls.at(-1)).toMatchObject({ p50Ms: 800, p95Ms: 800 });
    for (const step of course.calls) expect(Number(step.cost)).toBeCloseTo(step.priced * 0.01, 9);
    expect(course).toMatchObject({ currency: 'USD', quality: [] });
    expect(course.gpus.map(({ name, reading, id: gpu }) => [name, reading, gpu])).toEqual([['Pool m', 'kv', null]]);
    expect(course.gpus[0]?.points[0]?.value).toBeCloseTo(0.98, 6);
  });

  it('puts alerts of one fault into one incident, told once, and tells it anew when it is split', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    await channels.save(project, channelWrite({ name: 'ops', kind: 'webhook', url: 'https://hooks.example.com/x' }));
    const first = await calls.openIncident(project);
    const second = await calls.openIncident(project, 'support-errors-2');
    const elsewhere = await calls.openIncident(project, 'search-errors', 'search');
    const find = (id: string) => dataSource.manager.findOneByOrFail(IncidentEntity, { id });
    expect(await find(second)).toMatchObject({ state: 'merged', mergedInto: first });
    expect((await find(elsewhere)).state).toBe('triggered');
    const kinds = async (id: string) =>
      (await dataSource.manager.find(OutboxEntity, { where: { incidentId: id }, order: { eventSeq: 'ASC' } })).map(
        ({ notification }) => notification.type === 'incident' && notification.kind,
      );
    expect([await kinds(first), await kinds(second)]).toEqual([['opened'], []]);
    const { timeline } = await reader.detail(project, first);
    expect(timeline.find(({ kind }) => kind === 'merge')?.title).toContain('(same bad traces)');
    await incidents.act(project, second, 'kim', { action: 'split' });
    await suspects.rankOpen();
    await wired.grouping.regroup(new Date());
    expect((await find(second)).state).toBe('triggered');
    expect(await kinds(second)).toEqual(['split']);
  });

  it('groups incidents that opened apart once their first suspect is the same', async () => {
    const project = await makeProject();
    await calls.insertCalls(project, badPrompt());
    const change = { kind: 'prompt', feature: 'support', from: 'v7', to: 'v8' } as const;
    await changes.declare(project, 'ci', [{ ...change, at: new Date(onset - minuteMs).toISOString() }]);
    const first = await calls.openIncident(project);
    await dataSource.manager.update(IncidentEntity, { id: first }, { dedupKey: 'hidden', state: 'resolved' });
    const second = await calls.openIncident(project, 'support-slow', 'support', {
      kind: 'latency',
      measure: 'end_to_end',
      thresholdMs: 10_000,
    });
    await dataSource.manager.update(IncidentEntity, { id: first }, { state: 'triggered' });
    await suspects.rankOpen();
    await wired.grouping.regroup(new Date());
    const merged = await dataSource.manager.findOneByOrFail(IncidentEntity, { id: second });
    expect([merged.state, merged.mergedInto]).toEqual(['merged', first]);
    const { timeline } = await reader.detail(project, second);
    expect(timeline.at(-1)?.title).toBe('Merged into INC-1 (same suspect)');
  });
});
