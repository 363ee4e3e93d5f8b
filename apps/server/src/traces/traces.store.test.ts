import { traceComparisonQuery, traceHeatmapQuery, traceQuery, type TraceQuery } from '@plimsoll/contract';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceHeatmapService } from './trace-heatmap.service.js';
import { TracesService } from './traces.service.js';

const at = Date.UTC(2026, 10, 20, 12);
const project = 'p1';
const id = (index: number, digits = 32): string => (index + 1).toString(16).padStart(digits, '0');
const iso = (ms: number): string => new Date(ms).toISOString();

let store: TestClickHouse;
let traces: TracesService;

/** Seven traces, a minute apart; every second one failed its score, the last belongs to another project. */
beforeAll(async () => {
  store = await startTestClickHouse();
  traces = new TracesService(store.clickhouse);
  const rows = Array.from({ length: 7 }, (_, index) => ({
    project: index === 6 ? 'p2' : project,
    trace_id: id(index),
    start_time: iso(at + index * 60_000),
    end_time: iso(at + index * 60_000 + 1000 * (7 - index)),
    root_span_id: id(index, 16),
    name: `trace ${index}`,
    feature: index < 3 ? 'support' : 'search',
    session_id: index < 4 ? 's1' : '',
    models: index === 0 ? ['gpt-4o'] : ['gpt-4o-mini'],
    spans: 1,
    calls: 1,
    errors: index === 1 ? 1 : 0,
    status: index === 1 ? 'error' : 'ok',
    cost: index === 5 ? '0' : `0.0${index + 1}`,
    unpriced_calls: index === 5 ? 1 : 0,
    version: 1,
  }));
  await store.clickhouse.insert('traces', rows);
  await store.clickhouse.insert(
    'spans',
    rows.map((row, index) => ({
      project: row.project,
      trace_id: row.trace_id,
      span_id: row.root_span_id,
      time: row.end_time,
      start_time: row.start_time,
      end_time: row.end_time,
      finished: 1,
      name: row.name,
      kind: 'generation',
      // Trace 3 calls twice, with a prompt of another version; its root names none.
      prompt_name: index < 4 ? 'answer' : '',
      prompt_version: index < 4 ? (index < 2 ? 'v7' : 'v8') : '',
      request_model: row.models[0],
      status: row.status,
      output: index === 2 ? 'The tide turns at SIX.' : 'nothing',
      has_output: 1,
      input: JSON.stringify([{ role: 'user', text: 'When?' }]),
      has_usage: 1,
      tokens_input: 10,
      tokens_cache_read: 4,
      usage: JSON.stringify({ input: 14, output: 0, cachedInput: 4, cacheWriteInput: null, reasoningOutput: null }),
    })),
  );
  await store.clickhouse.insert('spans', [
    {
      project,
      trace_id: id(3),
      span_id: 'ffffffffffffffff',
      parent_span_id: id(3, 16),
      time: iso(at + 3 * 60_000 + 2000),
      start_time: iso(at + 3 * 60_000),
      end_time: iso(at + 3 * 60_000 + 2000),
      finished: 1,
      name: 'second call',
      kind: 'generation',
      prompt_name: 'answer',
      prompt_version: 'v9',
      request_model: 'llama',
    },
  ]);
  await store.clickhouse.insert(
    'scores',
    rows.map((row, index) => ({
      project: row.project,
      time: row.end_time,
      trace_id: row.trace_id,
      span_id: row.root_span_id,
      scorer: 'json-valid',
      scorer_version: '1',
      passed: index % 2,
      value: index % 2,
      source: 'rule',
      sample_p: 1,
    })),
  );
});
afterAll(() => store.stop());

const list = (query: Partial<TraceQuery>) =>
  traces.list(project, traceQuery.parse({ from: iso(at - 60_000), to: iso(at + 3_600_000), ...query }));
const names = async (query: Partial<TraceQuery>): Promise<string[]> =>
  (await list(query)).items.map((trace) => trace.name);

