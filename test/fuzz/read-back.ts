import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import type { Block } from './pipeline.js';

/** With rows as they are, or read as the types that the structure names. */
const insertOfRows = /^INSERT INTO (\w+) \(([^)]+)\)(?: SELECT \2 FROM input\('[^']+'\))? FORMAT RowBinary$/;

/** Puts sampled blocks into a real ClickHouse, which must read the very bytes that were written. */
export class ReadBack {
  blocks = 0;
  rows = 0;

  private constructor(private readonly store: TestClickHouse) {}

  static async start(): Promise<ReadBack> {
    const store = await startTestClickHouse();
    for (const table of ['spans', 'log_records']) {
      // Keeps rows in the order in which they came, and says them again as they are.
      await store.clickhouse.command(`CREATE TABLE read_${table} AS ${table} ENGINE = Memory`);
    }
    return new ReadBack(store);
  }

  /** @throws when ClickHouse refuses the block, reads other values, or cannot store it in the real table. */
  async check({ sql, bytes }: Block): Promise<void> {
    const [, table, columns] = insertOfRows.exec(sql) ?? [];
    if (table === undefined || columns === undefined) throw new Error(`not a block of rows: ${sql.slice(0, 80)}`);
    const { clickhouse } = this.store;
    await clickhouse.insertBytes(sql.replace(`INTO ${table}`, `INTO read_${table}`), bytes);
    const read = await this.bytesOf(`SELECT ${columns} FROM read_${table} FORMAT RowBinary`);
    if (!read.equals(bytes)) {
      let at = 0;
      while (read[at] === bytes[at]) at += 1;
      throw new Error(`ClickHouse reads other values of ${table} from byte ${at} of ${bytes.length} on`);
    }
    const [{ rows } = { rows: 0 }] = await clickhouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM read_${table}`,
    );
    await clickhouse.command(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM read_${table}`);
    await clickhouse.command(`TRUNCATE TABLE read_${table}`);
    this.blocks += 1;
    this.rows += rows;
  }

  async stop(): Promise<void> {
    await this.store.stop();
  }

  private async bytesOf(query: string): Promise<Buffer> {
    const { username, password, origin } = new URL(this.store.url);
    const response = await fetch(origin, {
      method: 'POST',
      headers: { 'x-clickhouse-user': username, 'x-clickhouse-key': decodeURIComponent(password) },
      body: query,
    });
    if (!response.ok) throw new Error(await response.text());
    return Buffer.from(await response.arrayBuffer());
  }
}
