import { PlimsollError } from '@plimsoll/contract';
import { BlockWriter } from './block-writer.js';

/** How values of one ClickHouse type are written in RowBinary. LowCardinality(T) is written as T. */
export interface ColumnType<T> {
  /** The type's name in ClickHouse, for messages. */
  readonly name: string;
  write(block: BlockWriter, value: T): void;
}

/** One column of a block: its name in the table, its type, and where a row has it. */
export interface Column<Row> {
  readonly name: string;
  /** The type's name in ClickHouse, for messages. */
  readonly type: string;
  write(block: BlockWriter, row: Row): void;
}

/** Binds a column to the rows of a block. */
export function column<Row, T>(name: string, type: ColumnType<T>, read: (row: Row) => T): Column<Row> {
  return {
    name,
    type: type.name,
    write: (block, row) => type.write(block, read(row)),
  };
}

/**
 * All rows of a block as one RowBinary buffer, columns in the order of the list. A value that does not fit is an `internal`
 * error naming the column.
 */
export function encodeBlock<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer {
  const block = new BlockWriter(Math.max(rows.length, 32) * 2048);
  for (const row of rows) encodeRow(columns, row, block);
  return block.finish();
}

/** One row behind those that the block holds. */
export function encodeRow<Row>(columns: readonly Column<Row>[], row: Row, block: BlockWriter): void {
  let at: Column<Row> | undefined;
  try {
    for (at of columns) at.write(block, row);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlimsollError('internal', `column ${at?.name} (${at?.type}): ${reason}`, { field: at?.name, cause });
  }
}

/** Also LowCardinality(String). Bytes are taken as they are. */
export const string: ColumnType<string | Uint8Array> = {
  name: 'String',
  write: (block, value) => {
    if (typeof value === 'string') {
      block.text(value);
    } else {
      block.size(value.length);
      block.bytes(value);
    }
  },
};

export const uint8: ColumnType<number | boolean> = {
  name: 'UInt8',
  write: (block, value) => block.uint8(whole(Number(value), 0xff)),
};

export const uint16: ColumnType<number> = { name: 'UInt16', write: (block, value) => block.uint16(value) };

export const uint32: ColumnType<number> = { name: 'UInt32', write: (block, value) => block.uint32(value) };

export const uint64: ColumnType<number | bigint> = { name: 'UInt64', write: (block, value) => block.uint64(value) };

export const int64: ColumnType<bigint> = { name: 'Int64', write: (block, value) => block.int64(value) };

export const float64: ColumnType<number> = { name: 'Float64', write: (block, value) => block.float64(value) };

/** Seconds since the epoch. */
export const dateTime: ColumnType<number> = { name: 'DateTime', write: (block, value) => block.uint32(value) };

/** Ticks since the epoch in the column's own precision: DateTime64(9) takes nanoseconds, DateTime64(6) microseconds. */
export const dateTime64: ColumnType<bigint> = { name: 'DateTime64', write: (block, value) => block.int64(value) };

/** Nanoseconds since the epoch. */
export const nanoseconds: ColumnType<bigint> = { name: 'DateTime64(9)', write: (block, value) => block.int64(value) };

const millisecondsADay = 86_400_000;

/** Neighbouring rows mostly have the same day. */
let lastDay = { text: '1970-01-01', days: 0 };

function dayOf(text: string): number {
  if (lastDay.text !== text) lastDay = { text, days: Date.parse(`${text}T00:00:00Z`) / millisecondsADay };
  return lastDay.days;
}

/** Days since the epoch, or `YYYY-MM-DD`. */
export const date: ColumnType<number | string> = {
  name: 'Date',
  write: (block, value) => {
    const days = typeof value === 'number' ? value : dayOf(value);
    block.uint16(whole(days, 0xffff));
  },
};

/** Decimal(38, scale) from the whole number of its smallest unit: with scale 12 that is money in 1e-12. */
export function decimal(scale: number): ColumnType<bigint> {
  const limit = 10n ** 38n;
  return {
    name: `Decimal(38, ${scale})`,
    write: (block, value) => {
      if (value >= limit || value <= -limit) throw new RangeError(`${value} has more than 38 digits`);
      block.int128(value);
    },
  };
}

export function nullable<T>(type: ColumnType<T>): ColumnType<T | null> {
  return {
    name: `Nullable(${type.name})`,
    write: (block, value) => {
      block.uint8(value === null ? 1 : 0);
      if (value !== null) type.write(block, value);
    },
  };
}

export function array<T>(type: ColumnType<T>): ColumnType<readonly T[]> {
  return {
    name: `Array(${type.name})`,
    write: (block, values) => {
      block.size(values.length);
      for (const value of values) type.write(block, value);
    },
  };
}

/** Map(String, T), also with LowCardinality keys. */
export function map<T>(type: ColumnType<T>): ColumnType<Readonly<Record<string, T>> | ReadonlyMap<string, T>> {
  return {
    name: `Map(String, ${type.name})`,
    write: (block, value) => {
      if (isMap(value)) {
        block.size(value.size);
        for (const [key, each] of value) {
          block.text(key);
          type.write(block, each);
        }
        return;
      }
      const keys = Object.keys(value);
      block.size(keys.length);
      for (const key of keys) {
        block.text(key);
        type.write(block, value[key]!);
      }
    },
  };
}

/** A shorter value is filled up with zero bytes, as ClickHouse does; a longer one is an error. */
export function fixedString(bytes: number): ColumnType<string | Uint8Array> {
  return {
    name: `FixedString(${bytes})`,
    write: (block, value) => {
      const content = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
      if (content.length > bytes) throw new RangeError(`${content.length} bytes are too long`);
      block.bytes(content);
      block.zeros(bytes - content.length);
    },
  };
}

function isMap<T>(value: Readonly<Record<string, T>> | ReadonlyMap<string, T>): value is ReadonlyMap<string, T> {
  return value instanceof Map;
}

function whole(value: number, most: number): number {
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new RangeError(`${value} is not within 0 and ${most}`);
  return value;
}
