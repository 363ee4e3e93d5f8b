import 'reflect-metadata';
import { type AlertTransition, incidentQuery } from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertPrecision, labelledIncidents } from '../slo/incident-verdicts.queries.js';
import type { ChannelsService } from './channels.service.js';
import type { DeliveryService } from './delivery.service.js';
import type { IncidentAction } from './incident.service.js';
import { IncidentEntity, IncidentEventEntity, NotificationChannelEntity, OutboxEntity } from './incidents.entity.js';
import { SilencesService } from './silences.service.js';
import {
  allIncidentEntities,
  channelWrite,
  makeProject as makeProjectIn,
  startReceiver,
  type TestReceiver,
  transitionOf,
  wireIncidents,
} from './testing/wired.js';

let postgres: TestPostgres;
let dataSource: DataSource;
let receiver: TestReceiver;
let wired: ReturnType<typeof wireIncidents>;
let incidents: typeof wired.incidents;
let channels: ChannelsService;
let delivery: DeliveryService;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ dataSource } = await postgres.createDatabase(allIncidentEntities));
  wired = wireIncidents(dataSource);
  ({ incidents, channels, delivery } = wired);
  receiver = await startReceiver();
});

afterAll(async () => {
  receiver.stop();
  await postgres.stop();
});

const makeProject = () => makeProjectIn(dataSource);
const start = Date.parse('2026-11-01T12:00:00Z');
const transition = (projectId: string, minute: number, part: Partial<AlertTransition>): AlertTransition =>
  transitionOf(projectId, new Date(start + minute * 60_000), part);
const types = () => receiver.received.map(({ body }) => body.type);

const record = (one: AlertTransition) => dataSource.transaction((manager) => incidents.recordTransition(manager, one));
const addChannel = (projectId: string) =>
  channels.save(projectId, channelWrite({ name: 'ops', kind: 'webhook', url: receiver.url, allowPrivate: true }));

