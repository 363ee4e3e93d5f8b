import 'reflect-metadata';
import { escalationPolicyWrite, rotationWrite } from '@plimsoll/contract';
import { startTestPostgres, type TestPostgres } from '@plimsoll/postgres/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IncidentEventEntity, OutboxEntity } from './incidents.entity.js';
import { SilencesService } from './silences.service.js';
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

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ dataSource } = await postgres.createDatabase(allIncidentEntities));
  wired = wireIncidents(dataSource);
  receiver = await startReceiver();
});

afterAll(async () => {
  receiver.stop();
  await postgres.stop();
});

/** A project in which step 1 tells whoever is on call by a hook of theirs, and step 2 a mailbox and a channel. */
async function makeOnCall(): Promise<string> {
  const project = await makeProject(dataSource);
  const hook = (name: string) =>
    wired.channels.save(
      project,
      channelWrite({ name, kind: 'webhook', url: `${receiver.url}/${name}`, broadcast: false, allowPrivate: true }),
    );
  await hook('kim');
  await hook('sam');
  await hook('boss');
  await wired.channels.save(
    project,
    channelWrite({
      name: 'mail',
      kind: 'email',
      url: 'smtp://127.0.0.1:1?from=plimsoll@example.com&to=all@example.com',
      broadcast: false,
      allowPrivate: true,
    }),
  );
  await wired.onCall.saveContact(project, { name: 'kim', channel: 'kim' });
  await wired.onCall.saveContact(project, { name: 'sam', channel: 'sam' });
  await wired.onCall.saveContact(project, { name: 'ada', channel: 'mail', email: 'ada@example.com' });
  await wired.onCall.saveRotation(
    project,
    rotationWrite.parse({
      name: 'primary',
      timeZone: 'UTC',
      startsOn: '2026-01-05',
      members: ['kim'],
      overrides: [{ contact: 'sam', startsAt: '2026-01-06T00:00:00Z', endsAt: '2026-01-07T00:00:00Z' }],
    }),
  );
  await wired.onCall.savePolicy(
    project,
    escalationPolicyWrite.parse({
      name: 'standard',
      steps: [
        { targets: [{ kind: 'rotation', rotation: 'primary' }], waitMinutes: 5 },
        {
          targets: [
            { kind: 'user', contact: 'ada' },
            { kind: 'webhook', channel: 'boss' },
          ],
          waitMinutes: 15,
        },
      ],
    }),
  );
  return project;
}

const open = async (project: string): Promise<string> => {
  const { incidentId } = await dataSource.transaction((manager) =>
    wired.incidents.recordTransition(manager, transitionOf(project, new Date(), {})),
  );
  return incidentId ?? '';
};

/** Lets minutes pass for an incident: everything that was recorded is that much longer ago. */
async function pass(incidentId: string, minutes: number): Promise<void> {
  await dataSource.query('ALTER TABLE incident_events DISABLE TRIGGER incident_events_append_only');
  await dataSource.query(
    `UPDATE incident_events SET recorded_at = recorded_at - make_interval(mins => $2) WHERE incident_id = $1`,
    [incidentId, minutes],
  );
  await dataSource.query('ALTER TABLE incident_events ENABLE TRIGGER incident_events_append_only');
}

const told = async (incidentId: string): Promise<string[]> => {
  const rows = await dataSource.query<{ name: string; recipient: string; kind: string }[]>(
    `SELECT c.name, o.recipient, o.notification ->> 'kind' AS kind FROM notification_outbox o
     JOIN notification_channels c ON c.id = o.channel_id WHERE incident_id = $1 ORDER BY o.position`,
    [incidentId],
  );
  return rows.map(({ name, recipient, kind }) => `${kind} ${name}${recipient === '' ? '' : ` ${recipient}`}`);
};
const titles = async (incidentId: string): Promise<string[]> =>
  (await dataSource.manager.find(IncidentEventEntity, { where: { incidentId }, order: { seq: 'ASC' } })).map(
    ({ title }) => title,
  );

