import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { health, readiness } from '@plimsoll/contract';
import type { QueueBackend } from '@plimsoll/queue';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { version } from '../version.js';
import { FreeDisk } from './free-disk.js';
import { QUEUE_BACKEND } from './queue.module.js';

type Check = z.output<typeof readiness>['checks'][number];

const checkWithinMs = 2_000;

async function check(name: string, ask: () => Promise<unknown>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkWithinMs / 1000} s`)), checkWithinMs);
  });
  try {
    await Promise.race([ask(), late]);
    return { name, ok: true, detail: null };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Whether this process lives and its stores answer. */
@Injectable()
export class HealthService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(QUEUE_BACKEND) private readonly queue: QueueBackend,
    @Inject(FreeDisk) private readonly disk: FreeDisk,
  ) {}

  health(): z.output<typeof health> {
    return { status: 'ok', version };
  }

  async readiness(): Promise<z.output<typeof readiness>> {
    const stores = await Promise.all([
      check('clickhouse', () => this.clickhouse.ping()),
      check('postgres', () => this.dataSource.query('SELECT 1')),
      check(`queue (${this.queue.kind})`, () => this.queue.ping()),
    ]);
    const full = this.disk.problem(Date.now());
    // A full disk stops the ingest, which says so itself; what is stored can still be read.
    const checks = [...stores, { name: 'disk', ok: full === null, detail: full }];
    return { status: stores.every(({ ok }) => ok) ? 'ready' : 'not_ready', checks };
  }
}
