import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '@plimsoll/contract';

interface LockContent {
  readonly pid: number;
  /** Start of that process in clock ticks since boot: tells a reused pid from the real holder. */
  readonly processStart: string;
}

export interface DataLock {
  /** One line when a lock of a process that is gone was taken over, else null. */
  readonly tookOver: string | null;
  release(): void;
}

/** Field 22 of /proc/<pid>/stat, or null when there is no such process. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name (field 2) may hold blanks, so fields are counted after its closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function readLock(path: string): LockContent | null {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content !== 'object' || content === null || !('pid' in content) || !('processStart' in content)) {
      return null;
    }
    return { pid: Number(content.pid), processStart: String(content.processStart) };
  } catch {
    return null;
  }
}

/**
 * Takes the data directory for this process. A lock whose holder is gone (a crash, a power cut) is taken over.
 * @throws PlimsollError `conflict` when a living process holds it, naming the process and the way out.
 */
export function lockDataDir(dataDir: string): DataLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const path = join(dataDir, 'plimsoll.lock');
  const content = JSON.stringify({ pid: process.pid, processStart: processStart(process.pid) });
  let tookOver: string | null = null;
  try {
    writeFileSync(path, content, { flag: 'wx' });
  } catch {
    const holder = readLock(path);
    if (holder !== null && processStart(holder.pid) === holder.processStart) {
      throw new PlimsollError(
        'conflict',
        `${dataDir} is in use by another Plimsoll (process ${holder.pid}); stop it (kill ${holder.pid}) or set PLIMSOLL_DATA_DIR to another directory`,
        { field: 'PLIMSOLL_DATA_DIR' },
      );
    }
    writeFileSync(path, content);
    tookOver = `The last run${holder === null ? '' : ` (process ${holder.pid})`} did not stop cleanly; its lock on ${dataDir} was taken over.`;
  }
  return {
    tookOver,
    release: () => {
      if (readLock(path)?.pid === process.pid) rmSync(path, { force: true });
    },
  };
}
