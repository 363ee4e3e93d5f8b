export { BlockWriter, byteSource, type ByteSource } from './block-writer.js';
export { BufferPool } from './buffer-pool.js';
export {
  ClickHouse,
  createClickHouse,
  insertTimeoutMs,
  type ClickHouseOptions,
  type InsertOptions,
  type QueryParams,
} from './clickhouse.js';
export {
  array,
  column,
  date,
  dateTime,
  dateTime64,
  decimal,
  encodeBlock,
  encodeRow,
  fixedString,
  float64,
  int64,
  map,
  nanoseconds,
  nullable,
  string,
  uint16,
  uint32,
  uint64,
  uint8,
  type Column,
  type ColumnType,
} from './columns.js';
export { checkClickHouse, migrateClickHouse, type MigrationState, type MigrationTarget } from './migrate.js';
