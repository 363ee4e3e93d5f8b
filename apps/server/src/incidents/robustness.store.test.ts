import 'reflect-metadata';
import { createClickHouse } from '@plimsoll/clickhouse';
import { type AlertTransition, escalationPolicyWrite, incident, incidentQuery } from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectEntity } from '../access/access.entity.js';
import { CallStoreReach } from './call-store-reach.js';
import { exportMarkdown } from './incident-export.js';
import { IncidentEntity, IncidentEventEntity, OutboxEntity } from './incidents.entity.js';
import { claimDue } from './incidents.queries.js';
import { callsIn } from './testing/calls.js';
import {
  allIncidentEntities,
  channelWrite,
  makeProject,
  startReceiver,
  type TestReceiver,
  transitionOf,
  wireIncidents,
} from './testing/wired.js';

let postgres: TestPostgres;
let dataSource: DataSource;
let receiver: TestReceiver;
let wired: ReturnType<typeof wireIncidents>;
/** Nothing listens there: the store of calls is dead all the time. */
const clickhouse = createClickHouse({ url: 'http://127.0.0.1:1' });

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ dataSource } = await postgres.createDatabase([...allIncidentEntities, ProjectEntity]));
  wired = wireIncidents(dataSource, clickhouse);
  receiver = await startReceiver();
});

afterAll(async () => {
  receiver.stop();
  await clickhouse.close();
  await postgres.stop();
});

const start = Date.now() - 3_600_000;
const record = (one: AlertTransition) =>
  dataSource.transaction((manager) => wired.incidents.recordTransition(manager, one));
const transition = (project: string, minute: number, part: Partial<AlertTransition> = {}) =>
  transitionOf(project, new Date(start + minute * 60_000), part);

async function makeTold(): Promise<string> {
  const project = await makeProject(dataSource);
  const write = { name: 'ops', kind: 'webhook', url: receiver.url, allowPrivate: true } as const;
  await wired.channels.save(project, channelWrite(write));
  return project;
}

const kindsOf = async (project: string): Promise<string[]> =>
  (await dataSource.manager.find(OutboxEntity, { where: { projectId: project }, order: { eventSeq: 'ASC' } })).flatMap(
    ({ notification, eventSeq }) =>
      notification.type === 'incident' && (eventSeq ?? 0) > 0 ? [notification.kind] : [],
  );

/** Everything that a worker does on schedule, by three workers at once. */
const rounds = (now: Date) =>
  Promise.all(
    [1, 2, 3].flatMap(() => [
      wired.suspects.rankOpen(),
      wired.grouping.regroup(now),
      wired.escalations.run(),
      wired.upkeep.run(now),
      wired.effects.run(now),
      wired.delivery.deliverDue(),
    ]),
  );

