import type { ArgumentsHost } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import { QueryFailedError } from 'typeorm';
import { expect, test } from 'vitest';
import { ProblemFilter } from './problem.filter.js';

/** Status, retry-after and problem that are answered when this is thrown. */
function answered(error: unknown) {
  const headers: Record<string, string> = {};
  let status = 0;
  let body = '';
  const reply = {
    status: (code: number) => ((status = code), reply),
    header: (name: string, value: string) => ((headers[name] = value), reply),
    send: (text: string) => (body = text),
  };
  const http = { getResponse: () => reply, getRequest: () => ({ id: 'r1' }) };
  new ProblemFilter().catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return { status, retryAfter: headers['retry-after'], body };
}

const driverError = (code: string, message = 'as PostgreSQL says it') => Object.assign(new Error(message), { code });
const failedQuery = (code: string) => new QueryFailedError('SELECT 1', [], driverError(code));

test.each([
  ['refused', driverError('ECONNREFUSED')],
  ['lost on the way', new Error('Connection terminated unexpectedly')],
  ['not to be had in time', new Error('timeout exceeded when trying to connect')],
  ['full', failedQuery('53300')],
  ['shutting down', failedQuery('57P01')],
  ['starting', failedQuery('57P03')],
])('a database whose connection is %s lets the client send again', (_, error) => {
  const { status, retryAfter, body } = answered(error);
  expect([status, retryAfter]).toEqual([503, '2']);
  expect(body).not.toContain('PostgreSQL');
});

test('what a later try cannot mend stays what it is', () => {
  expect(answered(failedQuery('42P01')).status).toBe(500);
  expect(answered(new Error('a fault of ours')).status).toBe(500);
  expect(answered(new PlimsollError('not_found', 'no such thing')).status).toBe(404);
});
