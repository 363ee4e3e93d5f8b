import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform, PlatformProcess } from '../flows/platform.js';
import type { SmallDisk } from './small-disk.js';

function parentOf(pid: string): number {
  try {
    // The name stands in brackets and may hold anything; the parent is the second word behind it.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Kills a part at once; with PostgreSQL also its workers, which are groups of their own and would end in order. */
export async function kill(platform: Platform, part: PlatformProcess): Promise<void> {
  const pid = await platform.pid(part);
  const children = part === 'PostgreSQL' ? readdirSync('/proc').filter((each) => parentOf(each) === pid) : [];
  for (const each of [pid, ...children.map(Number)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // Gone before it was killed.
    }
  }
}

/** A disk without a free byte for some time. */
export async function fillDisk(disk: SmallDisk, forMs: number): Promise<void> {
  disk.fill();
  try {
    // What the platform frees meanwhile is taken as well.
    for (const until = Date.now() + forMs; Date.now() < until; await sleep(200)) disk.fill();
  } finally {
    disk.empty();
  }
}

/** Queries that take all the memory that ClickHouse may have, for some time; resolves with how many the cap ended. */
export async function squeezeMemory(url: string, password: string, forMs: number): Promise<number> {
  const until = Date.now() + forMs;
  let ended = 0;
  const hog = async (): Promise<void> => {
    while (Date.now() < until) {
      try {
        const response = await fetch(`${url}/?max_memory_usage=0&max_block_size=1024`, {
          method: 'POST',
          headers: { 'x-clickhouse-user': 'default', 'x-clickhouse-key': password },
          body: 'SELECT length(groupArray(randomString(65536))) FROM numbers(1000000)',
          signal: AbortSignal.timeout(20_000),
        });
        if ((await response.text()).includes('MEMORY_LIMIT_EXCEEDED')) ended += 1;
      } catch {
        // The engine was killed meanwhile, or is too busy to answer.
      }
      await sleep(20);
    }
  };
  await Promise.all([hog(), hog()]);
  return ended;
}
