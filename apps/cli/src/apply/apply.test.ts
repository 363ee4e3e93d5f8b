import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costBudgetWrite, driftMonitorWrite, objectiveWrite, scorerWrite } from '@plimsoll/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { apply, diff, exportResources } from './apply.js';

type Fields = Record<string, unknown>;

/** A platform that keeps what it is told, by path and key. */
const kept = { scorers: new Map<string, Fields>(), objectives: new Map<string, Fields>() };
const listed = { monitors: new Map<string, Fields>(), budgets: new Map<string, Fields>() };
let writes: string[] = [];
let server: Server;
let url: string;
let folder: string;
let printed = '';

const at = '2026-11-01T12:00:00Z';
function objectiveOf(definition: Fields): Fields {
  return { id: `o-${String(definition['slug'])}`, slug: definition['slug'], definition };
}

const conflict = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'name is taken', requestId: 'r' };

function answer(method: string, path: string, body: Fields | null): unknown {
  const [, capability = '', key = ''] =
    /^\/api\/v1\/(objectives|scorers|drift\/monitors|budgets)\/?(.*)$/.exec(path) ?? [];
  if (method !== 'GET') writes.push(`${method} ${path}`);
  if (capability === 'objectives') {
    if (body !== null) kept.objectives.set(key, objectiveWrite.parse(body));
    if (key !== '') return objectiveOf(kept.objectives.get(key) ?? {});
    return { items: [...kept.objectives.values()].map(objectiveOf), nextCursor: null };
  }
  if (capability === 'scorers') {
    const stored = { id: `s-${key}`, source: 'rule', version: '1', createdAt: at, updatedAt: at };
    if (body !== null) {
      const write = scorerWrite.parse(body);
      // The defaults of the kind join what was written.
      kept.scorers.set(key, { ...stored, ...write, settings: { strict: false, ...write.settings } });
    }
    return key !== '' ? kept.scorers.get(key) : { items: [...kept.scorers.values()], nextCursor: null };
  }
  const isBudget = capability === 'budgets';
  const table = isBudget ? listed.budgets : listed.monitors;
  if (method === 'DELETE') return table.delete(key) ? null : undefined;
  if (body !== null) {
    const same = [...table.values()].find(({ name }) => name === body['name']);
    // As the platform does: a budget is replaced by its name, a monitor's name is taken.
    if (same !== undefined && !isBudget) return conflict;
    const id = typeof same?.['id'] === 'string' ? same['id'] : `i-${writes.length}`;
    const extra = isBudget ? { spent: '0', forecast: null } : { lastRunAt: null, lastVerdict: null };
    table.set(id, { id, ...extra, ...(isBudget ? costBudgetWrite : driftMonitorWrite).parse(body) });
    return table.get(id);
  }
  return { items: [...table.values()], nextCursor: null };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-apply-'));
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const body = text === '' ? null : (JSON.parse(text) as Fields);
      const value = answer(request.method ?? '', request.url ?? '', body);
      response
        .writeHead(value === conflict ? 409 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(value ?? null));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  for (const table of [...Object.values(kept), ...Object.values(listed)]) table.clear();
  writes = [];
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function options(...paths: string[]) {
  return { url, key: 'plk_test', file: paths };
}

const all = (target = '0.99', amount = '100') => `apiVersion: plimsoll.dev/v1
kind: Objective
spec: {slug: answers, name: Answers, indicator: {kind: quality, scorer: valid-json}, target: "${target}"}
---
apiVersion: plimsoll.dev/v1
kind: Scorer
spec: {slug: valid-json, name: Valid JSON, kind: json_valid}
---
apiVersion: plimsoll.dev/v1
kind: DriftMonitor
spec: {name: Support, feature: support}
---
apiVersion: plimsoll.dev/v1
kind: Budget
spec: {name: All, amount: "${amount}"}
`;

test('applies once, scorers before the objectives that name them, and nothing a second time', async () => {
  const path = file('all.yaml', all());
  await apply(options(path));
  expect(writes).toEqual([
    'PUT /api/v1/scorers/valid-json',
    'PUT /api/v1/objectives/answers',
    'POST /api/v1/drift/monitors',
    'POST /api/v1/budgets',
  ]);
  printed = '';
  await apply(options(path));
  expect(writes).toHaveLength(4);
  expect(printed.match(/^= /gm)).toHaveLength(4);
});

test('money is compared as money', async () => {
  await apply(options(file('all.yaml', all('0.99', '100'))));
  expect(await diff(options(file('all.yaml', all('0.99', '100.00'))))).toBe(0);
});

test('diff tells what would change, writes nothing and returns 1', async () => {
  await apply(options(file('all.yaml', all())));
  expect(await diff(options(file('all.yaml', all())))).toBe(0);
  const before = writes.length;
  printed = '';
  expect(await diff(options(file('all.yaml', all('0.995', '200'))))).toBe(1);
  expect(writes).toHaveLength(before);
  expect(printed).toContain('~ Objective answers\n    target: "0.99" -> "0.995"\n');
  expect(printed).toContain('~ Budget All\n    amount: "100" -> "200"\n');
});

test('what has no PUT is replaced, never doubled', async () => {
  await apply(options(file('all.yaml', all())));
  await apply(options(file('all.yaml', all('0.99', '200').replace('feature: support', 'feature: sales'))));
  expect([...listed.budgets.values()]).toMatchObject([{ name: 'All', amount: '200' }]);
  expect([...listed.monitors.values()]).toMatchObject([{ name: 'Support', feature: 'sales' }]);
});

test('what is exported is what is there, in both forms', async () => {
  await apply(options(file('all.yaml', all())));
  for (const openslo of [false, true]) {
    printed = '';
    await exportResources({ url, key: 'plk_test', openslo });
    expect(await diff(options(file('exported.yaml', printed)))).toBe(0);
  }
});

test.each([
  ['an unknown field', all().replace('amount:', 'amont:'), /bad\.yaml:15: spec/],
  ['an unknown kind', all().replace('kind: Budget', 'kind: Money'), /bad\.yaml:14: kind "Money" is not one of/],
  [
    'the same thing twice',
    `${all()}---\n${all()}`,
    /Scorer valid-json is there twice|Objective answers is there twice/,
  ],
  ['no YAML', 'a: [', /bad\.yaml:1: /],
  [
    'an invalid OpenSLO document',
    'apiVersion: openslo/v1\nkind: Service\nmetadata: {}\n',
    /bad\.yaml:3: metadata\.name/,
  ],
])('%s is refused before anything is written', async (_, text, words) => {
  await expect(apply(options(file('bad.yaml', text)))).rejects.toThrow(words);
  expect(writes).toEqual([]);
});
