import type { incidentExamples } from '@plimsoll/contract';
import type { z } from 'zod';
import { cellDimensions, type CellRow, type ContentRow, type ExemplarRow } from './incident-evidence.queries.js';

type Examples = z.output<typeof incidentExamples>;
type Exemplar = Examples['bad'][number];

const shownText = 2000;

/** Bad and good calls, paired by feature as far as there are pairs: the n-th bad one stands beside the n-th good one. */
export function exemplarsOf(
  rows: readonly ExemplarRow[],
  content: readonly ContentRow[],
): Pick<Examples, 'bad' | 'good'> {
  const texts = new Map(content.map((row) => [`${row.trace_id}/${row.span_id}`, row]));
  const all = rows.map((row) => ({
    isBad: row.bad === 1,
    exemplar: exemplarOf(row, texts.get(`${row.trace_id}/${row.span_id}`)),
  }));
  const bad = all.filter(({ isBad }) => isBad).map(({ exemplar }) => exemplar);
  const rest = all.filter(({ isBad }) => !isBad).map(({ exemplar }) => exemplar);
  const good = bad.slice(0, 12).flatMap((one) => {
    const same = rest.findIndex(({ feature }) => feature === one.feature);
    return same < 0 ? [] : rest.splice(same, 1);
  });
  return { bad: bad.slice(0, 12), good };
}

function exemplarOf(row: ExemplarRow, text: ContentRow | undefined): Exemplar {
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    at: row.time,
    feature: row.feature || null,
    customer: row.customer || null,
    promptVersion: row.prompt_version || null,
    model: row.model || null,
    input: text === undefined ? null : lastUserText(text.input),
    output: text?.output || null,
    reason: row.reason || null,
    latencyMs: row.latency_ms,
    cost: row.cost,
  };
}

/** What the user said last; the stored messages are JSON of role and text. */
function lastUserText(input: string): string | null {
  if (input === '') return null;
  try {
    const messages = JSON.parse(input) as { role?: string; text?: string | null }[];
    const said = messages.findLast(({ role }) => role === 'user') ?? messages.at(-1);
    return said?.text?.slice(0, shownText) ?? null;
  } catch {
    return input.slice(0, shownText);
  }
}

/** Per attribute: where bad and good calls differ, the attribute that separates them best first. */
export function compareAttributes(cells: readonly CellRow[]): Examples['comparison'] {
  const bad = cells.reduce((sum, cell) => sum + cell.sum_wx, 0);
  const good = cells.reduce((sum, cell) => sum + cell.sum_w - cell.sum_wx, 0);
  if (bad <= 0 || good <= 0) return [];
  return cellDimensions
    .map((attribute) => {
      const sums = new Map<string, { bad: number; good: number }>();
      for (const cell of cells) {
        const sum = sums.get(cell[attribute]) ?? { bad: 0, good: 0 };
        sums.set(cell[attribute], { bad: sum.bad + cell.sum_wx, good: sum.good + cell.sum_w - cell.sum_wx });
      }
      const values = [...sums]
        .map(([value, sum]) => ({ value, badShare: sum.bad / bad, goodShare: sum.good / good }))
        .toSorted((a, b) => Math.abs(b.badShare - b.goodShare) - Math.abs(a.badShare - a.goodShare));
      // Total variation distance: the share that would have to move to make both sides alike.
      const difference = values.reduce((sum, value) => sum + Math.abs(value.badShare - value.goodShare), 0) / 2;
      return { attribute, difference, values: values.slice(0, 8) };
    })
    .filter(({ values }) => values.length > 1 || values[0]?.value !== '')
    .toSorted((a, b) => b.difference - a.difference);
}
