import type { CanonicalSpan, Project, TokenBuckets } from '@plimsoll/contract';
import { parseMoney, type PriceBook, type PricedSpan, priceSpan } from '@plimsoll/cost';

/** A canonical span with what ingest adds: whose it is, its price, and the day on which it may go. */
export interface SpanRow extends CanonicalSpan {
  readonly project: string;
  readonly priced: PricedSpan;
  /** `YYYY-MM-DD`. */
  readonly expiresOn: string;
}

/** The last day that a Date column holds, 2149-06-06: rows kept forever. */
const never = 65_535;
export const nanosecondsADay = 86_400_000_000_000n;

/** The day on which a row of this time may go, by the project's retention in days; null keeps it. */
export function expiresOn(time: bigint, retentionDays: number | null): string {
  return isoDay(expiryDay(Number(time / nanosecondsADay), retentionDays));
}

/** The same in days since the epoch. */
export function expiryDay(day: number, retentionDays: number | null): number {
  return retentionDays === null ? never : Math.min(day + retentionDays, never);
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
    priced: priceCall(span, Number(span.time / 1_000_000n), book),
    expiresOn: expiresOn(span.time, project.spanRetentionDays),
  });
}

/** What a call's price rests on. */
export interface PricedCall {
  readonly provider: string | null;
  readonly responseModel: string | null;
  readonly requestModel: string | null;
  readonly serviceTier: string | null;
  readonly tokens: TokenBuckets | null;
  readonly reportedCost: string | null;
}

/** A client that knows no price reports 0 (OpenLIT does): with tokens spent that is no cost, and ours is asked for. */
export function priceCall(call: PricedCall, timeMs: number, book: PriceBook): PricedSpan {
  const reported = call.reportedCost === null ? null : parseMoney(call.reportedCost, 'cost');
  const spent = call.tokens !== null && Object.values(call.tokens).some((count) => count > 0);
  return priceSpan(book, {
    provider: call.provider,
    responseModel: call.responseModel,
    requestModel: call.requestModel,
    timeMs,
    serviceTier: call.serviceTier,
    buckets: call.tokens ?? {},
    reportedCost: reported === 0n && spent ? null : reported,
  });
}
