export { type ClickHouseOptions, type EmbeddedClickHouse, startClickHouse } from './clickhouse.js';
export { type DataLock, lockDataDir } from './data-lock.js';
export { type PartsPutAside, partsPutAside } from './parts-put-aside.js';
export { choosePort, freePort, type PortChoice, type PortWish } from './ports.js';
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from './postgres.js';
export { passwordIn } from './secrets.js';
export { type ProcessEvents, type ProcessSpec, SupervisedProcess } from './supervised-process.js';
