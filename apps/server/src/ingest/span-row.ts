import type { CanonicalSpan, Project } from '@plimsoll/contract';
import { parseMoney, type PriceBook, type PricedSpan, priceSpan } from '@plimsoll/cost';

/** A canonical span with what ingest adds: whose it is, its price, and the day on which it may go. */
export interface SpanRow extends CanonicalSpan {
  readonly project: string;
  readonly priced: PricedSpan;
  /** `YYYY-MM-DD`. */
  readonly expiresOn: string;
}

/** The last day that a Date column holds: rows kept forever. */
const never = '2149-06-06';
const nanosecondsADay = 86_400_000_000_000n;

/** The day on which a row of this time may go, by the project's retention in days; null keeps it. */
export function expiresOn(time: bigint, retentionDays: number | null): string {
  if (retentionDays === null) return never;
  const day = Number(time / nanosecondsADay) + retentionDays;
  return day >= 65_535 ? never : isoDay(day);
}

/** Rows of one export fall on a day or two. */
let lastDay = { day: 0, text: '1970-01-01' };

function isoDay(day: number): string {
  if (lastDay.day !== day) lastDay = { day, text: new Date(day * 86_400_000).toISOString().slice(0, 10) };
  return lastDay.text;
}

/** The span itself becomes the row: to copy its sixty fields would cost more than to price it. */
export function spanRow(span: CanonicalSpan, project: Project, book: PriceBook): SpanRow {
  return Object.assign(span, {
    project: project.id,
    priced: price(span, book),
    expiresOn: expiresOn(span.time, project.spanRetentionDays),
  });
}

/** A client that knows no price reports 0 (OpenLIT does): with tokens spent that is no cost, and ours is asked for. */
function price(span: CanonicalSpan, book: PriceBook): PricedSpan {
  const reported = span.reportedCost === null ? null : parseMoney(span.reportedCost, 'cost');
  const spent = span.tokens !== null && Object.values(span.tokens).some((count) => count > 0);
  return priceSpan(book, {
    provider: span.provider,
    responseModel: span.responseModel,
    requestModel: span.requestModel,
    timeMs: Number(span.time / 1_000_000n),
    serviceTier: span.serviceTier,
    buckets: span.tokens ?? {},
    reportedCost: reported === 0n && spent ? null : reported,
  });
}