describe('incidents over their store', () => {
  it('makes one incident of three tiers, and one notification a transition', async () => {
    const project = await makeProject();
    await addChannel(project);
    receiver.received.length = 0;
    const slow = { tier: 'ticket slow', severity: 'ticket' } as const;
    const first = await record(transition(project, 0, slow));
    const second = await record(transition(project, 1, {}));
    expect(second.incidentId).toBe(first.incidentId);
    await record(transition(project, 5, { to: 'resolved', from: 'firing', kind: 'resolved' }));
    await record(transition(project, 9, { ...slow, to: 'resolved', from: 'firing', kind: 'resolved' }));
    const incident = await dataSource.manager.findOneByOrFail(IncidentEntity, { id: first.incidentId ?? '' });
    expect(incident).toMatchObject({ number: 1, state: 'resolved', severity: 'page', alerts: 2 });
    expect(incident.title).toBe('Answers 0.84 over 1 h is below its target 0.99');
    await delivery.deliverDue();
    await delivery.deliverDue();
    expect(types()).toEqual(['incident.opened', 'incident.severity_raised', 'incident.resolved']);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(3);
  });

  it('tells many groups that fire together as one, with how many they are, and each turn of them once', async () => {
    const project = await makeProject();
    await addChannel(project);
    receiver.received.length = 0;
    const groups = Array.from({ length: 12 }, (_, index) => ({ customer: `c${index}` }));
    const all = async (minute: number, part: Partial<AlertTransition>, of = groups) =>
      dataSource.transaction(async (manager) => {
        for (const group of of)
          await incidents.recordTransition(manager, transition(project, minute, { group, ...part }));
      });
    await all(0, {}, groups.slice(0, 9));
    await all(3, {}, groups.slice(9));
    await delivery.deliverDue();
    const opened = receiver.received.at(-1)?.body.data;
    expect(opened?.['groups']).toEqual({
      count: 12,
      named: ['customer=c0', 'customer=c1', 'customer=c2', 'customer=c3', 'customer=c4'],
    });
    const id = String(opened?.['id']);
    await all(10, { to: 'resolved', from: 'firing', kind: 'resolved' }, groups.slice(1));
    const half = await wired.reader.detail(project, id);
    expect(half.groups).toHaveLength(12);
    expect(half.groups.filter(({ firing }) => firing.length > 0).map(({ group }) => group)).toEqual([groups[0]]);
    expect(half.groups[7]).toMatchObject({ reference: 'INC-8', group: { customer: 'c7' } });
    await all(11, { to: 'resolved', from: 'firing', kind: 'resolved' }, groups.slice(0, 1));
    await delivery.deliverDue();
    expect(types()).toEqual(['incident.opened', 'incident.resolved']);
    // Soon after, in any order, it is the same incident; a day later a new one, whichever group comes first.
    await all(20, { kind: 'reopened' }, groups.toReversed());
    await delivery.deliverDue();
    await all(30, { to: 'resolved', from: 'firing', kind: 'resolved' });
    await delivery.deliverDue();
    await all(1500, { kind: 'recurred' }, groups.toReversed());
    await delivery.deliverDue();
    expect(types().slice(2)).toEqual(['incident.reopened', 'incident.resolved', 'incident.opened']);
    expect(receiver.received.at(-3)?.body.data?.['id']).toBe(id);
    expect(receiver.received.at(-1)?.body.data?.['groups']).toMatchObject({ count: 12 });
    // An hour later another group is news again.
    await record(transition(project, 1560, { group: { customer: 'late' } }));
    await delivery.deliverDue();
    expect(types().slice(5)).toEqual(['incident.opened']);
  });

  it('says how many alerts of an objective were real of those judged, and by tier', async () => {
    const project = await makeProject();
    const objective = '00000000-0000-4000-8000-000000000077';
    const customers = new Map<string, string>();
    const fire = async (customer: string, minute: number, part: Partial<AlertTransition> = {}): Promise<string> => {
      const one = transition(project, minute, { objectiveId: objective, group: { customer }, ...part });
      const { incidentId } = await record(one);
      customers.set(customer, incidentId ?? '');
      return incidentId ?? '';
    };
    const act = (customer: string, ...actions: readonly IncidentAction['action'][]) =>
      actions.reduce(
        (before, action) => before.then(() => incidents.act(project, customers.get(customer) ?? '', 'kim', { action })),
        Promise.resolve<unknown>(null),
      );
    for (const [index, customer] of ['a', 'b', 'c', 'd'].entries()) {
      await fire(customer, index * 100);
      await act(customer, 'resolve', 'review');
    }
    // Reviewed after all, it stays what it was said to be; reopened, that is open again; nobody said anything of the last.
    await fire('e', 400, { tier: 'ticket slow', severity: 'ticket' });
    await act('e', 'false_alarm', 'review');
    await fire('f', 500, { tier: 'ticket slow', severity: 'ticket' });
    await fire('f', 501);
    await act('f', 'false_alarm', 'reopen', 'resolve');
    await dataSource.query(
      `INSERT INTO suspects (project_id, incident_id, change_id, rank, kind, title, changed_at, band, figures, verdict)
       VALUES ($1, $2, 'v8', 1, 'prompt', 'v7 to v8', now(), 'strong', '{}', 'accepted')`,
      [project, customers.get('f')],
    );
    await fire('g', 600);
    await act('g', 'resolve');
    // Two groups that fire together are one; one that is open is none yet.
    await fire('h', 700);
    await fire('i', 701);
    await act('h', 'false_alarm');
    await fire('j', 800);
    const { tiers, ...all } = await alertPrecision(dataSource, project, objective);
    expect(all).toMatchObject({ of: 8, judged: 7, real: 5 });
    expect(all.share).toBeCloseTo(5 / 7, 12);
    expect(tiers.map(({ name, of, judged, real, share }) => [name, of, judged, real, share])).toEqual([
      ['page fast', 7, 6, 5, 5 / 6],
      ['ticket slow', 2, 2, 1, null],
    ]);
    const at = (minute: number) => new Date(start + minute * 60_000);
    const range = { from: at(390), to: at(750) };
    const listed = await labelledIncidents(dataSource, project, objective, range);
    // People closed them now, so that those that fired before the range reach into it.
    expect(listed.map(({ group, label }) => [group['customer'], label])).toEqual([
      ...['a', 'b', 'c', 'd'].map((customer) => [customer, 'real']),
      ['e', 'false_alarm'],
      ['f', 'real'],
      ['g', null],
      ['h', 'false_alarm'],
      ['i', 'false_alarm'],
    ]);
    expect(await labelledIncidents(dataSource, project, objective, { from: at(-90), to: at(-10) })).toEqual([]);
  });

  it('keeps nothing of a transition whose transaction fails', async () => {
    const project = await makeProject();
    await addChannel(project);
    const failing = dataSource.transaction(async (manager) => {
      await incidents.recordTransition(manager, transition(project, 0, {}));
      throw new Error('the worker died');
    });
    await expect(failing).rejects.toThrow('died');
    expect(await dataSource.manager.countBy(IncidentEntity, { projectId: project })).toBe(0);
    expect(await dataSource.manager.countBy(OutboxEntity, { projectId: project })).toBe(0);
  });

  it('opens one incident when workers race, and reopens it soon after its end', async () => {
    const project = await makeProject();
    const tiers = ['a', 'b', 'c', 'd'].map((tier) => transition(project, 0, { tier }));
    const opened = await Promise.all(tiers.map((one) => record(one)));
    expect(new Set(opened.map(({ incidentId }) => incidentId)).size).toBe(1);
    for (const { tier } of tiers) await record(transition(project, 10, { tier, to: 'resolved', kind: 'resolved' }));
    const again = await record(transition(project, 30, { tier: 'a', kind: 'reopened' }));
    expect(again.incidentId).toBe(opened[0]?.incidentId);
    await record(transition(project, 35, { tier: 'a', to: 'resolved', kind: 'resolved' }));
    const later = await record(transition(project, 80, { tier: 'a', kind: 'recurred' }));
    expect(later.incidentId).not.toBe(again.incidentId);
    const rows = await dataSource.manager.findBy(IncidentEventEntity, { incidentId: later.incidentId ?? '' });
    expect(rows[0]?.body).toMatchObject({ kind: 'opened', recurrenceOf: again.incidentId });
  });

  it('folds to the state its row shows, and lets nobody rewrite an event', async () => {
    const project = await makeProject();
    const { incidentId } = await record(transition(project, 0, {}));
    const id = incidentId ?? '';
    await incidents.act(project, id, 'kim', { action: 'acknowledge' });
    await incidents.act(project, id, 'sam', { action: 'acknowledge' });
    await incidents.act(project, id, 'kim', { action: 'comment', comment: 'looking' });
    const view = await wired.journal.read(dataSource.manager, id);
    const row = await dataSource.manager.findOneByOrFail(IncidentEntity, { id });
    expect(view).toMatchObject({ seq: 3, state: 'acknowledged', acknowledgedBy: 'kim' });
    expect(row).toMatchObject({ seq: view.seq, state: view.state, acknowledgedBy: 'kim' });
    await expect(
      dataSource.query(`UPDATE incident_events SET title = 'x' WHERE incident_id = $1`, [id]),
    ).rejects.toThrow('append-only');
  });

  it('answers a race with who was first, and refuses what the state forbids', async () => {
    const project = await makeProject();
    const { incidentId } = await record(transition(project, 0, {}));
    const id = incidentId ?? '';
    await incidents.act(project, id, 'kim', { action: 'acknowledge' });
    await expect(incidents.act(project, id, 'sam', { action: 'resolve', seq: 1 })).rejects.toMatchObject({
      code: 'conflict',
      message: 'seq: the incident is at 2 by now; acknowledged by kim',
    });
    await expect(incidents.act(project, id, 'sam', { action: 'reopen' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(incidents.act(await makeProject(), id, 'sam', { action: 'resolve' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('retries in order and gives a gone receiver up', async () => {
    const project = await makeProject();
    const channel = await addChannel(project);
    receiver.received.length = 0;
    receiver.answer = 503;
    await record(transition(project, 0, {}));
    await record(transition(project, 5, { to: 'resolved', kind: 'resolved' }));
    await delivery.deliverDue();
    const pending = await dataSource.manager.findBy(OutboxEntity, { projectId: project, status: 'pending' });
    expect(pending.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(1);
    expect(pending).toHaveLength(2);
    receiver.answer = 200;
    await dataSource.query('UPDATE notification_outbox SET next_attempt_at = now() WHERE project_id = $1', [project]);
    await delivery.deliverDue();
    await delivery.deliverDue();
    expect(types()).toEqual(['incident.opened', 'incident.resolved']);
    receiver.answer = 410;
    await record(transition(project, 200, {}));
    await delivery.deliverDue();
    const { items } = await channels.list(project);
    expect(items[0]).toMatchObject({ id: channel.id, enabled: false, lastError: 'the receiver answered 410 Gone' });
    const [last] = await dataSource.manager.find(IncidentEventEntity, {
      where: { projectId: project },
      order: { recordedAt: 'DESC', seq: 'DESC' },
      take: 1,
    });
    expect(last).toMatchObject({ kind: 'undelivered', title: 'Channel ops could not be told', detail: 'answered 410' });
    receiver.answer = 200;
  });

  it('keeps one message an incident in a room of Slack, one a second, and does not write it twice', async () => {
    const project = await makeProject();
    const write = { kind: 'slack', name: 'room', url: `${receiver.url}/api?channel=C01`, allowPrivate: true } as const;
    await expect(channels.save(project, channelWrite(write))).rejects.toMatchObject({ code: 'invalid_input' });
    await channels.save(project, channelWrite({ ...write, secret: 'xoxb-1' }));
    receiver.received.length = 0;
    receiver.says = '{"ok":true,"channel":"C01","ts":"17.1"}';
    const { incidentId } = await record(transition(project, 0, {}));
    await incidents.act(project, incidentId ?? '', 'kim', { action: 'acknowledge' });
    await record(transition(project, 5, { to: 'resolved', kind: 'resolved' }));
    const before = Date.now();
    while ((await delivery.deliverDue()) > 0);
    const after = Date.now();
    receiver.says = '';
    const sent = receiver.received.map(
      ({ path, text }) => [path, JSON.parse(text) as Record<string, unknown>] as const,
    );
    expect(sent.map(([path]) => path)).toEqual(
      ['postMessage', 'update', 'postMessage', 'update', 'postMessage'].map((method) => `/api/chat.${method}`),
    );
    expect(sent.map(([, { ts, thread_ts: thread }]) => ts ?? thread)).toEqual([
      undefined,
      '17.1',
      '17.1',
      '17.1',
      '17.1',
    ]);
    expect(String(sent[4]?.[1]['text'])).toMatch(/^Resolved/);
    expect(after - before).toBeGreaterThanOrEqual(2000);
  });

  it('tests a channel without an incident and hides its secrets', async () => {
    const project = await makeProject();
    const signed = channelWrite({
      name: 'signed',
      kind: 'webhook',
      url: receiver.url,
      secret: 'c2VjcmV0',
      allowPrivate: true,
    });
    const view = await channels.save(project, signed);
    expect(JSON.stringify(view)).not.toContain('c2VjcmV0');
    expect(view.hasSecret).toBe(true);
    const named = { id: project, name: 'Shop' } as Parameters<ChannelsService['test']>[0];
    expect(await channels.test(named, view.id)).toEqual({ delivered: true, error: null });
    const closed = await channels.save(project, { ...signed, name: 'closed', allowPrivate: false });
    const { delivered, error } = await channels.test(named, closed.id);
    expect(delivered).toBe(false);
    expect(error).toContain('not a public address');
  });

  it('merges two incidents, which end together, and splits them again', async () => {
    const project = await makeProject();
    const other = { objectiveId: '00000000-0000-4000-8000-000000000003', objectiveSlug: 'speed' } as const;
    const first = (await record(transition(project, 0, { severity: 'ticket' }))).incidentId ?? '';
    const second = (await record(transition(project, 1, other))).incidentId ?? '';
    await incidents.act(project, second, 'kim', { action: 'merge', into: 'INC-1' });
    const state = async (id: string) => (await dataSource.manager.findOneByOrFail(IncidentEntity, { id })).state;
    expect(await state(second)).toBe('merged');
    expect((await dataSource.manager.findOneByOrFail(IncidentEntity, { id: first })).severity).toBe('page');
    const ends = { to: 'resolved', from: 'firing', kind: 'resolved' } as const;
    await record(transition(project, 5, { ...ends, severity: 'ticket' }));
    expect(await state(first)).toBe('triggered');
    await record(transition(project, 6, { ...other, ...ends }));
    expect(await state(first)).toBe('resolved');
    await incidents.act(project, second, 'kim', { action: 'split' });
    expect(await state(second)).toBe('triggered');
    await expect(incidents.act(project, second, 'kim', { action: 'merge', into: second })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('holds notifications back in a silence, and says so in the timeline', async () => {
    const project = await makeProject();
    await addChannel(project);
    const silences = new SilencesService(dataSource);
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const silence = await silences.create(project, 'kim', {
      objectives: ['answers'],
      features: [],
      endsAt,
      comment: 'migration',
    });
    const { incidentId } = await record(transition(project, 0, {}));
    expect(await dataSource.manager.countBy(OutboxEntity, { projectId: project })).toBe(0);
    const events = await dataSource.manager.findBy(IncidentEventEntity, { incidentId: incidentId ?? '' });
    expect(events.map(({ title }) => title)).toContain('Notification held back: migration');
    await silences.end(project, silence.id);
    expect((await silences.list(project)).items).toEqual([]);
    await record(transition(project, 5, { to: 'resolved', kind: 'resolved' }));
    expect(await dataSource.manager.countBy(OutboxEntity, { projectId: project })).toBe(1);
  });

  it('keeps addresses and secrets of channels sealed, and seals those of before at the start', async () => {
    const project = await makeProject();
    const { id } = await channels.save(project, {
      ...channelWrite({ name: 'ops', kind: 'webhook', url: `${receiver.url}/T0/B0/token`, allowPrivate: true }),
      secret: 'c2VjcmV0',
    });
    const row = () => dataSource.manager.findOneByOrFail(NotificationChannelEntity, { id });
    const stored = await row();
    expect([stored.url, ...stored.secrets].every((text) => text.startsWith('sealed:v1:'))).toBe(true);
    await dataSource.manager.update(
      NotificationChannelEntity,
      { id },
      { url: `${receiver.url}/old`, secrets: ['b2xk', ...stored.secrets] },
    );
    expect((await channels.list(project)).items[0]?.host).toBe(new URL(receiver.url).host);
    await Promise.all([wired.secrets.onApplicationBootstrap(), wired.secrets.onApplicationBootstrap()]);
    const sealed = await row();
    expect(JSON.stringify(sealed)).not.toContain('/old');
    expect(wired.secrets.open(sealed)).toEqual({ url: `${receiver.url}/old`, secrets: ['b2xk', 'c2VjcmV0'] });
    await dataSource.manager.update(NotificationChannelEntity, { id }, { projectId: await makeProject() });
    await expect(wired.channels.test({ id: (await row()).projectId, name: 'x' } as never, id)).resolves.toMatchObject({
      delivered: false,
      error: expect.stringContaining('another key') as string,
    });
  });

  it('holds notifications back in planned maintenance, and tells what still burns afterwards', async () => {
    const project = await makeProject();
    await addChannel(project);
    const window = {
      name: 'weekly',
      objectives: ['answers'],
      features: [],
      environments: [],
      severities: [],
      comment: 'index rebuild',
      schedule: {
        kind: 'weekly' as const,
        hours: { timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' },
      },
    };
    const saved = await wired.maintenance.save(project, 'kim', window);
    expect(saved).toMatchObject({ active: true, createdBy: 'kim' });
    const { incidentId } = await record(transition(project, 0, {}));
    const other = { objectiveId: '00000000-0000-4000-8000-000000000009', objectiveSlug: 'speed', filter: {} } as const;
    const told = await record(transition(project, 0, other));
    const rows = (id: string | null) => dataSource.manager.countBy(OutboxEntity, { incidentId: id ?? '' });
    expect([await rows(incidentId), await rows(told.incidentId)]).toEqual([0, 1]);
    const events = await dataSource.manager.findBy(IncidentEventEntity, { incidentId: incidentId ?? '' });
    expect(events.map(({ title }) => title)).toContain('Notification held back: weekly: index rebuild');
    await wired.upkeep.run();
    expect(await rows(incidentId)).toBe(0);
    await wired.maintenance.remove(project, saved.id);
    await wired.upkeep.run();
    await wired.upkeep.run();
    expect(await rows(incidentId)).toBe(1);
    const past = { kind: 'once' as const, startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-01-02T00:00:00Z' };
    await expect(wired.maintenance.save(project, 'kim', { ...window, schedule: past })).rejects.toMatchObject({
      field: 'schedule',
    });
  });

  it('is assigned, lowered, mitigated, resolved and reviewed by hand, each once in its timeline', async () => {
    const project = await makeProject();
    await addChannel(project);
    const { incidentId } = await record(transition(project, 0, {}));
    const id = incidentId ?? '';
    const act = (action: IncidentAction) => incidents.act(project, id, 'kim', action);
    const steps: IncidentAction[] = [
      { action: 'assign', assignee: 'sam' },
      { action: 'set_severity', severity: 'ticket' },
      { action: 'set_severity', severity: 'ticket' },
      { action: 'mitigate' },
      { action: 'mitigate' },
      { action: 'resolve' },
      { action: 'resolve' },
      { action: 'review' },
    ];
    for (const step of steps) await act(step);
    const list = async (query: object) =>
      (await wired.reader.list(project, incidentQuery.parse({ state: 'all', ...query }))).items.length;
    expect(await Promise.all([{ assignee: 'sam' }, { assignee: 'none' }, { severity: 'ticket' }].map(list))).toEqual([
      1, 0, 1,
    ]);
    const events = await dataSource.manager.find(IncidentEventEntity, {
      where: { incidentId: id },
      order: { seq: 'ASC' },
    });
    expect(events.slice(1).map(({ title }) => title)).toEqual([
      'Assigned to sam',
      'Severity set to ticket by hand',
      'Mitigated',
      'Resolved by hand',
      'Reviewed',
    ]);
    await expect(act({ action: 'mitigate' })).rejects.toMatchObject({ code: 'conflict' });
    await act({ action: 'false_alarm' });
    expect(await dataSource.manager.findOneByOrFail(IncidentEntity, { id })).toMatchObject({
      state: 'false_alarm',
      assignee: 'sam',
      severity: 'ticket',
    });
  });

  it('tells of a flapping incident once an hour, and again when it is over', async () => {
    const project = await makeProject();
    await addChannel(project);
    const fire = (minute: number, to: 'firing' | 'resolved') =>
      record(transition(project, minute, { to, kind: to === 'firing' ? 'fired' : 'resolved' }));
    const { incidentId } = await fire(0, 'firing');
    for (const minute of [10, 20]) {
      await fire(minute - 5, 'resolved');
      await fire(minute, 'firing');
    }
    const kinds = async () =>
      (
        await dataSource.manager.find(OutboxEntity, {
          where: { incidentId: incidentId ?? '' },
          order: { eventSeq: 'ASC' },
        })
      ).map(({ notification }) => notification.type === 'incident' && notification.kind);
    const single = ['opened', 'resolved', 'reopened', 'resolved', 'reopened'];
    expect(await kinds()).toEqual(single);
    for (const minute of [25, 30, 59, 61, 100]) await wired.upkeep.run(new Date(start + minute * 60_000));
    expect(await kinds()).toEqual(['digest', 'digest', ...single]);
    await fire(110, 'resolved');
    await wired.upkeep.run(new Date(start + 141 * 60_000));
    expect((await kinds()).at(-1)).toBe('resolved');
  });

  it('takes a signed hook, refuses an unsigned or a changed one', async () => {
    const project = await makeProject();
    const { hookSignatures } = wired;
    // The example of GitHub's documentation.
    const rawBody = Buffer.from('Hello, World!');
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const check = (header?: string, body = rawBody) =>
      hookSignatures.check(project, 'github', {
        headers: { 'x-hub-signature-256': header },
        rawBody: body,
        keyInHeader: false,
      });
    await expect(check()).resolves.toBeUndefined();
    await expect(check(signature)).rejects.toThrow('has no secret');
    await hookSignatures.set(project, 'github', "It's a Secret to Everybody");
    await expect(check(signature)).resolves.toBeUndefined();
    await expect(check()).rejects.toThrow('is missing');
    await expect(check(signature, Buffer.from('Hello, World?'))).rejects.toThrow('does not match');
    await expect(check(`${signature.slice(0, -1)}8`)).rejects.toMatchObject({ code: 'unauthenticated' });
    const gitlab = (token: string, keyInHeader: boolean) =>
      hookSignatures.check(project, 'gitlab', {
        headers: { 'x-gitlab-token': token },
        rawBody: undefined,
        keyInHeader,
      });
    await expect(gitlab('plk_key', true)).resolves.toBeUndefined();
    await hookSignatures.set(project, 'gitlab', 'shared secret');
    await expect(gitlab('shared secret', false)).resolves.toBeUndefined();
    await expect(gitlab('plk_key', true)).rejects.toThrow('does not match');
    const [row] = await dataSource.query<{ secret: string }[]>('SELECT secret FROM hook_secrets LIMIT 1');
    expect(row?.secret).toMatch(/^sealed:v1:/);
    await hookSignatures.remove(project, 'github');
    expect((await hookSignatures.list(project)).items.map(({ hasSecret }) => hasSecret)).toEqual([false, true]);
  });
});
