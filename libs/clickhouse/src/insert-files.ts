import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writevSync } from 'node:fs';
import { join } from 'node:path';

/** Fewer bytes are sent with their statement. */
const leastBytes = 256 * 1024;

/** A header that names the file with the rows of an insert, for the embedded engine alone. */
export const insertFileHeader = 'x-plimsoll-insert-file';

/**
 * Rows for an engine on this machine as a file in memory, where it reads them: a connection would copy them three times
 * more. A file is its writer's to remove; the engine removes what writers that died have left. Writing to memory is a copy:
 * Node's pool of threads would only add a wait for each step.
 */
export class InsertFiles {
  /** `directory` is the engine's own, for its account alone. */
  constructor(private readonly directory: string) {}

  /** The name of a file with these rows, null where they are better sent: few, no engine, no room. */
  write(rows: readonly Buffer[]): string | null {
    const bytes = rows.reduce((sum, { length }) => sum + length, 0);
    if (bytes < leastBytes) return null;
    const name = randomUUID();
    try {
      const file = openSync(join(this.directory, name), 'wx', 0o600);
      try {
        if (writevSync(file, rows) === bytes) return name;
      } finally {
        closeSync(file);
      }
    } catch {
      // Without the engine there is no directory, and a full one takes nothing: who sends the rows is told why.
    }
    this.remove(name);
    return null;
  }

  remove(name: string): void {
    rmSync(join(this.directory, name), { force: true });
  }
}
