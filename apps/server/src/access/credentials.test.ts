import { describe, expect, test } from 'vitest';
import { allows, hashSecret, keyOfHeaders, makeApiKey, shownPrefix } from './credentials.js';

const key = 'plk_ab12cd34_s3cr3ts3cr3ts3cr3t';
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the key of a request', () => {
  test.each([
    ['Bearer', { authorization: `Bearer ${key}` }],
    ['a scheme in lower case', { authorization: `bearer ${key}` }],
    ['a blank that an exporter forgot to decode', { authorization: `Bearer%20${key}` }],
    ['x-api-key', { 'x-api-key': key }],
    ['x-api-key beside a proxy’s own authorization', { 'x-api-key': key, authorization: 'Bearer of-the-proxy' }],
    ['Basic with the key as password, as Langfuse clients send it', { authorization: basic(`public:${key}`) }],
    ['Basic with the key as user name', { authorization: basic(`${key}:`) }],
  ])('is found in %s', (_, headers) => {
    expect(keyOfHeaders(headers)).toBe(key);
  });

  test('is absent without a header', () => {
    expect(keyOfHeaders({})).toBeNull();
    expect(keyOfHeaders({ authorization: ' ' })).toBeNull();
  });

  test.each(['Digest abc', 'Bearer', key])('is refused in "%s" with the right form', (authorization) => {
    expect(() => keyOfHeaders({ authorization })).toThrow('header authorization: must be "Bearer <API key>"');
  });
});

test('a new key has a prefix to show and is never equal to another', () => {
  const [one, two] = [makeApiKey(), makeApiKey()];
  expect(one).toMatch(/^plk_[0-9a-f]{8}_[A-Za-z0-9_-]{32}$/);
  expect(one).not.toBe(two);
  expect(one.startsWith(`${shownPrefix(one)}_`)).toBe(true);
  expect(hashSecret(one)).toMatch(/^[0-9a-f]{64}$/);
});

test('of a key in a foreign form hardly anything is shown', () => {
  expect(shownPrefix('my-own-secret-key-of-automation')).toBe('my-o...');
});

test.each([
  [['admin'], 'read', true],
  [['admin'], 'write', true],
  [['write'], 'read', true],
  [['write'], 'admin', false],
  [['read'], 'write', false],
  [['admin'], 'ingest', false],
  [['ingest'], 'read', false],
  [['ingest', 'read'], 'read', true],
] as const)('scopes %j allow %s: %s', (granted, needed, expected) => {
  expect(allows(granted, needed)).toBe(expected);
});
