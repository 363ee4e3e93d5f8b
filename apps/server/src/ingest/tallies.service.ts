import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { expiresOn } from './span-row.js';
import { insertRejections, insertUnmapped, type RejectionRow, type UnmappedRow } from './ingest.queries.js';

const flushEveryMs = 1_000;
/** Distinct entries kept between two writes; what comes on top is added to an entry without detail. */
const maxEntries = 1_000;
const unmappedKeptDays = 30;

type Counted<Row extends { count: number }> = Omit<Row, 'count'>;

/** Adds up rows that are equal but for their count. */
class Tally<Row extends { readonly count: number }> {
  private rows = new Map<string, Row>();

  add(entry: Row): void {
    const key = JSON.stringify({ ...entry, count: 0 } satisfies Counted<Row>);
    const known = this.rows.get(key);
    if (known === undefined && this.rows.size >= maxEntries) return;
    this.rows.set(key, known === undefined ? entry : { ...known, count: known.count + entry.count });
  }

  take(): Row[] {
    const taken = [...this.rows.values()];
    this.rows = new Map();
    return taken;
  }
}

/**
 * What was refused and which attributes nobody explains, counted in memory and written once a second: accounts for people,
 * on which no figure rests.
 */
@Injectable()
export class TalliesService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('ingest');
  private readonly rejections = new Tally<RejectionRow>();
  private readonly unmapped = new Tally<UnmappedRow>();
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), flushEveryMs);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  reject(row: RejectionRow): void {
    this.rejections.add(row);
  }

  /** Attribute keys of one request by scope, with the number of spans that carry them. */
  noteUnmapped(project: string, scopeName: string, key: string, count: number): void {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.unmapped.add({
      project,
      day: expiresOn(now, 0),
      scope_name: scopeName,
      key,
      count,
      expires_on: expiresOn(now, unmappedKeptDays),
    });
  }

  private async flush(): Promise<void> {
    try {
      await insertRejections(this.clickhouse, this.rejections.take());
      await insertUnmapped(this.clickhouse, this.unmapped.take());
    } catch (error) {
      this.logger.warn(
        `counts of refusals were not written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
