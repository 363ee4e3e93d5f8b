import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, expect, test } from 'vitest';
import { startProcess, type RunningProcess } from './testing/running-process.js';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-full-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', root]).status === 0;
if (!mounted) process.stdout.write('SKIPPED: the full disk, because no small file system can be mounted here\n');
const data = join(root, 'data');
const ballast = join(root, 'ballast');

afterAll(() => {
  if (mounted) spawnSync('umount', ['--lazy', root]);
  rmSync(root, { recursive: true, force: true });
});

/** Leaves so much of the disk: more than the megabyte that an insert reserves, less than a page for each of its files. */
function leaveFree(bytes: number): void {
  const { bavail, bsize } = statfsSync(root);
  const size = bavail * bsize;
  writeFileSync(ballast, Buffer.alloc(size));
  truncateSync(ballast, size - bytes);
}

async function withClient<T>(
  engine: RunningProcess,
  work: (query: (sql: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const log = { level: ClickHouseLogLevel.OFF };
  const client = createClient({ url: engine.url, password: engine.password, log });
  try {
    return await work(async (sql) => (await client.exec({ query: sql })).stream.toArray().then((all) => all.join('')));
  } finally {
    await client.close();
  }
}

const count = (query: (sql: string) => Promise<string>): Promise<string> =>
  query('SELECT count(), sum(c1) FROM wide WHERE NOT ignore(*)');

test.skipIf(!mounted)(
  'an insert that the disk took only in part is not acknowledged and leaves nothing behind',
  async () => {
    const columns = Array.from({ length: 600 }, (_, index) => `c${index} UInt8 DEFAULT 1`);
    const first = await startProcess(data);
    const ended = once(first.child, 'exit') as Promise<[number | null, string | null]>;
    await withClient(first, async (query) => {
      await query(
        `CREATE TABLE wide (${columns.join(', ')}) ENGINE = MergeTree ORDER BY tuple() SETTINGS min_bytes_for_wide_part = 0`,
      );
      await query('INSERT INTO wide (c0) SELECT 1');
      leaveFree(1.5 * 1024 * 1024);
      await expect(query('INSERT INTO wide (c0) SELECT 2')).rejects.toThrow();
    });
    expect((await ended)[1]).toBe('SIGKILL');

    rmSync(ballast);
    const second = await startProcess(data);
    await withClient(second, async (query) => {
      expect(await count(query)).toBe('1\t1\n');
      await query('INSERT INTO wide (c0) SELECT 3');
      expect(await count(query)).toBe('2\t2\n');
    });
    await second.stop('SIGKILL');
  },
);

test.skipIf(!mounted)(
  'below the space that is kept free nothing is written, and what is stored can be read',
  async () => {
    const engine = await startProcess(data, '--keep-free-mb', '1000');
    await withClient(engine, async (query) => {
      await expect(query('INSERT INTO wide (c0) SELECT 4')).rejects.toMatchObject({ type: 'NOT_ENOUGH_SPACE' });
      expect(await count(query)).toBe('2\t2\n');
    });
    expect(await engine.stop('SIGTERM')).toBe(0);
  },
);

test.skipIf(!mounted)('parts are kept for a while after their merge', async () => {
  const engine = await startProcess(data);
  await withClient(engine, async (query) => {
    const setting = `SELECT value FROM system.merge_tree_settings WHERE name = 'old_parts_lifetime'`;
    expect(await query(setting)).toBe('60\n');
  });
  expect(await engine.stop('SIGTERM')).toBe(0);
});
