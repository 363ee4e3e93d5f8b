import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PeriodicFlush } from '../operations/periodic-flush.js';
import { maskRefusal } from './refusal-text.js';
import { expiresOn } from './span-row.js';
import type { UnmappedKeys } from './trace-rows.js';
import { insertRejections, insertUnmapped, type RejectionRow, type UnmappedRow } from './ingest.queries.js';

const flushEveryMs = 1_000;
/** Distinct entries kept between two writes; what comes on top is added up without its particulars. */
const maxEntries = 1_000;
const unmappedKeptDays = 30;

/** Adds up rows that are equal but for their count. */
class Tally<Row extends { readonly count: number }> {
  private rows = new Map<string, Row>();

  constructor(private readonly withoutParticulars: (row: Row) => Row) {}

  add(row: Row): void {
    const key = JSON.stringify({ ...row, count: 0 });
    const known = this.rows.get(key);
    if (known !== undefined) this.rows.set(key, { ...known, count: known.count + row.count });
    else if (this.rows.size < maxEntries) this.rows.set(key, row);
    else this.addFolded(this.withoutParticulars(row));
  }

  take(): Row[] {
    const taken = [...this.rows.values()];
    this.rows = new Map();
    return taken;
  }

  private addFolded(row: Row): void {
    const key = JSON.stringify({ ...row, count: 0 });
    this.rows.set(key, { ...row, count: (this.rows.get(key)?.count ?? 0) + row.count });
  }
}

/**
 * What was refused and which attributes nobody explains, counted in memory and written once a second: accounts for people,
 * on which no figure rests.
 */
@Injectable()
export class TalliesService extends PeriodicFlush {
  private readonly logger = new Logger('ingest');
  private readonly rejections = new Tally<RejectionRow>((row) => ({
    ...row,
    detail: '',
    field: '',
    key_prefix: '',
    user_agent: '',
  }));
  private readonly unmapped = new Tally<UnmappedRow>((row) => ({ ...row, scope_name: '', key: '' }));

  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {
    super(flushEveryMs);
  }

  /** Masked for every project, and only then cut to what people read: of half a secret no detector knows what it is. */
  reject(row: RejectionRow): void {
    this.rejections.add({
      ...row,
      detail: maskRefusal(row.detail).slice(0, 300),
      field: maskRefusal(row.field).slice(0, 100),
      user_agent: maskRefusal(row.user_agent).slice(0, 100),
    });
  }

  /** Attribute keys of one request's spans that no dialect explains. */
  noteUnmapped(project: string, records: readonly UnmappedKeys[]): void {
    const now = BigInt(Date.now()) * 1_000_000n;
    const days = { day: expiresOn(now, 0), expires_on: expiresOn(now, unmappedKeptDays) };
    for (const [scope_name, keys] of countKeys(records)) {
      for (const [key, count] of keys) this.unmapped.add({ project, ...days, scope_name, key, count });
    }
  }

  async flush(): Promise<void> {
    await this.write(this.rejections, (rows) => insertRejections(this.clickhouse, rows));
    await this.write(this.unmapped, (rows) => insertUnmapped(this.clickhouse, rows));
  }

  /** What could not be written is counted on and tried with the next write. */
  private async write<Row extends { readonly count: number }>(
    tally: Tally<Row>,
    insert: (rows: readonly Row[]) => Promise<void>,
  ): Promise<void> {
    const rows = tally.take();
    try {
      await insert(rows);
    } catch (error) {
      for (const row of rows) tally.add(row);
      this.logger.warn(
        `counts of refusals were not written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

function countKeys(records: readonly UnmappedKeys[]): Map<string, Map<string, number>> {
  const scopes = new Map<string, Map<string, number>>();
  for (const { scopeName, unmapped, spans } of records) {
    if (unmapped.length === 0) continue;
    const keys = scopes.get(scopeName ?? '') ?? new Map<string, number>();
    for (const key of unmapped) keys.set(key, (keys.get(key) ?? 0) + spans);
    scopes.set(scopeName ?? '', keys);
  }
  return scopes;
}
