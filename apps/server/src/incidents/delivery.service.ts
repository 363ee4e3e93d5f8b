import { Inject, Injectable, Logger } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import { channelOf, nextDelayMs, type Notification, send, withRecipient } from '@plimsoll/notify';
import { DataSource, In } from 'typeorm';
import { ChannelSecrets } from './channel-secrets.js';
import { IncidentJournal } from './incident-journal.js';
import { IncidentEntity, NotificationChannelEntity, OutboxEntity } from './incidents.entity.js';
import { claimDue, lockIncident } from './incidents.queries.js';

/** Longer than a send may take. */
const leaseSeconds = 60;
const batch = 20;

/** Sends what waits in the outbox, at least once and in order a channel and incident. */
@Injectable()
export class DeliveryService {
  private readonly logger = new Logger('notifications');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ChannelSecrets) private readonly secrets: ChannelSecrets,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
  ) {}

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
    const result = await this.attempt(channel, { ...row.notification, id: row.id }, row.recipient);
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
    if (delay === null) await this.noteFailure(row, channel, result.error, now);
    const disabledReason = result.gone ? 'the receiver answered 410 Gone' : channel.disabledReason;
    await manager.update(
      NotificationChannelEntity,
      { id: channel.id },
      { lastError: result.error, lastErrorAt: now, disabledReason },
    );
  }

  /** The timeline says who was not told: somebody else may have to. */
  private async noteFailure(
    { id, incidentId, projectId }: OutboxEntity,
    channel: NotificationChannelEntity,
    error: string,
    at: Date,
  ): Promise<void> {
    if (incidentId === null) return;
    await this.dataSource.transaction(async (manager) => {
      if (!(await lockIncident(manager, projectId, incidentId))) return;
      const sourceKey = `undelivered:${id}`;
      if (await this.journal.hasSource(manager, incidentId, sourceKey)) return;
      const incident = await manager.findOneByOrFail(IncidentEntity, { id: incidentId });
      const title = `Channel ${channel.name} could not be told`;
      await this.journal.append(manager, incident, await this.journal.read(manager, incidentId), [
        { body: { kind: 'noted', about: 'undelivered' }, at, actor: 'notifications', title, detail: error, sourceKey },
      ]);
    });
  }

  /** One attempt; never throws for what the receiver or the network does. */
  async attempt(target: NotificationChannelEntity, notification: Notification, recipient = ''): Promise<AttemptResult> {
    const channel = channelOf(target.kind);
    if (channel === undefined) return failed(`no channel of kind ${target.kind}`, { again: false });
    try {
      const { url, secrets } = this.secrets.open(target);
      const address = recipient === '' ? url : withRecipient(url, recipient);
      const request = channel.compose(notification, { url: address, secrets }, Date.now());
      if (request === null) return { ok: true, sent: false };
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
