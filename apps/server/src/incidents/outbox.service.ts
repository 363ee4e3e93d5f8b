import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Change, Settings } from '@plimsoll/contract';
import type { NotificationKind } from '@plimsoll/incidents';
import { channelOf, type IncidentNotification, type Notification, type NotifiedIncident } from '@plimsoll/notify';
import { DataSource, type EntityManager, LessThan } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import { groupsToTell } from './incident-groups.queries.js';
import { featureOf } from './incident-mapping.js';
import { IncidentEntity, NotificationChannelEntity, OutboxEntity } from './incidents.entity.js';
import { findProject, toldSoFar } from './incidents.queries.js';
import { type HeldBack, NotificationHolds } from './notification-holds.service.js';
import type { Addressee } from './on-call-directory.js';

const minuteMs = 60_000;

/** Writes what is to be told, in the transaction of its event; the delivery service sends it afterwards. */
@Injectable()
export class OutboxService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(NotificationHolds) private readonly holds: NotificationHolds,
  ) {}

  /**
   * One row an addressee; the unique key makes a repeated call add nothing.
   * @param to whom alone to tell; without it every channel that wants this severity, and whoever was told before.
   * @returns what held it back, or null.
   */
  async enqueue(
    manager: EntityManager,
    incident: IncidentEntity,
    kind: NotificationKind,
    event: { seq: number; at: Date },
    to?: readonly Addressee[],
  ): Promise<HeldBack | null> {
    const held = await this.holds.holdOf(manager, incident, kind, new Date());
    if (held !== null) return held;
    await this.enqueueFor(manager, to ?? (await this.addresseesOf(manager, incident)), incident, kind, event);
    return null;
  }

  /** Tells every channel that takes tickets of something that is no incident. The caller sees to it that it is once. */
  async tellProject(manager: EntityManager, notification: Notification): Promise<void> {
    const projectId = notification.project.id;
    const channels = await manager.findBy(NotificationChannelEntity, { projectId, enabled: true, broadcast: true });
    const wanting = channels.filter(
      ({ severities, disabledReason }) => disabledReason === null && severities.includes('ticket'),
    );
    for (const { id } of wanting) await manager.insert(OutboxEntity, rowFor(id, notification));
  }

  /** Tells every channel that asks for changes; a change that is stored again is told once. */
  async tellChanges(projectId: string, changes: readonly Change[]): Promise<void> {
    const { manager } = this.dataSource;
    const wanting = await manager.findBy(NotificationChannelEntity, { projectId, enabled: true, changes: true });
    const open = wanting.filter(({ disabledReason }) => disabledReason === null);
    if (open.length === 0) return;
    const project = { id: projectId, name: (await findProject(manager, projectId))?.name ?? '' };
    const rows = open.flatMap((channel) =>
      changes.map((change) => {
        const { id, at, kind, title, feature, from, to, link } = change;
        const told = { id, kind, title, feature, from, to, link };
        const row = rowFor(channel.id, { type: 'change', id: '', at, project, change: told });
        return { ...row, id: idOf(channel.id, id) };
      }),
    );
    await manager.createQueryBuilder().insert().into(OutboxEntity).values(rows).orIgnore().execute();
  }

  /**
   * Reminders have negative sequence numbers: one a minute for receivers that forget what is not renewed, and one an
   * hour in place of single notifications while an incident flaps.
   */
  async remind(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<void> {
    if ((await this.holds.holdOf(manager, incident, 'renewed', now)) !== null) return;
    const all = await this.addresseesOf(manager, incident);
    const minute = Math.floor(now.getTime() / minuteMs);
    const forgetful = all.filter(({ channel }) => channelOf(channel.kind)?.renewEveryMs !== null);
    const waiting = await manager.findBy(OutboxEntity, { incidentId: incident.id, status: 'pending' });
    const free = forgetful.filter(({ channel }) => !waiting.some(({ channelId }) => channelId === channel.id));
    await this.enqueueFor(manager, free, incident, 'renewed', { seq: -2 * minute, at: now });
    if (!incident.flapping) return;
    const hour = Math.floor(minute / 60);
    await this.enqueueFor(manager, all, incident, 'digest', { seq: -2 * hour - 1, at: now });
  }

  /** Delivered reminders are of no use after an hour, but for the digest's hour to be known. */
  async forgetReminders(now: Date): Promise<void> {
    await this.dataSource.manager.delete(OutboxEntity, {
      eventSeq: LessThan(0),
      status: 'delivered',
      deliveredAt: LessThan(new Date(now.getTime() - 2 * 60 * minuteMs)),
    });
  }

  /** Channels that hear of every incident of this severity, and whoever an escalation told of this one. */
  private async addresseesOf(manager: EntityManager, incident: IncidentEntity): Promise<Addressee[]> {
    const channels = await manager.findBy(NotificationChannelEntity, { projectId: incident.projectId, enabled: true });
    const open = channels.filter(({ disabledReason }) => disabledReason === null);
    const wanting = open.filter(({ severities, broadcast }) => broadcast && severities.includes(incident.severity));
    const told = (await toldSoFar(manager, incident.id)).flatMap(({ channel_id, recipient }): Addressee[] => {
      const channel = open.find(({ id }) => id === channel_id);
      const isWanting = recipient === '' && wanting.some(({ id }) => id === channel_id);
      return channel === undefined || isWanting ? [] : [{ channel, recipient }];
    });
    return [...wanting.map((channel) => ({ channel, recipient: '' })), ...told];
  }

  private async enqueueFor(
    manager: EntityManager,
    wanted: readonly Addressee[],
    incident: IncidentEntity,
    kind: IncidentNotification['kind'],
    event: { seq: number; at: Date },
  ): Promise<void> {
    if (wanted.length === 0) return;
    const project = await findProject(manager, incident.projectId);
    const groups = await groupsToTell(manager, incident);
    const notification: Notification = {
      type: 'incident',
      id: '',
      at: event.at.toISOString(),
      project: { id: incident.projectId, name: project?.name ?? '' },
      kind,
      incident: { ...notifiedIncident(incident, this.settings.publicUrl), ...(groups && { groups }) },
    };
    for (const { channel, recipient } of wanted) {
      await manager
        .createQueryBuilder()
        .insert()
        .into(OutboxEntity)
        .values({
          projectId: incident.projectId,
          channelId: channel.id,
          incidentId: incident.id,
          eventSeq: event.seq,
          recipient,
          notification: notification as object,
          nextAttemptAt: new Date(0),
        })
        .orIgnore()
        .execute();
    }
  }
}

