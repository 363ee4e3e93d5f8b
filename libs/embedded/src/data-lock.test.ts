import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDir } from './data-lock.js';

let dataDir: string;
let lockFile: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-lock-'));
  lockFile = join(dataDir, 'plimsoll.lock');
});

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

test('a lock is held until it is released', () => {
  const lock = lockDataDir(dataDir);
  expect(lock.tookOver).toBeNull();
  expect(() => lockDataDir(dataDir)).toThrow(`${dataDir} is in use by another Plimsoll (process ${process.pid})`);
  lock.release();
  expect(existsSync(lockFile)).toBe(false);
  lockDataDir(dataDir).release();
});

test('the lock of a process that is gone is taken over and said', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  writeFileSync(lockFile, JSON.stringify({ pid: child.pid, processStart: '1' }));
  const lock = lockDataDir(dataDir);
  expect(lock.tookOver).toContain(`(process ${child.pid}) did not stop cleanly`);
  lock.release();
});

test('a process that merely has the number of the old holder does not hold the lock', () => {
  writeFileSync(lockFile, JSON.stringify({ pid: process.pid, processStart: '1' }));
  const lock = lockDataDir(dataDir);
  expect(lock.tookOver).not.toBeNull();
  expect(JSON.parse(readFileSync(lockFile, 'utf8'))).toMatchObject({ pid: process.pid });
  lock.release();
});

test('a spoilt lock file is taken over', () => {
  writeFileSync(lockFile, '');
  const lock = lockDataDir(dataDir);
  expect(lock.tookOver).toContain('did not stop cleanly');
  lock.release();
});
