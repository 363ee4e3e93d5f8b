import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import {
  objectiveCallQuery,
  type ObjectiveCallQuery,
  objectiveOutcomeQuery,
  objectiveWrite,
  type Project,
} from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { makeOwner } from '../access/testing/make-owner.js';
import { ObjectiveExclusion } from '../slo/objective-exclusion.entity.js';
import { ObjectiveGroup } from '../slo/objective-group.entity.js';
import { ObjectiveRevision } from '../slo/objective-revision.entity.js';
import { Objective } from '../slo/objective.entity.js';
import { ObjectivesService } from '../slo/objectives.service.js';
import { previewSeries } from '../slo/slo.queries.js';
import { CallsService } from './calls.service.js';

const at = Date.UTC(2026, 10, 20, 12);
const minuteMs = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const id = (index: number, digits: number): string => (index + 1).toString(16).padStart(digits, '0');

let store: TestClickHouse;
let postgres: TestPostgres;
let database: DataSource;
let calls: CallsService;
let project: Project;

/** Ten calls a minute apart, every second one slow; the last two are of prompt v8, both slow. */
beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  ({ dataSource: database } = await postgres.createDatabase([
    Objective,
    ObjectiveRevision,
    ObjectiveExclusion,
    ObjectiveGroup,
  ]));
  ({ project } = await makeOwner(database));
  const objectives = new ObjectivesService(database);
  calls = new CallsService(store.clickhouse, database, objectives);
  const definition = objectiveWrite.parse({
    slug: 'answers-in-time',
    name: 'Answers in time',
    indicator: { kind: 'latency', measure: 'end_to_end', thresholdMs: 1000 },
    filter: { feature: ['support'] },
    target: '0.9',
  });
  await objectives.create(project, definition, 'kim');
  await store.clickhouse.insert(
    'spans',
    Array.from({ length: 12 }, (_, index) => {
      const slow = index % 2 === 1 || index > 7;
      const start = at + index * minuteMs;
      return {
        project: index === 10 ? 'another' : project.id,
        trace_id: id(index, 32),
        span_id: id(index, 16),
        time: iso(start + (slow ? 3000 : 500)),
        start_time: iso(start),
        end_time: iso(start + (slow ? 3000 : 500)),
        finished: 1,
        name: 'chat',
        kind: 'generation',
        feature: index === 11 ? 'search' : 'support',
        prompt_name: 'answer',
        prompt_version: index > 7 ? 'v8' : 'v7',
        response_model: 'gpt-4o',
        status: 'ok',
        sample_p: 1,
      };
    }),
  );
});

afterAll(() => Promise.all([store.stop(), postgres.stop()]));

const list = (query: Partial<ObjectiveCallQuery> = {}) =>
  calls.list(
    project.id,
    'answers-in-time',
    objectiveCallQuery.parse({ from: iso(at - minuteMs), to: iso(at + 3_600_000), ...query }),
  );

