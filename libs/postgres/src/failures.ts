/**
 * SQLSTATE classes and codes that pass by themselves: connections (08), a lack of disk, memory or connections (53), an
 * operator's shutdown or restart (57), the system (58), a read-only stand-by, a serialisation failure, a deadlock, a lock.
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html)
 */
const passingStates = /^(?:08...|53...|57...|58...|25006|40001|40P01|55P03)$/;
const connectionCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/** What the driver says without a code when a connection is lost or none is to be had. */
const lostConnection =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a conn)/;

/** Whether the database was away or busy when this was thrown, so that the same may succeed later. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (passingStates.test(code) || connectionCodes.has(code) || lostConnection.test(error.message)) return true;
  // What queries throw carries the driver's own error.
  return 'driverError' in error && isPassing(error.driverError);
}
