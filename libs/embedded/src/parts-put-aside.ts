import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the embedded ClickHouse has put aside at its starts, because it was not whole or stood in for something that was not. */
export interface PartsPutAside {
  readonly parts: number;
  readonly bytes: number;
  /** When the first of them was written; null without parts. */
  readonly oldest: Date | null;
}

function foldersOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name));
  } catch {
    // Not made yet, or of a user whose files this one may not see.
    return [];
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/**
 * Looks into the folders of the tables, so that it can be told while the engine does not run. Nothing removes such parts:
 * what one lacks is not known, and it may hold the only copy of a span.
 * @param dataDir the engine's data directory.
 */
export function partsPutAside(dataDir: string): PartsPutAside {
  const tables = foldersOf(join(dataDir, 'store')).flatMap(foldersOf);
  const parts = tables.flatMap((table) => foldersOf(join(table, 'detached')));
  const times = parts.map((part) => statSync(part).mtimeMs);
  return {
    parts: parts.length,
    bytes: parts.reduce((sum, part) => sum + bytesIn(part), 0),
    oldest: parts.length === 0 ? null : new Date(Math.min(...times)),
  };
}
