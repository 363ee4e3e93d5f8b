import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Settings } from '@plimsoll/contract';
import { Counter } from 'prom-client';
import { DataSource } from 'typeorm';
import { ProjectEntity } from '../access/access.entity.js';
import { effectiveRetention } from '../access/project-retention.js';
import { forgetIdempotent } from '../incidents/idempotency.queries.js';
import { SETTINGS } from '../stores/settings.js';
import {
  clearPayloads,
  deleteExpiredRows,
  dropPartition,
  expiredPartitions,
  expiringTables,
  partitionsWithPayload,
  payloadTables,
} from './retention.queries.js';

const dayMs = 86_400_000;

const expired = new Counter({
  name: 'plimsoll_retention_partitions_total',
  help: 'Partitions that retention dropped, thinned out or cleared of payloads',
  labelNames: ['table', 'action'],
});

/** Applies what projects keep: whole partitions are dropped, shared ones lose the rows whose day has come. */
@Injectable()
export class RetentionService {
  private readonly logger = new Logger('retention');

  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Idempotent: an interrupted run is finished by the next one. */
  async apply(): Promise<void> {
    for (const table of await expiringTables(this.clickhouse)) await this.expire(table);
    for (const [days, projects] of await this.projectsByPayloadDays()) await this.clear(projects, days);
    await forgetIdempotent(this.dataSource.manager);
  }

  private async expire(table: string): Promise<void> {
    for (const { partition, whole } of await expiredPartitions(this.clickhouse, table)) {
      if (whole) await dropPartition(this.clickhouse, table, partition);
      else await deleteExpiredRows(this.clickhouse, table, partition);
      this.count(table, whole ? 'dropped' : 'thinned', partition);
    }
  }

  private async clear(projects: readonly string[], days: number): Promise<void> {
    const before = new Date(Date.now() - days * dayMs).toISOString().slice(0, 10);
    for (const table of payloadTables) {
      for (const partition of await partitionsWithPayload(this.clickhouse, table, projects, before)) {
        await clearPayloads(this.clickhouse, table, partition, projects);
        this.count(table, 'cleared', partition);
      }
    }
  }

  private count(table: string, action: string, partition: string): void {
    expired.inc({ table, action });
    this.logger.log(`${table}: partition ${partition} ${action}`);
  }

  /** Days -> projects whose payloads go after so many; projects that keep theirs are left out. */
  private async projectsByPayloadDays(): Promise<Map<number, string[]>> {
    const byDays = new Map<number, string[]>();
    for (const project of await this.dataSource.getRepository(ProjectEntity).find()) {
      const { payloadDays: days } = effectiveRetention(project, this.settings);
      if (days !== null) byDays.set(days, [...(byDays.get(days) ?? []), project.id]);
    }
    return byDays;
  }
}
