import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestClickHouse, startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { readSettings } from '@plimsoll/contract';
import { type TestDatabase, startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeOwner } from '../access/testing/make-owner.js';
import { PriceRowEntity } from '../cost/cost.entity.js';
import { PriceBooks } from '../cost/price-books.service.js';
import { PassCursors } from '../rollups/pass-cursors.js';
import { Retentions } from '../rollups/retention.js';
import { ActiveScorers } from './active-scorers.js';
import { CallDecisions } from './call-decisions.service.js';
import { ContentsService } from './contents.service.js';
import { FeedbackService } from './feedback.service.js';
import { SecretBox } from '../stores/secret-box.js';
import { JudgeEndpoints } from './judge-endpoints.service.js';
import { JudgeScoring } from './judge-scoring.service.js';
import { JudgesService } from './judges.service.js';
import { RuleScoring } from './rule-scoring.service.js';
import { ScorersService } from './scorers.service.js';
import { ScoresService } from './scores.service.js';
import { JudgeEndpointEntity, SamplingPolicyEntity, ScorerEntity, ScorerVersionEntity } from './scoring.entity.js';
import { ScoringProgressService } from './scoring-progress.js';
import { ScoringService } from './scoring.service.js';

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let projectId: string;

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  database = await postgres.createDatabase([
    ScorerEntity,
    ScorerVersionEntity,
    SamplingPolicyEntity,
    JudgeEndpointEntity,
    PriceRowEntity,
  ]);
});

afterAll(async () => {
  await Promise.all([store.stop(), postgres.stop()]);
});

/** Services over the stores, as a fresh process has them. */
function services(secretKey = 'a key that only tests use') {
  const { dataSource } = database;
  const { clickhouse } = store;
  const scorers = new ScorersService(dataSource);
  const active = new ActiveScorers(dataSource, scorers);
  const contents = new ContentsService(clickhouse);
  const retentions = new Retentions(dataSource, readSettings({}));
  const cursors = new PassCursors(dataSource);
  const rules = new RuleScoring(clickhouse, cursors, contents);
  const decisions = new CallDecisions(clickhouse, retentions, active, contents, rules);
  const box = new SecretBox(readSettings({ PLIMSOLL_SECRET_KEY: secretKey }));
  const endpoints = new JudgeEndpoints(dataSource, box);
  return {
    scorers,
    scoring: new ScoringService(clickhouse, new ScoringProgressService(cursors), decisions, rules),
    endpoints,
    judge: new JudgeScoring(clickhouse, endpoints, active, contents, new PriceBooks(dataSource)),
    judges: new JudgesService(dataSource, endpoints),
    scores: new ScoresService(clickhouse),
    feedback: new FeedbackService(clickhouse, dataSource),
  };
}

/** A project of its own for every test; the stores are shared. */
beforeEach(async () => {
  ({ id: projectId } = (await makeOwner(database.dataSource)).project);
});

interface GivenSpan {
  traceId?: string;
  output?: string | null;
  storedSecondsAgo?: number;
  parent?: string;
  feature?: string;
  kind?: string;
  status?: string;
  finishReason?: string;
  sampleP?: number;
}

const hex = (digits: number): string => randomUUID().replaceAll('-', '').slice(0, digits);

/** Stores one call and answers its ids; stored long enough ago to be decided, unless said otherwise. */
async function storeSpan(given: GivenSpan = {}): Promise<{ traceId: string; spanId: string; time: string }> {
  const row = spanRow(given);
  await store.clickhouse.insert('spans', [row]);
  return { traceId: row.trace_id, spanId: row.span_id, time: row.time };
}

function spanRow(given: GivenSpan) {
  const traceId = given.traceId ?? hex(32);
  const spanId = hex(16);
  const stored = new Date(Date.now() - (given.storedSecondsAgo ?? 90) * 1_000);
  const time = new Date(stored.getTime() - 5_000).toISOString();
  const output = given.output === undefined ? 'Paris is the capital of France.' : given.output;
  return {
    project: projectId,
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: given.parent ?? '',
    time,
    start_time: time,
    end_time: time,
    finished: 1,
    name: 'chat',
    kind: given.kind ?? 'generation',
    feature: given.feature ?? '',
    status: given.status ?? 'ok',
    finish_reason: given.finishReason ?? 'stop',
    input: JSON.stringify([{ role: 'user', text: 'What is the capital of France?' }]),
    output: output ?? '',
    has_output: output === null ? 0 : 1,
    has_content: 1,
    sample_p: given.sampleP ?? 1,
    expires_on: '2100-01-01',
    ingested_at: stored.toISOString(),
  };
}

