import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '@plimsoll/contract';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import { type RetentionRow, readRetentions } from './retention.queries.js';

/** What a project keeps, in days; null is for ever. */
export interface Retention {
  readonly spanDays: number | null;
  readonly restDays: number | null;
  /** Spans stored before `until` are kept for fewer days than that. */
  readonly before?: { readonly spanDays: number; readonly until: Date };
}

const defaultRestDays = 400;
const dayMs = 86_400_000;

/**
 * The first moment that is not sealed: minutes before it are never recomputed, because some of their spans may be gone
 * and a recompute would write zeros. A day before spans may go, by the setting and not by what is left.
 */
export function sealedBefore(retention: Retention, now: Date): Date {
  const { before, spanDays } = retention;
  const own = boundary(spanDays, now);
  if (before === undefined) return new Date(own);
  return new Date(Math.max(own, Math.min(before.until.getTime(), boundary(before.spanDays, now))));
}

function boundary(spanDays: number | null, now: Date): number {
  if (spanDays === null) return 0;
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  return today - (spanDays - 1) * dayMs;
}

@Injectable()
export class Retentions {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** By project id; a project that is not in PostgreSQL (any more) is kept as the installation's default says. */
  async read(): Promise<(projectId: string) => Retention> {
    const rows = await readRetentions(this.dataSource);
    const installation = this.settings.retention === 'forever' ? null : this.settings.retention;
    const retentionOf = (row: RetentionRow | undefined): Retention => {
      const spanDays = row?.span_retention_days ?? installation;
      const restDays = row?.rest_retention_days ?? (spanDays === null ? null : defaultRestDays);
      const [daysBefore, until] = [row?.retention_days_before ?? null, row?.retention_changed_at ?? null];
      if (daysBefore === null || until === null) return { spanDays, restDays };
      return { spanDays, restDays, before: { spanDays: daysBefore, until } };
    };
    const byProject = new Map(rows.map((row) => [row.id, retentionOf(row)]));
    return (projectId) => byProject.get(projectId) ?? retentionOf(undefined);
  }
}
