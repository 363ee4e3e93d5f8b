import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { advanceCursor, readCursor, writeCursor } from './pass-cursors.queries.js';

/** Times are microseconds of ClickHouse's clock. */
export interface PassTimes {
  readonly startedMicros: bigint;
  readonly finishedMicros: bigint;
}

const storedTimes = z.object({ startedMicros: z.coerce.bigint(), finishedMicros: z.coerce.bigint() });

/** Where each pass over the store got to. It may be lost: that costs a rescan of two days, and no figure. */
@Injectable()
export class PassCursors {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** A value that does not make sense counts as lost. */
  async read(name: string): Promise<PassTimes | null> {
    return storedTimes.safeParse(await readCursor(this.dataSource, name)).data ?? null;
  }

  /** Of two workers that overlap, the pass that began later stands. */
  async write(name: string, times: PassTimes): Promise<void> {
    const { startedMicros, finishedMicros } = times;
    await advanceCursor(this.dataSource, name, {
      startedMicros: `${startedMicros}`,
      finishedMicros: `${finishedMicros}`,
    });
  }

  /** A figure that a pass leaves for other processes, such as the audit's result. */
  async note(name: string, value: object): Promise<void> {
    await writeCursor(this.dataSource, name, value);
  }

  async noted<T>(name: string, schema: z.ZodType<T>): Promise<T | null> {
    return schema.safeParse(await readCursor(this.dataSource, name)).data ?? null;
  }
}