const scoresOf = (traceId: string) => services().scores.list(projectId, { traceId, limit: 100 });
const coverageOf = async (slug: string) =>
  (await services().scores.coverage(projectId, { from: '2020-01-01T00:00:00Z' })).find(({ scorer }) => scorer === slug);

const plain = { filter: {}, enabled: true, sampleRate: 1, settings: {} };

test('a new project scores its calls with the default scorers, once, under the time of the span', async () => {
  const { traceId, time } = await storeSpan({ output: "I'm sorry, but I can't help with that." });
  const { scoring } = services();
  await scoring.decide();
  await scoring.decide();
  const { items } = await scoresOf(traceId);
  expect(items.map(({ scorer }) => scorer).sort()).toEqual([
    'empty',
    'language',
    'length-band',
    'refusal',
    'repetition',
    'truncated',
  ]);
  expect(items.find(({ scorer }) => scorer === 'refusal')).toMatchObject({
    value: 1,
    passed: false,
    source: 'rule',
    sampleP: 1,
    scorerVersion: '1',
  });
  expect(new Set(items.map((score) => Date.parse(score.time)))).toEqual(new Set([Date.parse(time)]));
  const refused = await coverageOf('refusal');
  expect(refused).toMatchObject({ eligible: 1, scored: 1, passRate: 0, pending: 0 });
});

test('a call waits 10 s for its root and a minute without one', async () => {
  const withRoot = hex(32);
  await storeSpan({ traceId: withRoot, kind: 'chain', output: null, storedSecondsAgo: 12 });
  await storeSpan({ traceId: withRoot, parent: 'aaaaaaaaaaaaaaaa', storedSecondsAgo: 15 });
  const freshRoot = hex(32);
  await storeSpan({ traceId: freshRoot, kind: 'chain', output: null, storedSecondsAgo: 3 });
  await storeSpan({ traceId: freshRoot, parent: 'aaaaaaaaaaaaaaaa', storedSecondsAgo: 15 });
  const orphan = await storeSpan({ parent: 'aaaaaaaaaaaaaaaa', storedSecondsAgo: 15 });
  const oldOrphan = await storeSpan({ parent: 'aaaaaaaaaaaaaaaa', storedSecondsAgo: 70 });
  await services().scoring.decide();
  const scored = async (traceId: string) => (await scoresOf(traceId)).items.length > 0;
  expect(await scored(withRoot)).toBe(true);
  expect(await scored(freshRoot)).toBe(false);
  expect(await scored(orphan.traceId)).toBe(false);
  expect(await scored(oldOrphan.traceId)).toBe(true);
});

test('a call inherits the feature of its root, failed calls are not eligible, another feature is not wanted', async () => {
  const { scorers, scoring } = services();
  await scorers.put(
    projectId,
    'json',
    {
      ...plain,
      slug: 'json',
      name: 'JSON',
      kind: 'json_valid',
      settings: { when: 'always' },
      filter: { features: ['extract'] },
    },
    'tests',
  );
  const traceId = hex(32);
  await storeSpan({ traceId, kind: 'chain', feature: 'extract', output: null });
  await storeSpan({ traceId, parent: 'aaaaaaaaaaaaaaaa', output: '{"a": 1}' });
  // A root that ended two hours before its call: the row of its trace says how far back to look.
  const early = spanRow({ kind: 'chain', feature: 'extract', output: null, storedSecondsAgo: 7_200 });
  await store.clickhouse.insert('spans', [early]);
  await store.clickhouse.insert('traces', [
    { project: projectId, trace_id: early.trace_id, start_time: early.time, end_time: early.time, version: 1 },
  ]);
  await storeSpan({ traceId: early.trace_id, parent: 'aaaaaaaaaaaaaaaa', output: '{"a": 2}' });
  const other = await storeSpan({ feature: 'chat' });
  const failed = await storeSpan({ feature: 'extract', status: 'error', output: null });
  await scoring.decide();
  for (const each of [traceId, early.trace_id]) {
    expect((await scoresOf(each)).items.find(({ scorer }) => scorer === 'json')).toMatchObject({ passed: true });
  }
  expect((await scoresOf(other.traceId)).items.some(({ scorer }) => scorer === 'json')).toBe(false);
  expect((await scoresOf(failed.traceId)).items).toEqual([]);
  expect(await coverageOf('json')).toMatchObject({ eligible: 2, scored: 2, passRate: 1 });
});

