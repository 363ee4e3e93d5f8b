import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '@plimsoll/contract';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import { type RetentionRow, readRetentions } from './retention.queries.js';

/** What a project keeps, in days; null is for ever. */
export interface Retention {
  readonly spanDays: number | null;
  readonly restDays: number | null;
}

const defaultRestDays = 400;
const dayMs = 86_400_000;

/**
 * The first moment that is not sealed: minutes before it are never recomputed, because some of their spans may be gone
 * and a recompute would write zeros. A day before spans may go, by the setting and not by what is left.
 */
export function sealedBefore(retention: Retention, now: Date): Date {
  if (retention.spanDays === null) return new Date(0);
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  return new Date(today - (retention.spanDays - 1) * dayMs);
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
      return { spanDays, restDays };
    };
    const byProject = new Map(rows.map((row) => [row.id, retentionOf(row)]));
    return (projectId) => byProject.get(projectId) ?? retentionOf(undefined);
  }
}
