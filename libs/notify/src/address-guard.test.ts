import { describe, expect, it } from 'vitest';
import { blockedReason, urlProblem } from './address-guard.js';

describe('blockedReason', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('closes %s', (address) => {
    expect(blockedReason(address, false)).not.toBeNull();
  });

  it.each(['1.1.1.1', '172.32.0.1', '192.167.255.255', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::101:101'])(
    'opens %s',
    (address) => {
      expect(blockedReason(address, false)).toBeNull();
    },
  );

  it('opens private ranges when allowed, but never what is no address', () => {
    expect(blockedReason('10.0.0.1', true)).toBeNull();
    expect(blockedReason('::1', true)).toBeNull();
    expect(blockedReason('intranet', true)).not.toBeNull();
  });
});

describe('urlProblem', () => {
  it.each([
    ['file:///etc/passwd', 'must be http or https'],
    ['https://user:pass@example.com/', 'must not carry a user name or password'],
    ['not a url', 'is no URL'],
    ['https://hooks.example.com/x', null],
  ])('%s', (url, problem) => {
    expect(urlProblem(url)).toBe(problem);
  });
});