describe('content that comes late (rule 8)', () => {
  test('a call without content is decided after a minute, and once more when its log record comes', async () => {
    const waiting = await storeSpan({ output: null, storedSecondsAgo: 30 });
    const { traceId, spanId, time } = await storeSpan({ output: null, storedSecondsAgo: 90 });
    await services().scoring.decide();
    expect((await scoresOf(waiting.traceId)).items).toEqual([]);
    expect(await coverageOf('refusal')).toMatchObject({ eligible: 1, noContent: 1, scored: 0 });
    await store.clickhouse.insert('log_records', [
      {
        project: projectId,
        trace_id: traceId,
        span_id: spanId,
        time,
        record_id: hex(32),
        ordinal: 0,
        name: 'gen_ai.choice',
        body: JSON.stringify({ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Lyon.' } }),
        expires_on: '2100-01-01',
      },
    ]);
    await services().scoring.decide();
    expect((await scoresOf(traceId)).items.find(({ scorer }) => scorer === 'refusal')).toMatchObject({ passed: true });
    expect(await coverageOf('refusal')).toMatchObject({ eligible: 1, noContent: 0, scored: 1 });
  });
});

test('what was decided before a crash is scored by the next pass as it was decided', async () => {
  const { traceId, spanId, time } = await storeSpan({});
  const { scorers, scoring } = services();
  await scorers.list(projectId);
  await store.clickhouse.insert('scoring_decisions', [
    {
      project: projectId,
      time,
      trace_id: traceId,
      span_id: spanId,
      scorer: 'refusal',
      scorer_version: '1',
      decision: 'selected',
      outcome: 'pending',
      sample_p: 0.25,
      p_head: 0.5,
      u: 0.1,
      stratum: 'base',
      policy_version: '1',
      expires_on: '2100-01-01',
    },
  ]);
  await scoring.decide();
  const { items } = await scoresOf(traceId);
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ scorer: 'refusal', sampleP: 0.25, stratum: 'base' });
  expect(await coverageOf('refusal')).toMatchObject({ eligible: 1, scored: 1, pending: 0 });
});

test('every eligible call is in exactly one count', async () => {
  const { scorers, scoring } = services();
  await scorers.put(
    projectId,
    'half',
    { ...plain, slug: 'half', name: 'Half', kind: 'readability', sampleRate: 0.5 },
    'tests',
  );
  await store.clickhouse.insert(
    'spans',
    Array.from({ length: 60 }, (_, index) =>
      spanRow({ output: index % 6 === 0 ? 'Yes' : 'It is a fine day in the old town.' }),
    ),
  );
  await storeSpan({ output: null });
  await scoring.decide();
  const half = await coverageOf('half');
  const parts = [
    half?.scored,
    half?.sampledOut,
    half?.overBudget,
    half?.failed,
    half?.noContent,
    half?.notApplicable,
    half?.pending,
  ];
  expect(half?.eligible).toBe(61);
  expect(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)).toBe(61);
  expect(half?.scored).toBeGreaterThan(10);
  expect(half?.sampledOut).toBeGreaterThan(15);
  const { items } = await services().scores.list(projectId, { scorer: 'half', limit: 500 });
  expect(items.every(({ sampleP }) => sampleP === 0.5)).toBe(true);
});

test('one pass decides more calls than one block holds', async () => {
  await store.clickhouse.insert(
    'spans',
    Array.from({ length: 2_300 }, () => spanRow({ output: 'Yes.' })),
  );
  expect((await services().scoring.decide()).calls).toBeGreaterThanOrEqual(2_300);
  expect(await coverageOf('refusal')).toMatchObject({ eligible: 2_300, scored: 2_300 });
});

