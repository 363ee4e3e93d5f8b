import 'reflect-metadata';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import {
  type Incident,
  incidentCallsQuery,
  incidentExport,
  runbookActionWrite,
  runbookWrite,
} from '@plimsoll/contract';
import { verifyWebhook } from '@plimsoll/notify';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportCsv, exportJson, exportTraces } from './incident-export.js';
import { type Call, callsIn, minuteMs, onset } from './testing/calls.js';
import { allIncidentEntities, makeProject, startReceiver, type TestReceiver, wireIncidents } from './testing/wired.js';

let postgres: TestPostgres;
let store: TestClickHouse;
let dataSource: DataSource;
let receiver: TestReceiver;
let wired: ReturnType<typeof wireIncidents>;
let calls: ReturnType<typeof callsIn>;

beforeAll(async () => {
  [postgres, store, receiver] = await Promise.all([startTestPostgres(), startTestClickHouse(), startReceiver()]);
  ({ dataSource } = await postgres.createDatabase(allIncidentEntities));
  wired = wireIncidents(dataSource, store.clickhouse);
  calls = callsIn(dataSource, store.clickhouse, wired);
});

afterAll(async () => {
  receiver.stop();
  await Promise.all([postgres.stop(), store.stop()]);
});

/** v7 at 2 % bad for five hours, v8 at 50 % for twelve minutes, then v7 again. */
function rolledBack(): Call[] {
  const minutes = Array.from({ length: 325 }, (_, index) => index - 300);
  return minutes.flatMap((minute) =>
    Array.from({ length: 8 }, (_unused, k): Call => {
      const isNew = minute >= 0 && minute < 12;
      const n = (minute + 300) * 8 + k;
      return { minute, promptVersion: isNew ? 'v8' : 'v7', model: 'm', bad: isNew ? n % 2 === 0 : n % 50 === 0 };
    }),
  );
}

const change = { kind: 'prompt', feature: 'support' } as const;
const at = (minute: number) => new Date(onset + minute * minuteMs).toISOString();

async function makeIncident(): Promise<{ project: string; id: string }> {
  const project = await makeProject(dataSource);
  await calls.insertCalls(project, rolledBack());
  await wired.changes.declare(project, 'ci', [{ ...change, from: 'v7', to: 'v8', at: at(-1) }]);
  const id = await calls.openIncident(project);
  await wired.suspects.rankOpen();
  return { project, id };
}

const action = (part: object = {}) =>
  runbookActionWrite.parse({
    name: 'rollback',
    title: 'Roll the prompt back',
    url: `${receiver.url}/rollback`,
    secret: 'c2VjcmV0',
    parameters: { prompt: '{{prompt.name}}', version: '{{suspect.from}}' },
    allowPrivate: true,
    ...part,
  });
const book = (part: object = {}) =>
  runbookWrite.parse({
    name: 'prompts',
    suspectKinds: ['prompt'],
    body: '- [ ] Compare [both](https://x.test/{{suspect.from}}..{{suspect.to}})\n- [ ] Roll back',
    actions: ['rollback'],
    ...part,
  });

