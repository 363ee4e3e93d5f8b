import { Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import {
  type Page,
  PlimsollError,
  type Span,
  type Trace,
  type TraceOverview,
  type TraceQuery,
  type TraceSummary,
} from '@plimsoll/contract';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { isoOfNanos, millisBetween, spanView } from './span-view.js';
import { logsOfTraces, newestSpans, scoresOfTraces, type SpanRow, spansOfTrace } from './spans.queries.js';
import { traceCondition } from './trace-condition.queries.js';
import { barSeconds, rangeOf, type SearchRange } from './trace-range.js';
import {
  findTrace,
  listSessions,
  listTraces,
  promptFacet,
  promptsOfTraces,
  qualityOfTraces,
  traceFacets,
  traceHistogram,
  type TracePrompts,
  type TraceQuality,
  type TraceRow,
} from './traces.queries.js';

const facetValues = 20;
const histogramBars = 120;

const traceCursor = z.tuple([z.string(), z.string()]);
const spanCursor = z.tuple([z.string(), z.string(), z.string()]);

interface OfSpan {
  trace_id: string;
  span_id: string;
}

const spanKey = (row: OfSpan): string => row.trace_id + row.span_id;

function bySpan<T extends OfSpan>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(spanKey(row));
    if (group === undefined) groups.set(spanKey(row), [row]);
    else group.push(row);
  }
  return groups;
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function summary(row: TraceRow, quality: TraceQuality | undefined, named: TracePrompts | undefined): TraceSummary {
  return {
    traceId: row.trace_id,
    name: row.name,
    startTime: isoOfNanos(row.start_ns),
    endTime: isoOfNanos(row.end_ns),
    durationMs: millisBetween(row.start_ns, row.end_ns),
    rootMissing: row.root_span_id === '',
    service: orNull(row.service),
    feature: orNull(row.feature),
    customer: orNull(row.customer),
    promptName: orNull(row.prompt_name),
    promptVersion: orNull(row.prompt_version),
    prompts: (named?.prompts ?? []).map(({ name, version, spans }) => ({
      name: orNull(name),
      version: orNull(version),
      spans,
    })),
    userId: orNull(row.user_id),
    sessionId: orNull(row.session_id),
    models: row.models,
    spans: row.spans,
    calls: row.calls,
    errors: row.errors,
    status: row.status,
    tokensInput: Number(row.input_count),
    tokensOutput: Number(row.output_count),
    // A trace whose calls are all unpriced has no cost; zero would be a claim.
    cost: row.calls > 0 && row.calls === row.unpriced_calls ? null : row.cost_text,
    costCurrency: orNull(row.cost_currency),
    unpricedCalls: row.unpriced_calls,
    ttftMs: row.ttft_ms,
    quality: quality === undefined || quality.judged === 0 ? null : quality.passed_count / quality.judged,
    failedScorers: quality?.failed_scorers ?? [],
  };
}

/** The read side of spans: trace search, waterfall and sessions. Everything is scoped by the project given. */
@Injectable()
export class TracesService {
  constructor(private readonly clickhouse: ClickHouse) {}