test('scorers: a change is a new version, the same again is none, hidden ones stay away', async () => {
  const { scorers } = services();
  const write = { ...plain, slug: 'band', name: 'Band', kind: 'length_band', settings: { min: 1, max: 10 } };
  expect(await scorers.put(projectId, 'band', write, 'tests')).toMatchObject({ version: '1', source: 'rule' });
  expect(await scorers.put(projectId, 'band', { ...write, name: 'Length' }, 'tests')).toMatchObject({
    version: '1',
    name: 'Length',
  });
  expect(await scorers.put(projectId, 'band', { ...write, settings: { min: 1, max: 20 } }, 'tests')).toMatchObject({
    version: '2',
  });
  await expect(
    scorers.put(projectId, 'band', { ...write, settings: { min: 5, max: 1 } }, 'tests'),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'settings.max',
  });
  await expect(scorers.put(projectId, 'band', { ...write, kind: 'nonsense' }, 'tests')).rejects.toMatchObject({
    field: 'kind',
  });
  await scorers.hide(projectId, 'refusal');
  expect((await scorers.list(projectId)).map(({ slug }) => slug)).not.toContain('refusal');
  await expect(scorers.hide(projectId, 'refusal')).rejects.toMatchObject({ code: 'not_found' });
  expect(scorers.kinds().find(({ id }) => id === 'json_valid')?.settingsSchema).toMatchObject({ type: 'object' });
});

describe('scores and signals from outside', () => {
  test('a score given again replaces the first; an unknown span is named', async () => {
    const { traceId, spanId } = await storeSpan({});
    const { scores } = services();
    const given = { traceId, spanId, scorer: 'helpful', value: 1, passed: true, source: 'human' as const };
    await scores.give(projectId, 'key plk_1', [given]);
    await scores.give(projectId, 'key plk_1', [{ ...given, value: 0, passed: false }]);
    await scores.give(projectId, 'anna', [given]);
    const { items } = await scoresOf(traceId);
    expect(items.map(({ value }) => value).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 1]);
    // Who thinks again, and then again, has said the last.
    await scores.give(projectId, 'anna', [{ ...given, value: 0.25 }]);
    await scores.give(projectId, 'anna', [given]);
    expect((await scoresOf(traceId)).items.map(({ value }) => value)).not.toContain(0.25);
    await expect(scores.give(projectId, 'anna', [{ ...given, traceId: hex(32) }])).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      scores.give(projectId, 'anna', [{ traceId, scorer: 'helpful', source: 'human' }]),
    ).rejects.toMatchObject({ field: 'value' });
  });

  test('what a user said last stands, also when what was said before is sent again or came before the span', async () => {
    const { feedback } = services();
    const { traceId } = await storeSpan({});
    const said = (value: number, minute: number, about = traceId) => ({
      traceId: about,
      kind: 'thumbs' as const,
      value,
      userId: 'u1',
      at: new Date(Date.now() - (60 - minute) * 60_000).toISOString(),
    });
    const [up, down] = [said(1, 1), said(0, 2)];
    await feedback.record(projectId, [up], 'first');
    await feedback.record(projectId, [down], 'second');
    await feedback.record(projectId, [up], 'first');
    await feedback.record(projectId, [up]);
    expect((await scoresOf(traceId)).items).toMatchObject([{ scorer: 'user-thumbs', passed: false }]);
    await feedback.record(projectId, [said(1, 3)]);
    expect((await scoresOf(traceId)).items).toMatchObject([{ scorer: 'user-thumbs', passed: true }]);

    const early = hex(32);
    await feedback.record(projectId, [said(1, 1, early), said(0, 2, early)]);
    await storeSpan({ traceId: early, storedSecondsAgo: 1 });
    await feedback.settle();
    expect((await scoresOf(early)).items).toMatchObject([{ scorer: 'user-thumbs', passed: false }]);
    await expect(feedback.record(projectId, [down], 'first')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a signal is stored once, becomes a score, and waits for its span', async () => {
    const { feedback } = services();
    const { traceId } = await storeSpan({});
    const thumbs = { traceId, kind: 'thumbs' as const, value: 1, userId: 'u1' };
    await feedback.record(projectId, [thumbs]);
    await feedback.record(projectId, [thumbs]);
    expect((await feedback.list(projectId, { limit: 10 })).items).toHaveLength(1);
    expect((await scoresOf(traceId)).items).toMatchObject([{ scorer: 'user-thumbs', passed: true, source: 'user' }]);
    await feedback.record(projectId, [{ ...thumbs, value: 0 }]);
    expect((await scoresOf(traceId)).items).toMatchObject([{ scorer: 'user-thumbs', passed: false }]);

    const early = hex(32);
    await feedback.record(projectId, [{ traceId: early, kind: 'copied' }]);
    expect((await scoresOf(early)).items).toEqual([]);
    await storeSpan({ traceId: early, storedSecondsAgo: 1 });
    await feedback.settle();
    expect((await scoresOf(early)).items).toMatchObject([{ scorer: 'user-copied', passed: true }]);
  });
});