describe('runbooks over their stores', () => {
  it('shows what it would call, calls it once a key when that is confirmed, and writes down what came of it', async () => {
    const { project, id } = await makeIncident();
    await wired.runbooks.saveAction(project, action());
    await wired.runbooks.save(project, book());
    const incident = await wired.reader.find(project, id);
    const view = (await wired.reader.detail(project, id)).runbookDetail;
    expect(view?.body).toContain('(https://x.test/v7..v8)');
    expect(view?.actions).toMatchObject([{ parameters: { prompt: 'support', version: 'v7' }, missing: [] }]);
    const caller = { actor: 'kim', requestKey: 'click-1' };
    const preview = await wired.incidentRunbooks.run(incident, { action: 'rollback', confirm: false }, caller);
    expect(preview).toMatchObject({ id: null, status: 'preview', parameters: { version: 'v7' } });
    expect(receiver.received).toHaveLength(0);
    const run = () => wired.incidentRunbooks.run(incident, { action: 'rollback', confirm: true }, caller);
    const [first, second] = await Promise.all([run(), run()]);
    expect(first.id).toBe(second.id);
    expect((await run()).status).toBe('succeeded');
    expect(receiver.received).toHaveLength(1);
    const [delivery] = receiver.received;
    expect(delivery?.id).toBe(first.id);
    expect(delivery?.body).toMatchObject({
      type: 'runbook.action',
      data: { action: 'rollback', actor: 'kim', parameters: { prompt: 'support', version: 'v7' } },
    });
    const header = (name: string) => String(delivery?.headers[name]);
    const signed = {
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
    };
    expect(verifyWebhook(['c2VjcmV0'], signed, delivery?.text ?? '', Number(signed.timestamp))).toBe(true);
    await wired.incidentRunbooks.tick(incident, 'kim', { step: 2, done: true });
    await wired.incidentRunbooks.tick(incident, 'kim', { step: 2, done: true });
    const { timeline, runbookDetail } = await wired.reader.detail(project, id);
    expect(runbookDetail?.steps.map(({ done, by }) => ({ done, by }))).toEqual([
      { done: false, by: null },
      { done: true, by: 'kim' },
    ]);
    const own = timeline.filter(({ kind }) => kind.startsWith('runbook'));
    expect(own.map(({ title }) => title)).toEqual(['Roll the prompt back: done', 'Done: Roll back']);
    const stored = await dataSource.query<{ url: string; secret: string }[]>('SELECT url, secret FROM runbook_actions');
    expect(stored.every(({ url, secret }) => url.startsWith('sealed:') && secret.startsWith('sealed:'))).toBe(true);
  });

  it('says why a call failed, and calls nothing that is not allowed or not filled in', async () => {
    const { project, id } = await makeIncident();
    const incident = await wired.reader.find(project, id);
    const run = (name: string) =>
      wired.incidentRunbooks.run(incident, { action: name, confirm: true }, { actor: 'kim', requestKey: null });
    await wired.runbooks.saveAction(project, action());
    await wired.runbooks.saveAction(project, action({ name: 'closed', allowPrivate: false }));
    await wired.runbooks.saveAction(project, action({ name: 'empty', parameters: { in: '{{environment}}' } }));
    await wired.runbooks.saveAction(project, action({ name: 'unlisted' }));
    await wired.runbooks.save(project, book({ actions: ['rollback', 'closed', 'empty'] }));
    receiver.answer = 500;
    expect(await run('rollback')).toMatchObject({ status: 'failed', error: expect.stringContaining('500') as string });
    receiver.answer = 200;
    expect((await run('closed')).error).toContain('not a public address');
    await expect(run('empty')).rejects.toThrow('this incident has no environment');
    await expect(run('unlisted')).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      wired.runbooks.saveAction(project, action({ parameters: { x: '{{env.SECRET}}' } })),
    ).rejects.toMatchObject({ field: 'parameters.x' });
    await expect(wired.runbooks.save(project, book({ actions: ['nothing'] }))).rejects.toMatchObject({
      field: 'actions',
    });
  });

  it('measures what a rollback did, ten minutes and half an hour later, once each', async () => {
    const { project, id } = await makeIncident();
    const [back] = await wired.changes.declare(project, 'ci', [{ ...change, to: 'v7', at: at(12) }]);
    expect(back?.title).toBe('prompt support rolled back to v7');
    await dataSource.query('UPDATE incidents SET suspects_at = NULL WHERE id = $1', [id]);
    await wired.suspects.rankOpen();
    const effects = async () =>
      (await wired.reader.detail(project, id)).timeline.filter(({ kind }) => kind === 'effect');
    await wired.effects.run(new Date(onset + 23 * minuteMs));
    expect(await effects()).toEqual([]);
    await Promise.all([1, 2].map(() => wired.effects.run(new Date(onset + 24 * minuteMs))));
    const [ten] = await effects();
    // Calls of minute m end at its seconds 0 to 49: minutes 2 to 11 against 12 to 21, 80 calls each.
    expect(ten?.snapshot).toMatchObject({ minutes: 10, before: { n: 80, bad: 40 }, after: { n: 80, bad: 2 } });
    expect(ten?.title).toMatch(/^Better 10 min after "prompt support rolled back to v7": 2\.5 % \(.*, 50\.0 % \(/);
    await wired.effects.run(new Date(onset + 44 * minuteMs));
    await wired.effects.run(new Date(onset + 60 * minuteMs));
    expect((await effects()).map(({ snapshot }) => snapshot['minutes'])).toEqual([10, 30]);
  });

  it('opens every figure down to the calls behind it', async () => {
    const { project, id } = await makeIncident();
    const { figures, impact, affected, reference } = await wired.reader.detail(project, id);
    expect(figures.length).toBeGreaterThan(20);
    for (const { figure, value, query, field } of figures) {
      // What the alert counted is not in this test's calls; of the chart some points stand for all.
      if (/^(alert|timeline)\./.test(figure) || (/^series\.(\d+)/.test(figure) && !/^series\.\d*5\./.test(figure)))
        continue;
      const asked = Object.fromEntries(new URL(query, 'http://x').searchParams);
      const answer = await wired.reader.calls(project, reference, incidentCallsQuery.parse({ ...asked, limit: 3 }));
      if (field === 'outcomes') throw new Error('only a cost per outcome has outcomes');
      expect([figure, answer[field]]).toEqual([figure, value]);
    }
    const named = figures.map(({ figure }) => figure);
    expect(named).toEqual(
      expect.arrayContaining(['suspects.0.exposed.bad', 'suspects.0.unexposed.n', 'timeline.1.badLong']),
    );
    // v8 failed every other time from minute 0 to 11, v7 each fiftieth time.
    const all = rolledBack().filter(({ minute, bad }) => minute >= 0 && bad).length;
    expect(impact).toMatchObject({ calls: all, cost: String(all / 100) });
    expect(affected.reduce((sum, { bad }) => sum + bad, 0)).toBe(all);
    const seen = new Set<string>();
    for (let cursor: string | undefined; ;) {
      const page = await wired.reader.calls(project, id, incidentCallsQuery.parse({ bad: 'true', limit: 20, cursor }));
      for (const { traceId, spanId, badness } of page.items) {
        expect(badness).toBe(1);
        seen.add(`${traceId}${spanId}`);
      }
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen.size).toBe(all);
    const lines = exportTraces(await wired.reader.badCalls(project, id))
      .trimEnd()
      .split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { traceId: string }).traceId)).size).toBe(all);
  });

  it('exports an incident as a file that another project takes in unchanged, once', async () => {
    const { project, id } = await makeIncident();
    await expect(
      wired.transfer.exportOf(project, id).then((file) => wired.transfer.importFrom(project, file)),
    ).rejects.toMatchObject({
      field: 'incident.state',
    });
    await wired.incidents.act(project, id, 'kim', { action: 'acknowledge' });
    await wired.incidents.act(project, id, 'kim', { action: 'resolve', comment: 'v7 again, "for now"' });
    const file = incidentExport.parse(JSON.parse(exportJson(await wired.transfer.exportOf(project, id))));
    const elsewhere = await makeProject(dataSource);
    const [first, second] = await Promise.all([1, 2].map(() => wired.transfer.importFrom(elsewhere, file)));
    expect(first?.id).toBe(second?.id);
    const same = ({ impact, affected, suspects, series, timeline, state, severity, openedAt, title }: Incident) => ({
      impact,
      affected,
      suspects,
      series,
      timeline,
      state,
      severity,
      openedAt,
      title,
    });
    const there = await wired.reader.detail(elsewhere, first?.id ?? '');
    expect(same(there)).toEqual(same(file.incident));
    expect(there).toMatchObject({ imported: true, reference: 'INC-1', acknowledgedBy: 'kim' });
    const again = await wired.transfer.exportOf(elsewhere, there.id);
    expect(again.events).toEqual(file.events);
    const [, ...rows] = exportCsv(there).split('\r\n');
    expect(rows).toHaveLength(file.events.length);
    await expect(
      wired.transfer.importFrom(elsewhere, {
        ...file,
        incident: { ...file.incident, id: 'x' },
        events: file.events.slice(1),
      }),
    ).rejects.toMatchObject({ field: 'events' });
  });
});
