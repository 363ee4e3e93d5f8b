import { expect, test } from 'vitest';
import { readScrapeAllowList, refuseScrapeAddress } from './scrape-address.js';

test.each([
  ['127.0.0.1,localhost', 'localhost', '127.0.0.1', true],
  ['127.0.0.1,localhost', '127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', 'gpu.internal', '10.0.0.1', false],
  ['10.0.0.0/8', 'gpu.internal', '10.9.8.7', true],
  ['10.0.0.0/8', 'gpu.internal', '11.0.0.1', false],
  ['*.gpu.internal', 'a.gpu.internal', '10.0.0.1', true],
  ['*.gpu.internal', 'gpu.internal.evil.org', '10.0.0.1', false],
  ['*', 'metadata', '169.254.169.254', false],
  ['*', 'metadata', '::ffff:169.254.169.254', false],
  ['*', 'metadata', '::ffff:a9fe:a9fe', false],
  ['*', 'metadata', 'fd00:ec2::254', false],
  ['*', 'x', 'fe80::1', false],
  ['*', 'x', '0.0.0.0', false],
  ['*', 'x', '::', false],
  ['*', 'x', '::1', true],
  ['169.254.7.7', '169.254.7.7', '169.254.7.7', true],
  ['', 'localhost', '127.0.0.1', false],
  ['10.0.0.0/8', 'x', '10.0.0', false],
  ['10.0.0.0/8', 'x', '10.0.0.256', false],
  ['0.0.0.0/0', 'x', '8.8.8.8', true],
  ['0.0.0.0/0', 'x', '169.254.1.1', false],
])('allow %j: %s at %s -> %s', (list, host, address, allowed) => {
  expect(refuseScrapeAddress(readScrapeAllowList(list), host, address) === null).toBe(allowed);
});