describe('the trace list', () => {
  it('comes newest first, of one project only', async () => {
    expect(await names({})).toEqual(['trace 5', 'trace 4', 'trace 3', 'trace 2', 'trace 1', 'trace 0']);
  });

  it.each([
    [{ feature: 'support' }, ['trace 2', 'trace 1', 'trace 0']],
    [{ model: 'gpt-4o' }, ['trace 0']],
    [{ status: 'error' as const }, ['trace 1']],
    [{ failedScorer: 'json-valid', feature: 'search' }, ['trace 4']],
    [{ failedScorer: 'any', feature: 'support' }, ['trace 2', 'trace 0']],
    [{ q: 'tide turns at six' }, ['trace 2']],
    [{ session: 's1', minDurationMs: 6500 }, ['trace 0']],
    [{ minCost: '0.045' }, ['trace 4']],
    [{ maxDurationMs: 3000 }, ['trace 5']],
    [{ minQuality: 0.5, minDurationMs: 4000 }, ['trace 3', 'trace 1']],
    [{ maxQuality: 0.5, maxDurationMs: 5000 }, ['trace 4']],
    [{ promptVersion: 'v7' }, ['trace 1', 'trace 0']],
    [{ promptVersion: 'v9' }, ['trace 3']],
    [{ promptName: 'answer', promptVersion: 'v8', status: 'ok' as const }, ['trace 3', 'trace 2']],
    [{ promptVersion: 'v9', model: 'gpt-4o-mini' }, []],
    [{ sort: 'duration' as const, order: 'desc' as const, limit: 2 }, ['trace 0', 'trace 1']],
  ])('filters and sorts by %o', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it.each(['time', 'duration', 'cost', 'tokens'] as const)('pages by %s without a gap or a repeat', async (sort) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ sort, limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((trace) => trace.traceId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });

  it('refuses a cursor that is none', async () => {
    await expect(list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_input', field: 'cursor' });
  });

  it('says what is not priced, and which scorers failed', async () => {
    const { items } = await list({});
    expect(items.find((trace) => trace.name === 'trace 5')).toMatchObject({ cost: null, unpricedCalls: 1, quality: 1 });
    expect(items.find((trace) => trace.name === 'trace 4')).toMatchObject({
      quality: 0,
      failedScorers: ['json-valid'],
    });
  });
});

describe('the prompts of a trace', () => {
  it('are those that its calls name', async () => {
    const { items } = await list({});
    const prompts = (name: string) => items.find((trace) => trace.name === name)?.prompts;
    expect(prompts('trace 0')).toEqual([{ name: 'answer', version: 'v7', spans: 1 }]);
    expect(prompts('trace 3')?.map(({ version }) => version)).toEqual(['v8', 'v9']);
    expect(prompts('trace 5')).toEqual([]);
  });

  it('are counted for the search, a trace with two for both', async () => {
    const query = traceQuery.parse({ from: iso(at - 60_000), to: iso(at + 3_600_000), status: 'ok' });
    const { facets } = await traces.overview(project, query);
    expect(facets.find((facet) => facet.dimension === 'promptVersion')?.values).toEqual([
      { value: 'v8', count: 2 },
      { value: 'v7', count: 1 },
      { value: 'v9', count: 1 },
    ]);
  });
});

describe('the overview of a search', () => {
  it('counts what the list shows', async () => {
    const query = traceQuery.parse({ from: iso(at - 60_000), to: iso(at + 3_600_000), feature: 'support' });
    const overview = await traces.overview(project, query);
    expect(overview.total).toBe(3);
    expect(overview.histogram.reduce((sum, bar) => sum + bar.errors, 0)).toBe(1);
    const models = overview.facets.find((facet) => facet.dimension === 'model')?.values;
    expect(models).toEqual([
      { value: 'gpt-4o-mini', count: 2 },
      { value: 'gpt-4o', count: 1 },
    ]);
  });
});

describe('a trace', () => {
  it('carries its spans as people read them', async () => {
    const trace = await traces.trace(project, id(2).toUpperCase());
    expect(trace.items).toHaveLength(1);
    expect(trace.items[0]).toMatchObject({
      output: 'The tide turns at SIX.',
      input: [{ role: 'user', text: 'When?' }],
      usage: { input: 14, cachedInput: 4, reasoningOutput: null },
      tokens: { input: 10, cache_read: 4 },
      latencyMs: 5000,
      scores: [{ scorer: 'json-valid', passed: false }],
    });
  });

  it('of another project does not exist', async () => {
    await expect(traces.trace(project, id(6))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('sessions', () => {
  it('sum their traces', async () => {
    const { items } = await traces.sessions(project, { from: iso(at - 60_000), to: iso(at + 3_600_000), limit: 10 });
    expect(items).toMatchObject([{ sessionId: 's1', traces: 4, errors: 1, firstAt: iso(at) }]);
    expect(Number(items[0]?.cost)).toBeCloseTo(0.1, 12);
  });
});

describe('the heatmap', () => {
  const range = { from: iso(at), to: iso(at + 3_600_000) };

  it('has every trace in one cell, by round durations and by the share of scores that pass', async () => {
    const heatmap = new TraceHeatmapService(store.clickhouse);
    // Durations are 7 s down to 2 s; 7 s begins a band of its own.
    const durations = await heatmap.heatmap(project, traceHeatmapQuery.parse(range));
    expect(durations.bands).toEqual([2000, 3000, 5000, 7000, 10_000]);
    expect(durations.cells.map(({ band, count, errors }) => [band, count, errors])).toEqual([
      [3, 1, 0],
      [2, 1, 1],
      [2, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
      [0, 1, 0],
    ]);
    expect(durations.bucketSeconds).toBe(60);
    const quality = await heatmap.heatmap(project, traceHeatmapQuery.parse({ ...range, measure: 'quality' }));
    expect(quality.cells.map(({ band }) => band)).toEqual([0, 9, 0, 9, 0, 9]);
    expect([quality.bands.length, quality.unmeasured]).toEqual([10, 0]);
  });

  it('tells what is special about a selection, and its traces are those of the list with the same bounds', async () => {
    const heatmap = new TraceHeatmapService(store.clickhouse);
    const box = { boxFrom: iso(at), boxTo: iso(at + 150_000), boxMin: '5000' };
    const found = await heatmap.comparison(project, traceComparisonQuery.parse({ ...range, ...box }));
    expect([found.selected, found.rest]).toEqual([3, 3]);
    const listed = await list({ from: box.boxFrom, to: box.boxTo, minDurationMs: 5000 });
    expect(listed.items).toHaveLength(found.selected);
    const [first] = found.attributes;
    expect([first?.dimension, first?.difference]).toEqual(['feature', 1]);
    expect(first?.values).toEqual([
      { value: 'support', selected: 3, rest: 0 },
      { value: 'search', selected: 0, rest: 3 },
    ]);
    const prompts = found.attributes.find(({ dimension }) => dimension === 'promptVersion');
    expect(prompts?.values).toContainEqual({ value: 'v8', selected: 1, rest: 1 });
  });
});
