import type { Settings } from '@plimsoll/contract';
import type { ProjectEntity } from './access.entity.js';

/** Payloads go before their spans, unless a project says otherwise. */
const defaultPayloadDays = 30;

type OwnRetention = Pick<ProjectEntity, 'spanRetentionDays' | 'payloadRetentionDays'>;

/** Days that spans and their payloads are kept; null is for ever. */
export function effectiveRetention(
  own: OwnRetention,
  settings: Pick<Settings, 'retention'>,
): { spanDays: number | null; payloadDays: number | null } {
  const forever = settings.retention === 'forever';
  return {
    spanDays: own.spanRetentionDays ?? (settings.retention === 'forever' ? null : settings.retention),
    payloadDays: own.payloadRetentionDays ?? (forever ? null : defaultPayloadDays),
  };
}

type RetentionMark = Pick<ProjectEntity, 'retentionDaysBefore' | 'retentionChangedAt'>;

const shorter = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/**
 * The mark that a change of span retention leaves. Spans carry the day on which they go from when they were stored, so
 * after a lengthening those from before it still go early, and their minutes must stay sealed as they were.
 */
export function retentionMark(
  before: RetentionMark & { readonly spanDays: number | null },
  spanDays: number | null,
  now: Date,
): RetentionMark {
  const unchanged = { retentionDaysBefore: before.retentionDaysBefore, retentionChangedAt: before.retentionChangedAt };
  if (spanDays === before.spanDays) return unchanged;
  const marked = before.retentionChangedAt === null ? null : before.retentionDaysBefore;
  return { retentionDaysBefore: shorter(marked, before.spanDays), retentionChangedAt: now };
}
