import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Times are microseconds of ClickHouse's clock. */
export interface PassTimes {
  readonly startedMicros: bigint;
  readonly finishedMicros: bigint;
}

/** Where each pass over the store got to. It may be lost: that costs a rescan of two days, and no figure. */
@Injectable()
export class PassCursors {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async read(name: string): Promise<PassTimes | null> {
    const rows = await this.dataSource.query<{ value: { startedMicros: string; finishedMicros: string } }[]>(
      `SELECT value FROM cursors WHERE name = $1 AND scope = ''`,
      [name],
    );
    const value = rows[0]?.value;
    return value === undefined
      ? null
      : { startedMicros: BigInt(value.startedMicros), finishedMicros: BigInt(value.finishedMicros) };
  }

  /** Of two workers that overlap, the pass that began later stands. */
  async write(name: string, times: PassTimes): Promise<void> {
    const value = { startedMicros: `${times.startedMicros}`, finishedMicros: `${times.finishedMicros}` };
    await this.dataSource.query(
      `INSERT INTO cursors (name, scope, value) VALUES ($1, '', $2)
       ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value, updated_at = now()
       WHERE (cursors.value ->> 'startedMicros')::bigint <= (excluded.value ->> 'startedMicros')::bigint`,
      [name, JSON.stringify(value)],
    );
  }

  /** A figure that a pass leaves for other processes, such as the audit's result. */
  async note(name: string, value: object): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO cursors (name, scope, value) VALUES ($1, '', $2)
       ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value, updated_at = now()`,
      [name, JSON.stringify(value)],
    );
  }

  async noted<T extends object>(name: string): Promise<T | null> {
    const rows = await this.dataSource.query<{ value: T }[]>(
      `SELECT value FROM cursors WHERE name = $1 AND scope = ''`,
      [name],
    );
    return rows[0]?.value ?? null;
  }
}
