import type { Session } from 'chdb';

/**
 * The engine's count of writes that the system refused (a full disk, a broken one). A ClickHouse server throws then; chDB
 * has that line commented out (`WriteBufferFromFileDescriptor::nextImpl`): it counts, goes on and makes a part active whose
 * files are empty or cut off, of an insert as well as of a merge.
 */
const countOfRefusedWrites = `SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'`;

/** How many writes of this process have been refused so far; every one that a finished statement made is in it. */
export async function refusedWrites(session: Session): Promise<number> {
  const result = await session.queryAsync(countOfRefusedWrites, { format: 'TSV' });
  // An event that has never happened has no row.
  return Number(Buffer.from(result.bytes()).toString('latin1').trim());
}
