import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { PlimsollError } from '@plimsoll/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FreshnessService, MeasuredExport } from './freshness.service.js';
import { receiptIdOf, receiptIdOfRefused, ReceiptsService } from './receipts.service.js';

let store: TestClickHouse;

beforeAll(async () => {
  store = await startTestClickHouse();
});

afterAll(() => store.stop());

const measured: MeasuredExport[] = [];
const freshness = { note: (each: MeasuredExport) => measured.push(each) } as unknown as FreshnessService;
const traceId = 'c'.repeat(32);
const accepted = { stored: 2, rejected: new Map([['too_old', 3]] as const), partial: null, traceIds: [traceId] };

test('tells what became of an export, the newest under its id, of its own project only', async () => {
  const receipts = new ReceiptsService(store.clickhouse, freshness);
  const receivedAt = new Date(Date.now() - 1_000);
  const sent = { project: 'p', receiptId: 'batch-1', signal: 'traces', receivedAt } as const;
  await receipts.settle({ ...sent, receivedAt: new Date(0) }, { ...accepted, stored: 0, rejected: new Map() });
  // Receipts of one id within a millisecond are one sender's retry: let the second be later.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await receipts.settle(sent, accepted);
  expect(measured).toMatchObject([{ signal: 'traces', receivedAt, stored: true }]);
  const read = await receipts.read('p', 'batch-1');
  expect(read).toMatchObject({
    id: 'batch-1',
    signal: 'traces',
    accepted: 2,
    rejected: [{ reason: 'too_old', count: 3 }],
    refused: null,
    scoredAt: null,
  });
  expect(new Date(read.receivedAt)).toEqual(receivedAt);
  expect(read.visibleAt).toBe(read.storedAt);
  expect(new Date(read.storedAt ?? '').getTime()).toBeGreaterThan(receivedAt.getTime());

  await store.clickhouse.insert('scores', [
    { project: 'p', time: receivedAt.toISOString(), trace_id: traceId, scorer: 's', expires_on: '2149-06-06' },
  ]);
  const scored = await receipts.read('p', 'batch-1');
  expect(Date.parse(scored.scoredAt ?? '')).toBeGreaterThan(receivedAt.getTime());
  await expect(receipts.read('other', 'batch-1')).rejects.toMatchObject({ code: 'not_found' });
});

test('tells why nothing of an export was taken, until its next try is', async () => {
  const receipts = new ReceiptsService(store.clickhouse, freshness);
  const sent = { project: 'p', receiptId: 'batch-2', signal: 'logs', receivedAt: new Date() } as const;
  const unreadable = new PlimsollError('invalid_input', 'gzip body: written by ada@example.com', { field: 'body' });
  await receipts.refuse(sent, unreadable);
  expect(await receipts.read('p', 'batch-2')).toMatchObject({
    accepted: 0,
    rejected: [],
    refused: { code: 'invalid_input', field: 'body', cause: 'gzip body: written by [email]' },
    storedAt: null,
    visibleAt: null,
    scoredAt: null,
  });
  // Whoever is told to come again need not wait for the receipt of that.
  const busy = new PlimsollError('too_many_requests', 'wait', { retryAfterSeconds: 2 });
  await receipts.refuse({ ...sent, receiptId: 'batch-3' }, busy);
  const written = async () => (await receipts.read('p', 'batch-3').catch(() => null))?.refused;
  await expect.poll(written).toEqual({ code: 'too_many_requests', field: null, cause: 'wait' });
  await receipts.settle(sent, accepted);
  expect(await receipts.read('p', 'batch-2')).toMatchObject({ accepted: 2, refused: null });
});

test.each(['', 'a b', 'x'.repeat(101)])('refuses the id "%s"', (id) => {
  expect(receiptIdOfRefused({ 'x-plimsoll-receipt': id })).toBeNull();
  expect(() => receiptIdOf({ 'x-plimsoll-receipt': id })).toThrow(/x-plimsoll-receipt/);
});

test('asks for none without the header', () => {
  expect(receiptIdOf({})).toBeNull();
});