/** A row of something that is no incident. */
function rowFor(channelId: string, notification: Notification) {
  const projectId = notification.project.id;
  const subject = { incidentId: null, eventSeq: null, notification: notification as object };
  return { projectId, channelId, ...subject, nextAttemptAt: new Date(0) };
}

/** The same id for the same change in the same channel. */
function idOf(channelId: string, changeId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([channelId, changeId]))
    .digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function notifiedIncident(incident: IncidentEntity, publicUrl: string | undefined): NotifiedIncident {
  const { evidence } = incident;
  return {
    id: incident.id,
    reference: `INC-${incident.number}`,
    dedupKey: incident.dedupKey,
    severity: incident.severity,
    state: incident.state,
    title: incident.title,
    objective: incident.objectiveSlug,
    sliKind: incident.sliKind,
    group: incident.labels,
    feature: featureOf(incident),
    environment: incident.environment,
    burnRate: evidence.burnLong,
    budgetRemaining: evidence.budgetRemaining,
    openedAt: incident.openedAt.toISOString(),
    onsetAt: incident.onsetAt?.toISOString() ?? null,
    resolvedAt: incident.resolvedAt?.toISOString() ?? null,
    acknowledgedBy: incident.acknowledgedBy,
    topSuspect: incident.topSuspect,
    whyFired: evidence.reasons,
    url: publicUrl === undefined ? null : `${publicUrl.replace(/\/$/, '')}/incidents/${incident.id}`,
  };
}
