import { randomBytes } from 'node:crypto';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { type MaskingWrite, type Project, readSettings } from '@plimsoll/contract';
import { type BodyEncoding, decodeTraces } from '@plimsoll/otlp';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessEntities } from '../access/access.entity.js';
import { makeOwner } from '../access/testing/make-owner.js';
import { AuditService } from '../access/audit.service.js';
import { PriceRowEntity } from '../cost/cost.entity.js';
import { PriceBooks } from '../cost/price-books.service.js';
import type { Principal } from '../http/principal.js';
import { IngestService } from '../ingest/ingest.service.js';
import { TalliesService } from '../ingest/tallies.service.js';
import { FeedbackService } from '../scoring/feedback.service.js';
import { ScoresController } from '../scoring/scores.controller.js';
import { ScoresService } from '../scoring/scores.service.js';
import { maskingEntities } from './masking.entity.js';
import { MaskingPolicies } from './masking-policies.service.js';
import { MaskingService } from './masking.service.js';

const settings = readSettings({});
const policy: MaskingWrite = {
  mode: 'on',
  detectorsOff: ['phone'],
  rules: [{ id: 'member', pattern: String.raw`\bACME-\d{4}\b`, ignoreCase: false }],
};
const secrets = [
  'ada.private@example.com',
  '4111 1111 1111 1111',
  'ACME-1234',
  'sk-proj-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA',
];
const said = `I am ${secrets.join(' and ')}, call +47 22 86 44 00`;
const traceId = randomBytes(16).toString('hex');

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let project: Project;
let principal: Principal;

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  database = await postgres.createDatabase([...accessEntities, ...maskingEntities, PriceRowEntity]);
  principal = await makeOwner(database.dataSource);
  ({ project } = principal);
});

afterAll(async () => {
  await Promise.all([store.stop(), postgres.stop()]);
});

function services() {
  const { dataSource } = database;
  const policies = new MaskingPolicies(dataSource, store.clickhouse, settings);
  const prices = new PriceBooks(dataSource);
  const ingest = new IngestService(store.clickhouse, new TalliesService(store.clickhouse), prices, policies, settings);
  const scores = new ScoresController(
    new ScoresService(store.clickhouse),
    new FeedbackService(store.clickhouse, database.dataSource),
    policies,
  );
  const masking = new MaskingService(dataSource, store.clickhouse, settings, policies, new AuditService(dataSource));
  return { policies, ingest, scores, masking };
}

/** One protobuf field with its length before it. */
function field(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = (number << 3) | 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
}

const nowNs = BigInt(Date.now()) * 1_000_000n;
const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: said }] }]);
const content = { 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': messages, note: said };

function protobufTraces(): Buffer {
  const attributes = Object.entries(content).map(([key, value]) =>
    field(9, Buffer.concat([field(1, key), field(2, field(1, value))])),
  );
  const times = [fixed64(7, nowNs - 1_000_000n), fixed64(8, nowNs)];
  const ids = [field(1, Buffer.from(traceId, 'hex')), field(2, randomBytes(8)), field(5, `chat ${secrets[0]}`)];
  return field(1, field(2, field(2, Buffer.concat([...ids, ...times, ...attributes]))));
}

function jsonTraces(): Buffer {
  const span = {
    traceId,
    spanId: 'a'.repeat(16),
    name: 'chat',
    startTimeUnixNano: `${nowNs}`,
    endTimeUnixNano: `${nowNs}`,
    attributes: Object.entries(content).map(([key, value]) => text(key, value)),
    events: [{ name: 'exception', timeUnixNano: `${nowNs}`, attributes: [text('exception.message', said)] }],
    status: { code: 2, message: said },
  };
  const resource = { attributes: [text('owner', said)] };
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }));
}

function jsonLogs(): Buffer {
  const body = {
    kvlistValue: { values: [text('content', said), { key: 'id', value: { intValue: '9007199254740993' } }] },
  };
  const record = { traceId, spanId: 'a'.repeat(16), timeUnixNano: `${nowNs}`, eventName: 'gen_ai.user.message', body };
  const logRecords = [{ ...record, attributes: [text('note', said)] }];
  return Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
}

/** Every row of every table as one text. */
async function everything(): Promise<string> {
  const tables = await store.clickhouse.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  );
  const rows: unknown[] = [];
  for (const { name } of tables) rows.push(await store.clickhouse.query(`SELECT * FROM {name:Identifier}`, { name }));
  return JSON.stringify(rows);
}

test('secrets sent by every route are in no table; findings are counted, the policy is audited', async () => {
  const { ingest, masking, policies, scores } = services();
  expect(await masking.read(project.id)).toMatchObject({ mode: 'off', source: 'installation', counts: {} });
  await masking.write(principal, policy);
  const traces: [Buffer, BodyEncoding][] = [
    [protobufTraces(), 'protobuf'],
    [jsonTraces(), 'json'],
  ];
  for (const [body, encoding] of traces) {
    expect(decodeTraces(body, encoding).spans).toHaveLength(1);
    expect(await ingest.accept('traces', body, encoding, project)).toMatchObject({ stored: 1, partial: null });
  }
  expect(await ingest.accept('logs', jsonLogs(), 'json', project)).toMatchObject({ stored: 1, partial: null });
  await scores.give(project, principal, { traceId, scorer: 's', value: 1, source: 'human', reason: said });
  await scores.record(project, { traceId, kind: 'thumbs', value: 0, comment: said });
  await policies.flush();

  const stored = await everything();
  for (const secret of secrets) expect(stored).not.toContain(secret);
  expect(stored).toContain('[member]');
  expect(stored).toContain('9007199254740993');
  // Switched off by the policy.
  expect(stored).toContain('+47 22 86 44 00');
  const { counts, ...kept } = await masking.read(project.id);
  expect(kept).toMatchObject({ ...policy, source: 'project' });
  expect(counts).toMatchObject({ member: counts['card'] });
  expect(counts['member']).toBeGreaterThanOrEqual(10);
  const audit = await database.dataSource.query('SELECT action, detail FROM audit_log');
  expect(audit).toEqual([
    { action: 'masking.update', detail: { mode: 'on', detectorsOff: ['phone'], rules: ['member'] } },
  ]);
});

test.each<[string, Partial<MaskingWrite>, string]>([
  ['a pattern that may hang', { rules: [{ id: 'x', pattern: '(a+)+b', ignoreCase: false }] }, 'rules.0.pattern'],
  ['the id of a detector', { rules: [{ id: 'email', pattern: 'a', ignoreCase: false }] }, 'rules.0.id'],
  ['an unknown detector', { detectorsOff: ['nothing'] }, 'detectorsOff.0'],
])('refuses %s', async (_, part, at) => {
  await expect(services().masking.write(principal, { ...policy, ...part })).rejects.toMatchObject({
    code: 'invalid_input',
    field: at,
  });
});

test('stores nothing while the policy cannot be read', async () => {
  const gone = { manager: { findOneBy: () => Promise.reject(new Error('down')) } };
  const policies = new MaskingPolicies(gone as never, store.clickhouse, settings);
  await expect(policies.policyOf(project.id)).rejects.toMatchObject({ code: 'unavailable' });
});