  async list(project: string, query: TraceQuery): Promise<Page<TraceSummary>> {
    const { from, to } = rangeOf(query);
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, traceCursor);
    const position = after === null ? null : { key: after[0], traceId: after[1] };
    const condition = traceCondition(project, query, from, to);
    const rows = await listTraces(this.clickhouse, condition, query, position);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    return {
      items: await this.summaries(project, rows),
      nextCursor: last === undefined ? null : encodeCursor([last.sort_key, last.trace_id]),
    };
  }

  async overview(project: string, query: TraceQuery): Promise<TraceOverview> {
    const { from, to } = rangeOf(query);
    const condition = traceCondition(project, query, from, to);
    const seconds = barSeconds(from, to, histogramBars);
    const [bars, ofTraces, ofPrompts] = await Promise.all([
      traceHistogram(this.clickhouse, condition, seconds),
      traceFacets(this.clickhouse, condition, facetValues),
      promptFacet(this.clickhouse, condition, facetValues),
    ]);
    const facets = [...ofTraces, ...ofPrompts];
    const dimensions = [...new Set(facets.map((facet) => facet.dimension))];
    return {
      total: bars.reduce((sum, bar) => sum + bar.count, 0),
      bucketSeconds: seconds,
      histogram: bars.map((bar) => ({ t: new Date(bar.t * 1000).toISOString(), count: bar.count, errors: bar.errors })),
      facets: dimensions.map((dimension) => ({
        dimension,
        values: facets.filter((facet) => facet.dimension === dimension).map(({ value, count }) => ({ value, count })),
      })),
    };
  }

  /** @throws PlimsollError `not_found` when neither the trace nor a span of it is stored in the project. */
  async trace(project: string, traceId: string): Promise<Trace> {
    const id = traceId.toLowerCase();
    const [row, items] = await Promise.all([findTrace(this.clickhouse, project, id), this.spansOf(project, id)]);
    if (items.length === 0) throw new PlimsollError('not_found', `no trace ${traceId} in this project`);
    const [head] = row === null ? [provisional(id, items)] : await this.summaries(project, [row]);
    return { ...head!, items };
  }

  async spansOf(project: string, traceId: string): Promise<Span[]> {
    const rows = await spansOfTrace(this.clickhouse, project, traceId.toLowerCase());
    return this.views(project, rows);
  }

  async spans(
    project: string,
    query: SearchRange & {
      kind?: string | undefined;
      feature?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    },
  ): Promise<Page<Span>> {
    const { from, to } = rangeOf(query);
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, spanCursor);
    const position = after === null ? null : { timeNs: after[0], traceId: after[1], spanId: after[2] };
    const search = { project, from, to, kind: query.kind ?? '', feature: query.feature ?? '', limit: query.limit };
    const rows = await newestSpans(this.clickhouse, search, position);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    return {
      items: await this.views(project, rows),
      nextCursor: last === undefined ? null : encodeCursor([last.time_ns, last.trace_id, last.span_id]),
    };
  }

  async sessions(project: string, query: SearchRange & { cursor?: string | undefined; limit: number }) {
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, traceCursor);
    const position = after === null ? null : { lastNs: after[0], sessionId: after[1] };
    const rows = await listSessions(this.clickhouse, { project, ...rangeOf(query), limit: query.limit }, position);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    return {
      items: rows.map((row) => ({
        sessionId: row.session_id,
        traces: row.traces,
        firstAt: isoOfNanos(row.first_ns),
        lastAt: isoOfNanos(row.last_ns),
        userId: orNull(row.user_id),
        cost: row.cost,
        errors: row.errors,
      })),
      nextCursor: last === undefined ? null : encodeCursor([last.last_ns, last.session_id]),
    };
  }

  private async summaries(project: string, rows: readonly TraceRow[]): Promise<TraceSummary[]> {
    const traceIds = rows.map((row) => row.trace_id);
    const starts = rows.map((row) => BigInt(row.start_ns));
    const ends = rows.map((row) => BigInt(row.end_ns));
    const first = starts.reduce((low, value) => (value < low ? value : low), starts[0] ?? 0n);
    const last = ends.reduce((high, value) => (value > high ? value : high), ends[0] ?? 0n);
    const [quality, prompts] = await Promise.all([
      qualityOfTraces(this.clickhouse, project, traceIds),
      promptsOfTraces(this.clickhouse, project, traceIds, String(first), String(last)),
    ]);
    const qualityOf = new Map(quality.map((each) => [each.trace_id, each]));
    const promptsOf = new Map(prompts.map((each) => [each.trace_id, each]));
    return rows.map((row) => summary(row, qualityOf.get(row.trace_id), promptsOf.get(row.trace_id)));
  }

  private async views(project: string, rows: readonly SpanRow[]): Promise<Span[]> {
    const traceIds = [...new Set(rows.map((row) => row.trace_id))];
    const [logs, scores] = await Promise.all([
      logsOfTraces(this.clickhouse, project, traceIds),
      scoresOfTraces(this.clickhouse, project, traceIds),
    ]);
    const logsOf = bySpan(logs);
    const scoresOf = bySpan(scores);
    return rows.map((row) => {
      const key = spanKey(row);
      return spanView(row, logsOf.get(key) ?? [], scoresOf.get(key) ?? []);
    });
  }
}

/** Head of a trace whose row was not recomputed yet: what its spans say, sums left to the row that comes within seconds. */
function provisional(traceId: string, spans: readonly Span[]): TraceSummary {
  const root = spans.find((span) => span.parentSpanId === null);
  const starts = spans.map((span) => BigInt(span.startTimeUnixNano));
  const ends = spans.map((span) => BigInt(span.endTimeUnixNano ?? span.startTimeUnixNano));
  const first = starts.reduce((low, value) => (value < low ? value : low));
  const last = ends.reduce((high, value) => (value > high ? value : high));
  const calls = spans.filter((span) => span.kind === 'generation' || span.kind === 'embedding');
  return {
    traceId,
    name: root?.name ?? spans[0]?.name ?? '',
    startTime: isoOfNanos(String(first)),
    endTime: isoOfNanos(String(last)),
    durationMs: millisBetween(String(first), String(last)),
    rootMissing: root === undefined,
    service: root?.service ?? null,
    feature: root?.feature ?? null,
    customer: root?.customer ?? null,
    promptName: root?.promptName ?? null,
    promptVersion: root?.promptVersion ?? null,
    prompts: [],
    userId: root?.userId ?? null,
    sessionId: root?.sessionId ?? null,
    models: [...new Set(calls.map((call) => call.responseModel ?? call.requestModel ?? ''))].filter(
      (name) => name !== '',
    ),
    spans: spans.length,
    calls: calls.length,
    errors: calls.filter((call) => call.status === 'error').length,
    status: spans.some((span) => span.status === 'error') ? 'error' : 'ok',
    tokensInput: calls.reduce((sum, call) => sum + (call.usage.input ?? 0), 0),
    tokensOutput: calls.reduce((sum, call) => sum + (call.usage.output ?? 0), 0),
    cost: null,
    costCurrency: null,
    unpricedCalls: 0,
    ttftMs: null,
    quality: null,
    failedScorers: [],
  };
}