describe('escalation over its store', () => {
  it('tells each step once, whatever number of workers tick, until somebody acknowledges', async () => {
    const project = await makeOnCall();
    const id = await open(project);
    const ticks = () => Promise.all([wired.escalations.run(), wired.escalations.run(), wired.escalations.run()]);
    await ticks();
    await ticks();
    expect(await told(id)).toEqual(['escalated kim']);
    await pass(id, 5);
    await ticks();
    await ticks();
    expect(await told(id)).toEqual(['escalated kim', 'escalated mail ada@example.com', 'escalated boss']);
    expect((await titles(id)).slice(1)).toEqual([
      'Escalated to kim (step 1 of 2)',
      'Escalated to ada, boss (step 2 of 2)',
    ]);
    await pass(id, 60);
    await ticks();
    expect(await told(id)).toHaveLength(3);
    // Whoever was told hears how it goes on.
    await wired.incidents.act(project, id, 'ada', { action: 'acknowledge' });
    expect((await told(id)).slice(3).toSorted()).toEqual([
      'acknowledged boss',
      'acknowledged kim',
      'acknowledged mail ada@example.com',
    ]);
    receiver.received.length = 0;
    await wired.delivery.deliverDue();
    const hooks = receiver.received.map(({ path, body }) => `${path} ${body.type}`).toSorted();
    expect(hooks).toEqual([
      '/boss incident.acknowledged',
      '/boss incident.escalated',
      '/kim incident.acknowledged',
      '/kim incident.escalated',
    ]);
  });

  it('takes an acknowledgement back after half an hour without a deed, and begins again', async () => {
    const project = await makeOnCall();
    const id = await open(project);
    await wired.incidents.act(project, id, 'kim', { action: 'acknowledge' });
    await pass(id, 29);
    await wired.escalations.run();
    expect(await told(id)).toEqual([]);
    await pass(id, 1);
    await wired.escalations.run();
    await wired.escalations.run();
    expect(await told(id)).toEqual(['escalated kim']);
    expect(await titles(id)).toContain('Acknowledgement taken back: nobody acted for 30 min');
  });

  it('keeps the turn of an incident that is silenced, and takes it by hand', async () => {
    const project = await makeOnCall();
    const silences = new SilencesService(dataSource);
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const silence = await silences.create(project, 'kim', { objectives: [], features: [], endsAt, comment: 'x' });
    const id = await open(project);
    await wired.escalations.run();
    expect(await told(id)).toEqual([]);
    await silences.end(project, silence.id);
    const view = async () =>
      wired.escalations.viewOf(await wired.reader.find(project, id)).then((escalation) => ({ ...escalation }));
    expect(await view()).toMatchObject({ policy: 'standard', state: 'waiting', nextStep: 1, nextTargets: ['kim'] });
    await wired.incidents.act(project, id, 'kim', { action: 'escalate' });
    await wired.incidents.act(project, id, 'kim', { action: 'escalate' });
    expect(await told(id)).toEqual(['escalated kim', 'escalated mail ada@example.com', 'escalated boss']);
    expect(await view()).toMatchObject({ state: 'stopped', reason: 'exhausted', nextStep: null });
  });

  it('says whom a step does not reach', async () => {
    const project = await makeOnCall();
    const { items } = await wired.onCall.contacts(project);
    await wired.onCall.remove(project, 'contact', items.find(({ name }) => name === 'kim')?.id ?? '');
    const id = await open(project);
    await wired.escalations.run();
    const [, event] = await dataSource.manager.find(IncidentEventEntity, {
      where: { incidentId: id },
      order: { seq: 'ASC' },
    });
    expect(event?.detail).toBe('Not told: there is no contact kim');
    expect(await dataSource.manager.countBy(OutboxEntity, { incidentId: id })).toBe(0);
  });

  it('answers who is on call, and refuses what cannot work', async () => {
    const project = await makeOnCall();
    const [shift] = (await wired.onCall.onCall(project, new Date('2026-01-05T09:00:00Z'))).items;
    expect(shift).toEqual({
      rotation: 'primary',
      contact: 'kim',
      from: '2026-01-05T09:00:00.000Z',
      to: '2026-01-12T09:00:00.000Z',
      isOverride: false,
      next: 'kim',
    });
    const [standIn] = (await wired.onCall.onCall(project, new Date('2026-01-06T12:00:00Z'))).items;
    expect(standIn).toMatchObject({ contact: 'sam', isOverride: true, next: 'kim' });
    const policy = (part: object) =>
      escalationPolicyWrite.parse({
        name: 'other',
        steps: [{ targets: [{ kind: 'user', contact: 'kim' }], waitMinutes: 5 }],
        ...part,
      });
    await expect(wired.onCall.savePolicy(project, policy({}))).rejects.toMatchObject({ code: 'conflict' });
    const own = await wired.onCall.savePolicy(project, policy({ objectives: ['speed'] }));
    expect(own.objectives).toEqual(['speed']);
    const nobody = policy({ steps: [{ targets: [{ kind: 'webhook', channel: 'mail' }], waitMinutes: 5 }] });
    await expect(wired.onCall.savePolicy(project, { ...nobody, objectives: ['x'] })).rejects.toMatchObject({
      message: 'steps: there is no webhook "mail"',
    });
    await expect(
      wired.onCall.saveContact(project, { name: 'x', channel: 'kim', email: 'x@example.com' }),
    ).rejects.toMatchObject({ field: 'email' });
    expect(() => policy({ repeat: 10 })).toThrow();
  });
});
