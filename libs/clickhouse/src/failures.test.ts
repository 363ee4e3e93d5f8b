import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { failureOf } from './failures.js';

const thrown = (code: string) => new ClickHouseError({ code, message: 'as ClickHouse says it', type: 'ITS_NAME' });

test.each([
  ['75', 'a write that the disk refuses'],
  ['76', 'too many open files'],
  ['236', 'a server that shuts down'],
  ['241', 'too little memory'],
  ['243', 'a full disk'],
  ['499', 'an object store that is away'],
])('%s, %s, lets a client send again', (code) => {
  expect(failureOf(thrown(code))).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
});

test('wrong SQL is never sent again', () => {
  expect(failureOf(thrown('62'))).toMatchObject({ code: 'internal', retryAfterSeconds: undefined });
});