describe('judge', () => {
  let server: Server;
  let answer: (body: { response_format?: { type: string }; messages: { content: string }[] }) => {
    status: number;
    text?: string;
    headers?: Record<string, string>;
  };
  let asked = 0;
  let authorization: string | undefined;

  const read = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      void read(request).then((text) => {
        asked += 1;
        authorization = request.headers.authorization;
        const given = answer(JSON.parse(text) as Parameters<typeof answer>[0]);
        response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
        const body = {
          choices: [{ message: { role: 'assistant', content: given.text ?? '' } }],
          usage: { prompt_tokens: 100, completion_tokens: 20 },
        };
        response.end(JSON.stringify(given.status === 200 ? body : { error: { message: 'no' } }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const pass = '{"reason": "Right.", "level": "pass"}';

  /** A judge of its own with one scorer that grades everything at this rate. */
  async function prepare(budget: string | undefined, sampleRate = 1): Promise<string> {
    asked = 0;
    const { judges, scorers } = services();
    await database.dataSource.manager.save(SamplingPolicyEntity, {
      projectId,
      version: 2,
      rules: [{ when: 'thumbsDown', rate: 1 }],
    });
    const id = randomUUID();
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    await judges.put(projectId, id, {
      name: 'local',
      baseUrl,
      model: 'gpt-4o-mini',
      apiKey: 'secret',
      ...(budget === undefined ? {} : { dailyBudget: budget }),
    });
    const settings = { endpoint: id, criterion: 'The answer is correct.' };
    await scorers.put(
      projectId,
      'right',
      { ...plain, slug: 'right', name: 'Right', kind: 'judge', settings, sampleRate },
      'tests',
    );
    return id;
  }

  test('grades what was selected, once, and falls back to what the endpoint knows', async () => {
    const id = await prepare(undefined);
    answer = (body) => (body.response_format?.type === 'json_schema' ? { status: 400 } : { status: 200, text: pass });
    const { traceId } = await storeSpan({});
    await services().scoring.decide();
    await services().judge.judge();
    await services().judge.judge();
    expect(asked).toBe(2);
    expect((await scoresOf(traceId)).items.find(({ scorer }) => scorer === 'right')).toMatchObject({
      value: 1,
      label: 'pass',
      passed: true,
      reason: 'Right.',
      source: 'judge',
    });
    expect(await coverageOf('right')).toMatchObject({ eligible: 1, scored: 1, passRate: 1 });
    const [endpoint] = await services().judges.list(projectId);
    expect(endpoint).toMatchObject({ id, hasKey: true, lastError: null });
    expect(Number(endpoint?.spentToday)).toBeCloseTo((100 * 0.15 + 20 * 0.6) / 1e6, 12);
    expect(JSON.stringify(endpoint)).not.toContain('secret');
  });

  test('words that are no grade are failures and never bad grades; a wait that is asked for is kept', async () => {
    await prepare(undefined);
    let first = true;
    answer = () => {
      const busy = first;
      first = false;
      return busy
        ? { status: 429, headers: { 'retry-after': '0' } }
        : { status: 200, text: 'I would say it is great!' };
    };
    const { traceId } = await storeSpan({});
    await services().scoring.decide();
    await services().judge.judge();
    expect(asked).toBe(2);
    expect((await scoresOf(traceId)).items.some(({ scorer }) => scorer === 'right')).toBe(false);
    expect(await coverageOf('right')).toMatchObject({ eligible: 1, failed: 1, scored: 0, passRate: null });
  });

  test('its key is sealed where it lies, sealed anew where it was not, and goes to its own host only', async () => {
    const id = await prepare(undefined);
    answer = () => ({ status: 200, text: pass });
    const { manager } = database.dataSource;
    const stored = async () => (await manager.findOneByOrFail(JudgeEndpointEntity, { id })).apiKey;
    expect(await stored()).toMatch(/^sealed:v1:/);
    // As a version before wrote it; two processes start at once.
    await manager.update(JudgeEndpointEntity, { id }, { apiKey: 'older' });
    await Promise.all([1, 2].map(() => services().endpoints.onApplicationBootstrap()));
    expect(await stored()).toMatch(/^sealed:v1:/);
    await storeSpan({});
    await services().scoring.decide();
    await services('another key than that of the tests').judge.judge();
    expect([asked, (await services().judges.list(projectId))[0]?.lastError]).toEqual([
      0,
      expect.stringContaining('set it again'),
    ]);
    await services().judge.judge();
    expect([asked, authorization]).toEqual([1, 'Bearer older']);
    const write = { name: 'local', model: 'gpt-4o-mini' };
    const same = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
    expect((await services().judges.put(projectId, id, { ...write, baseUrl: same })).hasKey).toBe(true);
    expect(
      (await services().judges.put(projectId, id, { ...write, baseUrl: 'https://elsewhere.example' })).hasKey,
    ).toBe(false);
  });

  test('the daily budget stops the judge and what it stopped is counted', async () => {
    await prepare('0.0005');
    answer = () => ({ status: 200, text: pass });
    await store.clickhouse.insert(
      'spans',
      Array.from({ length: 30 }, () => spanRow({})),
    );
    await services().scoring.decide();
    await services().judge.judge();
    const covered = await coverageOf('right');
    expect(covered?.eligible).toBe(30);
    expect((covered?.scored ?? 0) + (covered?.overBudget ?? 0)).toBe(30);
    expect(covered?.scored).toBeGreaterThan(0);
    expect(covered?.overBudget).toBeGreaterThan(0);
    const [endpoint] = await services().judges.list(projectId);
    expect(Number(endpoint?.spentToday)).toBeLessThanOrEqual(0.0005);
  });

  test('a late thumbs-down has an unsampled call judged, with the probability of its new stratum', async () => {
    await prepare(undefined, 0);
    answer = () => ({ status: 200, text: '{"reason": "Wrong.", "level": "fail"}' });
    const { traceId } = await storeSpan({});
    await services().scoring.decide();
    expect(await coverageOf('right')).toMatchObject({ eligible: 1, sampledOut: 1 });
    await services().feedback.record(projectId, [{ traceId, kind: 'thumbs', value: 0 }]);
    await services().scoring.decide();
    await services().judge.judge();
    expect(await coverageOf('right')).toMatchObject({ eligible: 1, sampledOut: 0, scored: 1, passRate: 0 });
    expect((await scoresOf(traceId)).items.find(({ scorer }) => scorer === 'right')).toMatchObject({
      sampleP: 1,
      stratum: 'thumbsDown',
    });
  });

  test('an early warning raises the sampling of its slice, within the budget of the judge, with the probability stored', async () => {
    const { manager } = database.dataSource;
    const warn = async (warned: boolean): Promise<void> => {
      const definition = { indicator: { kind: 'quality', scorer: 'right' }, filter: { feature: ['support'] } };
      await manager.query(`DELETE FROM objectives WHERE project_id = $1`, [projectId]);
      await manager.query(
        `WITH made AS (INSERT INTO objectives (project_id, slug) VALUES ($1, 'answers-right') RETURNING id),
           revised AS (INSERT INTO objective_revisions (project_id, objective_id, revision, definition, created_by, points_wanted_from)
             SELECT $1, id, 1, $2, 'tests', now() FROM made RETURNING id, objective_id)
         INSERT INTO alert_instances (revision_id, group_key, tier, project_id, objective_id, severity, state, status)
         SELECT id, '', 'ticket slow', $1, objective_id, 'ticket', 'inactive', $3 FROM revised`,
        [projectId, JSON.stringify(definition), JSON.stringify(warned ? { warned } : {})],
      );
    };
    const probabilities = async (): Promise<string[]> => {
      const traces = [await storeSpan({ feature: 'support' }), await storeSpan({ feature: 'search' })];
      await services().scoring.decide();
      const rows = await store.clickhouse.query<{ told: string }>(
        `SELECT concat(stratum, ' ', toString(sample_p)) AS told FROM scoring_decisions FINAL
         WHERE project = {project:String} AND scorer = 'right' AND trace_id IN {traces:Array(String)}
         ORDER BY indexOf({traces:Array(String)}, trace_id)`,
        { project: projectId, traces: traces.map(({ traceId }) => traceId) },
      );
      return rows.map(({ told }) => told);
    };
    await prepare('5', 0.05);
    await warn(false);
    const noted = () =>
      manager.query<unknown[]>(
        `SELECT scorer, group_key, ended_at IS NULL AS going_on FROM sampling_bursts WHERE project_id = $1`,
        [projectId],
      );
    expect(await probabilities()).toEqual(['base 0.05', 'base 0.05']);
    expect(await noted()).toEqual([]);
    await warn(true);
    expect(await probabilities()).toEqual(['burst 0.2', 'base 0.05']);
    await services().scoring.decide();
    expect(await noted()).toEqual([{ scorer: 'right', group_key: '', going_on: true }]);
    // Nobody has said what a burst may cost.
    await manager.query('UPDATE judge_endpoints SET daily_budget = NULL WHERE project_id = $1', [projectId]);
    expect(await probabilities()).toEqual(['base 0.05', 'base 0.05']);
    expect(await noted()).toEqual([{ scorer: 'right', group_key: '', going_on: false }]);
  });

  test('the first calls of a version are all judged', async () => {
    await prepare(undefined, 0);
    await database.dataSource.manager.save(SamplingPolicyEntity, {
      projectId,
      version: 3,
      rules: [{ when: 'newVersion', rate: 1 }],
    });
    answer = () => ({ status: 200, text: pass });
    const fresh = await storeSpan({ feature: 'fresh' });
    await storeSpan({ feature: 'settled' });
    await store.clickhouse.insert('hour_rollup', [
      {
        project: projectId,
        hour: new Date(Date.now() - 3_600_000).toISOString(),
        feature: 'settled',
        calls: 200,
        expires_on: '2100-01-01',
      },
    ]);
    await services().scoring.decide();
    await services().judge.judge();
    expect(await coverageOf('right')).toMatchObject({ eligible: 2, scored: 1, sampledOut: 1 });
    expect((await scoresOf(fresh.traceId)).items.find(({ scorer }) => scorer === 'right')).toMatchObject({
      stratum: 'newVersion',
    });
  });

  test('a score that stands gets the weight of its new stratum', async () => {
    await prepare(undefined, 0.999_999);
    answer = () => ({ status: 200, text: pass });
    const { traceId } = await storeSpan({});
    await services().scoring.decide();
    await services().judge.judge();
    await services().feedback.record(projectId, [{ traceId, kind: 'thumbs', value: 0 }]);
    await services().scoring.decide();
    expect(asked).toBe(1);
    expect((await scoresOf(traceId)).items.find(({ scorer }) => scorer === 'right')).toMatchObject({
      sampleP: 1,
      stratum: 'thumbsDown',
      value: 1,
      passed: true,
    });
  });
});

test('a pass ends after ten seconds, on a busy store after two, says what it left, and the next ones decide it', async () => {
  const { scoring } = services();
  // What other tests left undecided.
  await scoring.decide();
  await store.clickhouse.insert(
    'spans',
    Array.from({ length: 3_300 }, () => spanRow({ output: 'Yes.' })),
  );
  const progress = new ScoringProgressService(new PassCursors(database.dataSource));
  // A clock that goes on by a step with each look, and rule scorers look at it twice a score.
  const decideAtStepsOf = async (stepMs: number) => {
    let clock = 0;
    const watch = vi.spyOn(performance, 'now').mockImplementation(() => (clock += stepMs));
    try {
      return await scoring.decide();
    } finally {
      watch.mockRestore();
    }
  };
  expect(await decideAtStepsOf(10)).toEqual({ calls: 1_000, busy: false, complete: false });
  // More than 5,000 rows a second over twenty seconds; they belong to no call.
  await store.clickhouse.command(
    `INSERT INTO log_records (project, time, record_id, expires_on)
     SELECT {project:String}, now64(9), leftPad(toString(number), 32, '0'), '2100-01-01' FROM numbers(100_001)`,
    { project: projectId },
  );
  expect(await decideAtStepsOf(1)).toEqual({ calls: 1_000, busy: true, complete: false });
  expect(await coverageOf('refusal')).toMatchObject({ eligible: 2_000, scored: 2_000 });
  const left = await progress.read();
  expect(left.waitingRows).toBeGreaterThanOrEqual(3_300);

  for (let passes = 0; !(await scoring.decide()).complete; passes += 1) expect(passes).toBeLessThan(20);
  expect(await coverageOf('refusal')).toMatchObject({ eligible: 3_300, scored: 3_300 });
  const done = await progress.read();
  expect(done.waitingRows).toBe(0);
  expect(Date.parse(done.decidedUntil ?? '')).toBeGreaterThan(Date.parse(left.decidedUntil ?? '1970-01-01'));
});