describe('the calls behind an objective', () => {
  it('are those that were counted, newest first', async () => {
    const answer = await list();
    expect(answer).toMatchObject({ eligible: 10, bad: 6, nextCursor: null });
    expect(answer.items.map(({ traceId }) => traceId)).toEqual([9, 8, 7, 5, 3, 1].map((index) => id(index, 32)));
    expect(answer.items[0]).toMatchObject({ bad: true, latencyMs: 3000, promptVersion: 'v8', model: 'gpt-4o' });
  });

  it.each([
    [{ outcome: 'good' as const }, 4, 10, 6],
    [{ outcome: 'all' as const, promptVersion: 'v8' }, 2, 2, 2],
    [{ promptVersion: 'v7', model: 'gpt-4o' }, 4, 8, 4],
    [{ customer: 'nobody' }, 0, 0, 0],
    [{ to: iso(at + 2 * minuteMs) }, 1, 2, 1],
  ])('narrow by %o', async (query, shown, eligible, bad) => {
    const answer = await list(query);
    expect([answer.items.length, answer.eligible, answer.bad]).toEqual([shown, eligible, bad]);
  });

  it('come in pages without a gap or a repeat', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 4, outcome: 'all', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ spanId }) => spanId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(10);
    expect(seen).toHaveLength(10);
  });

  it('leave out what an exclusion window takes out, until it is taken back', async () => {
    const exclusions = database.getRepository(ObjectiveExclusion);
    const { id: exclusion } = await exclusions.save(
      exclusions.create({
        projectId: project.id,
        objectiveId: null,
        startsAt: new Date(at + 7 * minuteMs),
        endsAt: new Date(at + 9 * minuteMs),
        reason: 'load test',
        createdBy: 'kim',
      }),
    );
    expect(await list()).toMatchObject({ eligible: 8, bad: 4 });
    await exclusions.update({ id: exclusion }, { revokedAt: new Date() });
    expect(await list()).toMatchObject({ eligible: 10, bad: 6 });
  });

  it('of no such objective or incident do not exist', async () => {
    await expect(calls.list(project.id, 'none', objectiveCallQuery.parse({}))).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(list({ incident: '0f9a2c36-6f0e-4d0c-9a59-000000000001' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('the outcomes behind a cost per outcome', () => {
  const definition = objectiveWrite.parse({
    slug: 'cost-per-ticket',
    name: 'Cost per ticket',
    indicator: { kind: 'cost', per: 'outcome', outcome: 'resolved', expected: '0.1', ceiling: '0.2' },
    filter: { feature: ['help'], model: ['m'] },
    target: '0.99',
  });
  const from = at + 24 * 3_600_000;
  const within = { from: iso(from), to: iso(from + 10 * minuteMs) };
  const outcome = (key: string, minute: number, part: object = {}) => ({
    project: project.id,
    name: 'resolved',
    outcome_key: key,
    occurred_at: iso(from + minute * minuteMs),
    status: 'success',
    feature: 'help',
    expires_on: '2149-01-01',
    ...part,
  });

  it('are those that its figure divides by, newest first, each with its trace', async () => {
    await new ObjectivesService(database).create(project, definition, 'kim');
    const call = {
      project: project.id,
      finished: 1,
      kind: 'generation',
      feature: 'help',
      response_model: 'm',
      status: 'ok',
    };
    await store.clickhouse.insert(
      'spans',
      [0, 1, 2, 3].map((index) => {
        const time = iso(from + index * minuteMs);
        const ids = { trace_id: id(50 + index, 32), span_id: id(50 + index, 16) };
        return { ...call, ...ids, time, start_time: time, end_time: time, cost: '0.25', sample_p: 1 };
      }),
    );
    await store.clickhouse.insert('outcomes', [
      outcome('T-1', 1, { trace_id: id(50, 32), value: '12.5', currency: 'USD' }),
      outcome(id(51, 32), 2),
      outcome('T-3', 3, { customer: 'acme' }),
      // Taken back, of another name, another feature, another time, another project: none of these counts.
      outcome('T-4', 3),
      outcome('T-4', 4, { status: 'failure' }),
      outcome('T-5', 3, { name: 'escalated' }),
      outcome('T-6', 3, { feature: 'search' }),
      outcome('T-7', 11),
      outcome('T-8', 3, { project: 'another' }),
    ]);
    const ask = (query: object = {}) =>
      calls.outcomes(project.id, 'cost-per-ticket', objectiveOutcomeQuery.parse({ ...within, ...query }));
    const answer = await ask();
    expect(answer).toMatchObject({ name: 'resolved', outcomes: 3, cost: '1', costPerOutcome: '0.333333333333' });
    expect(answer.items.map(({ key, traceId, value }) => [key, traceId, value])).toEqual([
      ['T-3', null, null],
      [id(51, 32), id(51, 32), null],
      ['T-1', id(50, 32), '12.5'],
    ]);
    // The figure of the same minutes.
    const range = { projectId: project.id, from: new Date(from), to: new Date(from + 10 * minuteMs), excluded: [] };
    const series = await previewSeries(store.clickhouse, range, { revisionId: 'r', definition, groups: [] });
    const { outcomes, cost } = series.get('')?.totals(from / minuteMs, from / minuteMs + 10).whole ?? {};
    expect([outcomes, cost]).toEqual([answer.outcomes, 10n ** 12n]);
    const pages = [await ask({ limit: 2 })];
    pages.push(await ask({ limit: 2, cursor: pages[0]?.nextCursor ?? '' }));
    expect(pages.flatMap(({ items }) => items.map(({ key }) => key))).toEqual(answer.items.map(({ key }) => key));
    await expect(
      calls.outcomes(project.id, 'answers-in-time', objectiveOutcomeQuery.parse(within)),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
