import { ClickHouseError } from '@clickhouse/client';
import { PlimsollError } from '@plimsoll/contract';

/** ClickHouse codes that pass by themselves or are an operator's to mend: overload, limits, disks, nodes, a restart. */
const passing = new Set([
  '74', // CANNOT_READ_FROM_FILE_DESCRIPTOR
  '75', // CANNOT_WRITE_TO_FILE_DESCRIPTOR (a full or a broken disk)
  '76', // CANNOT_OPEN_FILE (too many open ones)
  '77', // CANNOT_CLOSE_FILE
  '159', // TIMEOUT_EXCEEDED
  '164', // READONLY (a replica in maintenance)
  '173', // CANNOT_ALLOCATE_MEMORY
  '198', // DNS_ERROR
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '225', // NO_ZOOKEEPER
  '236', // ABORTED (the server is shutting down)
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '279', // ALL_CONNECTION_TRIES_FAILED
  '285', // TOO_FEW_LIVE_REPLICAS
  '319', // UNKNOWN_STATUS_OF_INSERT
  '373', // SESSION_IS_LOCKED
  '394', // QUERY_WAS_CANCELLED
  '425', // SYSTEM_ERROR
  '439', // CANNOT_SCHEDULE_TASK
  '499', // S3_ERROR
  '735', // QUERY_WAS_CANCELLED_BY_CLIENT
  '999', // KEEPER_EXCEPTION
]);

/** The two codes that make a client wait or give up: the store refuses for now, or our SQL is wrong. */
export function failureOf(error: unknown): PlimsollError {
  if (error instanceof PlimsollError) return error;
  if (error instanceof ClickHouseError) {
    const code = passing.has(error.code) ? 'unavailable' : 'internal';
    const type = error.type === undefined ? '' : ` (${error.type})`;
    return new PlimsollError(code, `ClickHouse: ${error.message.trim()}${type}`, { ...waiting(code), cause: error });
  }
  // Everything else comes from the connection: refused, reset, timed out, cut in the middle of an answer.
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return new PlimsollError('unavailable', `ClickHouse is not reachable: ${reason}`, {
    ...waiting('unavailable'),
    cause: error,
  });
}

function waiting(code: 'unavailable' | 'internal'): { retryAfterSeconds?: number } {
  return code === 'unavailable' ? { retryAfterSeconds: 1 } : {};
}
