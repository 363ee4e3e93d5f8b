import { tmpdir } from 'node:os';
import { readSettings } from '@plimsoll/contract';
import { register } from 'prom-client';
import { expect, test } from 'vitest';
import { FreeDisk } from './free-disk.js';

const more = '999999999999';

test.each<[string, Record<string, string>, RegExp | null]>([
  ['below the mark', { PLIMSOLL_MIN_FREE_DISK_MB: more }, /\d+ MB left, less than the 999999999999 MB/],
  ['above it', { PLIMSOLL_MIN_FREE_DISK_MB: '1' }, null],
  ['switched off', { PLIMSOLL_MIN_FREE_DISK_MB: '0' }, null],
  ['no data directory', { PLIMSOLL_MIN_FREE_DISK_MB: more, PLIMSOLL_DATA_DIR: '/none/at/all' }, null],
])('%s', (_, environment, expected) => {
  const problem = new FreeDisk(readSettings({ PLIMSOLL_DATA_DIR: tmpdir(), ...environment })).problem(Date.now());
  if (expected === null) expect(problem).toBeNull();
  else expect(problem).toMatch(expected);
});

test('the free bytes are a metric', async () => {
  new FreeDisk(readSettings({ PLIMSOLL_DATA_DIR: tmpdir() }));
  expect(await register.getSingleMetricAsString('plimsoll_free_disk_bytes')).toMatch(/plimsoll_free_disk_bytes \d{6,}/);
});
