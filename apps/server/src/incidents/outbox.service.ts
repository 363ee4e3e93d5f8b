import { Inject, Injectable, Logger } from '@nestjs/common';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { isSilenced, type NotificationKind } from '@plimsoll/incidents';
import {
  channelOf,
  type IncidentNotification,
  nextDelayMs,
  type Notification,
  type NotifiedIncident,
  send,
} from '@plimsoll/notify';
import { DataSource, type EntityManager, In, LessThan, MoreThan } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import { featureOf } from './incident-mapping.js';
import { IncidentEntity, NotificationChannelEntity, OutboxEntity, SilenceEntity } from './incidents.entity.js';
import { claimDue, findProject } from './incidents.queries.js';
import { InhibitionService } from './inhibition.service.js';

/** Longer than a send may take. */
const leaseSeconds = 60;
const batch = 20;
const minuteMs = 60_000;

/** Writes what is to be told in the transaction of its event, and sends it afterwards, at least once and in order. */
@Injectable()
export class OutboxService {
  private readonly logger = new Logger('notifications');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(InhibitionService) private readonly inhibition: InhibitionService,
  ) {}

  /**
   * One row a channel that wants this severity; the unique key makes a repeated call add nothing.
   * @returns what held it back, or null.
   */
  async enqueue(
    manager: EntityManager,
    incident: IncidentEntity,
    kind: NotificationKind,
    event: { seq: number; at: Date },
  ): Promise<HeldBack | null> {
    const held = await this.holdOf(manager, incident, kind, new Date());
    if (held !== null) return held;
    await this.enqueueFor(manager, await this.channelsOf(manager, incident), incident, kind, event);
    return null;
  }

  /**
   * Reminders have negative sequence numbers: one a minute for receivers that forget what is not renewed, and one an
   * hour in place of single notifications while an incident flaps.
   */
  async remind(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<void> {
    if ((await this.holdOf(manager, incident, 'renewed', now)) !== null) return;
    const channels = await this.channelsOf(manager, incident);
    const minute = Math.floor(now.getTime() / minuteMs);
    const forgetful = channels.filter(({ kind }) => channelOf(kind)?.renewEveryMs !== null);
    const waiting = await manager.findBy(OutboxEntity, { incidentId: incident.id, status: 'pending' });
    const free = forgetful.filter(({ id }) => !waiting.some(({ channelId }) => channelId === id));
    await this.enqueueFor(manager, free, incident, 'renewed', { seq: -2 * minute, at: now });
    if (!incident.flapping) return;
    const hour = Math.floor(minute / 60);
    await this.enqueueFor(manager, channels, incident, 'digest', { seq: -2 * hour - 1, at: now });
  }

  /** Delivered reminders are of no use after an hour, but for the digest's hour to be known. */
  async forgetReminders(now: Date): Promise<void> {
    await this.dataSource.manager.delete(OutboxEntity, {
      eventSeq: LessThan(0),
      status: 'delivered',
      deliveredAt: LessThan(new Date(now.getTime() - 2 * 60 * minuteMs)),
    });
  }

  /** A silence, or an incident of the provider that stands for this one. What people did is told all the same. */
  private async holdOf(
    manager: EntityManager,
    incident: IncidentEntity,
    kind: NotificationKind | 'renewed',
    now: Date,
  ): Promise<HeldBack | null> {
    const silence = await this.silenceOf(manager, incident, now);
    if (silence !== null) {
      const { id, comment, createdBy: actor, endsAt } = silence;
      return { by: 'silence', actor, reason: comment, snapshot: { silence: id, until: endsAt.toISOString() } };
    }
    if (kind === 'escalated' || kind === 'split') return null;
    const told = { incidentId: incident.id, eventSeq: MoreThan(0) };
    if (kind !== 'opened' && (await manager.existsBy(OutboxEntity, told))) return null;
    const inhibitor = await this.inhibition.inhibitorOf(manager, incident, now);
    if (inhibitor === null) return null;
    const reason = `INC-${inhibitor.number} is about the whole provider`;
    return { by: 'inhibition', actor: 'incidents', reason, snapshot: { inhibitor: inhibitor.id } };
  }

  private async silenceOf(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<SilenceEntity | null> {
    const silences = await manager.findBy(SilenceEntity, { projectId: incident.projectId, endsAt: MoreThan(now) });
    const subject = { objective: incident.objectiveSlug, feature: featureOf(incident) };
    const holds = ({ objectives, features, startsAt, endsAt }: SilenceEntity): boolean =>
      isSilenced(
        { objectives, features, startsAt: startsAt.getTime(), endsAt: endsAt.getTime() },
        subject,
        now.getTime(),
      );
    return silences.find(holds) ?? null;
  }

  private async channelsOf(manager: EntityManager, incident: IncidentEntity): Promise<NotificationChannelEntity[]> {
    const channels = await manager.findBy(NotificationChannelEntity, { projectId: incident.projectId, enabled: true });
    return channels.filter(
      ({ severities, disabledReason }) => severities.includes(incident.severity) && disabledReason === null,
    );
  }

  private async enqueueFor(
    manager: EntityManager,
    wanted: readonly NotificationChannelEntity[],
    incident: IncidentEntity,
    kind: IncidentNotification['kind'],
    event: { seq: number; at: Date },
  ): Promise<void> {
    if (wanted.length === 0) return;
    const project = await findProject(manager, incident.projectId);
    const notification: Notification = {
      type: 'incident',
      id: '',
      at: event.at.toISOString(),
      project: { id: incident.projectId, name: project?.name ?? '' },
      kind,
      incident: notifiedIncident(incident, this.settings.publicUrl),
    };
    for (const channel of wanted) {
      await manager
        .createQueryBuilder()
        .insert()
        .into(OutboxEntity)
        .values({
          projectId: incident.projectId,
          channelId: channel.id,
          incidentId: incident.id,
          eventSeq: event.seq,
          notification: notification as object,
          nextAttemptAt: new Date(0),
        })
        .orIgnore()
        .execute();
    }
  }

  /** Sends everything that is due; returns how many were attempted. */
  async deliverDue(): Promise<number> {
    let attempted = 0;
    for (;;) {
      const claimed = await claimDue(this.dataSource.manager, batch, leaseSeconds);
      if (claimed.length === 0) return attempted;
      const rows = await this.dataSource.manager.findBy(OutboxEntity, { id: In(claimed) });
      await Promise.all(rows.map((row) => this.deliver(row)));
      attempted += rows.length;
    }
  }

  private async deliver(row: OutboxEntity): Promise<void> {
    const { manager } = this.dataSource;
    const channel = await manager.findOneBy(NotificationChannelEntity, { id: row.channelId });
    if (channel === null) return;
    const result = await this.attempt(channel, { ...row.notification, id: row.id });
    const now = new Date();
    if (result.ok) {
      await manager.update(OutboxEntity, { id: row.id }, { status: 'delivered', deliveredAt: now, lastError: null });
      if (result.sent)
        await manager.update(NotificationChannelEntity, { id: channel.id }, { lastDeliveredAt: now, lastError: null });
      return;
    }
    const delay = result.again ? nextDelayMs(row.attempts, Math.random(), result.retryAfterSeconds) : null;
    this.logger.warn(`channel ${channel.name}: ${result.error}`);
    await manager.update(
      OutboxEntity,
      { id: row.id },
      delay === null
        ? { status: 'failed', lastError: result.error }
        : { nextAttemptAt: new Date(now.getTime() + delay), claimedUntil: null, lastError: result.error },
    );
    const disabledReason = result.gone ? 'the receiver answered 410 Gone' : channel.disabledReason;
    await manager.update(
      NotificationChannelEntity,
      { id: channel.id },
      { lastError: result.error, lastErrorAt: now, disabledReason },
    );
  }

  /** One attempt; never throws for what the receiver or the network does. */
  async attempt(target: NotificationChannelEntity, notification: Notification): Promise<AttemptResult> {
    const channel = channelOf(target.kind);
    if (channel === undefined) return failed(`no channel of kind ${target.kind}`, { again: false });
    const request = channel.compose(notification, { url: target.url, secrets: target.secrets }, Date.now());
    if (request === null) return { ok: true, sent: false };
    try {
      const { status, body, retryAfterSeconds } = await send(request, { allowPrivate: target.allowPrivate });
      if (status >= 200 && status < 300) return { ok: true, sent: true };
      const error = `answered ${status}${body === '' ? '' : `: ${body.slice(0, 200)}`}`;
      return failed(error, { again: channel.retries(status), gone: status === 410, retryAfterSeconds });
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      return failed(error.message, { again: error.code === 'unavailable' });
    }
  }
}

/** Why nobody outside is told now. */
export interface HeldBack {
  readonly by: 'silence' | 'inhibition';
  readonly actor: string;
  readonly reason: string;
  readonly snapshot: Record<string, unknown>;
}

export type AttemptResult =
  | { readonly ok: true; readonly sent: boolean }
  | {
      readonly ok: false;
      readonly error: string;
      readonly again: boolean;
      readonly gone: boolean;
      readonly retryAfterSeconds: number | undefined;
    };

function failed(
  error: string,
  {
    again,
    gone = false,
    retryAfterSeconds,
  }: { again: boolean; gone?: boolean; retryAfterSeconds?: number | undefined },
): AttemptResult {
  return { ok: false, error, again, gone, retryAfterSeconds };
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