describe('one incident and one notification a transition', () => {
  it('whatever is repeated, restarted, late, and while the store of calls is dead', async () => {
    const project = await makeTold();
    const policy = { name: 'p', steps: [{ targets: [{ kind: 'channel', channel: 'ops' }], waitMinutes: 60 }] };
    await wired.onCall.savePolicy(project, escalationPolicyWrite.parse(policy));
    receiver.received.length = 0;
    const life = [
      transition(project, 0, { severity: 'ticket', tier: 'ticket slow' }),
      transition(project, 1),
      transition(project, 9, { to: 'resolved', from: 'resolving', kind: 'resolved' }),
      transition(project, 9, {
        severity: 'ticket',
        tier: 'ticket slow',
        to: 'resolved',
        from: 'resolving',
        kind: 'resolved',
      }),
    ];
    for (const one of life) {
      // The job runs twice at once, and again after a restart.
      await Promise.allSettled([record(one), record(one)]);
      await record(one);
      const at = Date.parse(one.minute);
      // Clocks jump a day ahead and back between the rounds.
      for (const jump of [0, 86_400_000, -86_400_000, 0]) await rounds(new Date(at + jump));
    }
    const incidents = await dataSource.manager.findBy(IncidentEntity, { projectId: project });
    expect(incidents.map(({ state, seq }) => ({ state, seq }))).toEqual([{ state: 'resolved', seq: 7 }]);
    expect(await kindsOf(project)).toEqual(['opened', 'escalated', 'severity_raised', 'resolved']);
    const ids = receiver.received.map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
    const seqs = (await dataSource.manager.findBy(IncidentEventEntity, { projectId: project })).map(({ seq }) => seq);
    expect(seqs.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is delivered again under the same id by the next worker when one dies while sending', async () => {
    const project = await makeTold();
    receiver.received.length = 0;
    await record(transition(project, 0));
    const [claimed] = await claimDue(dataSource.manager, 20, 60);
    await wired.delivery.deliverDue();
    expect(receiver.received).toHaveLength(0);
    await dataSource.query(`UPDATE notification_outbox SET claimed_until = now() - interval '1 s' WHERE id = $1`, [
      claimed,
    ]);
    await Promise.all([1, 2, 3].map(() => wired.delivery.deliverDue()));
    expect(receiver.received.map(({ id }) => id)).toEqual([claimed]);
  });

  it('opens an incident of its own where grouping cannot ask, and ranks later', async () => {
    const project = await makeTold();
    const calls = callsIn(dataSource, clickhouse, wired);
    const first = await calls.openIncident(project);
    const second = await calls.openIncident(project, 'support-slow');
    await rounds(new Date());
    const incidents = await dataSource.manager.findBy(IncidentEntity, { projectId: project });
    expect(incidents.map(({ state, suspectsAt }) => ({ state, suspectsAt }))).toEqual([
      { state: 'triggered', suspectsAt: null },
      { state: 'triggered', suspectsAt: null },
    ]);
    expect(incidents.map(({ id }) => id).toSorted()).toEqual([first, second].toSorted());
    expect(await kindsOf(project)).toEqual(['opened', 'opened']);
    const list = await wired.reader.list(project, incidentQuery.parse({}));
    expect(list.items.map(({ spark }) => spark)).toEqual([[], []]);
  });

  it('shows what was recorded and takes an acknowledgement, and says since when figures are missing', async () => {
    const project = await makeTold();
    const id = await callsIn(dataSource, clickhouse, wired).openIncident(project);
    const answered = Date.parse('2026-11-20T02:14:00.000Z');
    await dataSource.query(
      `INSERT INTO cursors (name, scope, value) VALUES ('rollups.dirty', '', $1)
       ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value`,
      [JSON.stringify({ startedMicros: '1', finishedMicros: `${answered * 1000}` })],
    );
    await wired.incidents.act(project, id, 'kim', { action: 'acknowledge' });
    const detail = incident.parse(await wired.reader.detail(project, id));
    expect(detail).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'kim',
      storeAway: { since: '2026-11-20T02:14:00.000Z' },
      impact: null,
      whyFired: ['burn 16 over 1 h > 14.4'],
      figures: [],
    });
    expect(detail.timeline.map(({ kind }) => kind)).toEqual(['opened', 'acknowledged']);
    expect(detail.notifications.map(({ channel }) => channel)).toContain('ops');
    expect(exportMarkdown(detail)).toContain('unknown: the store of calls did not answer since 2026-11-20T02:14');
  });

  it('does not wait for a store that hangs, and asks it again after a while', async () => {
    const reach = new CallStoreReach(dataSource, 20);
    expect(await reach.ask(() => new Promise<object>(() => {}))).toBeNull();
    let asked = 0;
    const answer = () => reach.ask(() => Promise.resolve({ asked: (asked += 1) }));
    expect([await answer(), asked]).toEqual([null, 0]);
    await expect(reach.ask(() => Promise.reject(new Error('a fault of ours')))).resolves.toBeNull();
    const fresh = new CallStoreReach(dataSource, 20);
    await expect(fresh.ask(() => Promise.reject(new Error('a fault of ours')))).rejects.toThrow('a fault of ours');
    expect(await fresh.ask(() => Promise.resolve({ asked: 7 }))).toEqual({ asked: 7 });
    expect(Date.now() - Number((await fresh.lastAnswer())?.getTime())).toBeLessThan(60_000);
  });
});

describe('budgets that pass a mark', () => {
  it('are told once each while the incident is open, the lowest of those passed at once', async () => {
    const project = await makeTold();
    const evidence = { ...transition(project, 0).evidence, budgetRemaining: 0.6 };
    const { incidentId } = await record(transition(project, 0, { evidence }));
    const look = (remaining: number) =>
      Promise.all(
        [1, 2].map(() =>
          wired.budgets.run(new Date(start), (one) => Promise.resolve(one.id === incidentId ? remaining : null)),
        ),
      );
    for (const remaining of [0.55, 0.2, 0.3, 0.2, -0.1]) await look(remaining);
    const events = await dataSource.manager.find(IncidentEventEntity, {
      where: { incidentId: incidentId ?? '' },
      order: { seq: 'ASC' },
    });
    expect(events.slice(1).map(({ title }) => title)).toEqual([
      'Less than 50 % of the budget is left',
      'Less than 25 % of the budget is left',
      'Less than 10 % of the budget is left',
      'The budget is spent',
    ]);
    expect(await kindsOf(project)).toEqual(['opened', 'budget_crossed', 'budget_crossed']);
    const incident = await dataSource.manager.findOneByOrFail(IncidentEntity, { id: incidentId ?? '' });
    expect(incident.evidence.budgetRemaining).toBe(-0.1);
  });
});
