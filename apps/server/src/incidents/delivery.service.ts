import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import {
  type Channel,
  channelOf,
  channels,
  nextDelayMs,
  type Notification,
  type OutboundRequest,
  send,
  withRecipient,
} from '@plimsoll/notify';
import { DataSource, In } from 'typeorm';
import { ChannelSecrets } from './channel-secrets.js';
import { IncidentJournal } from './incident-journal.js';
import { IncidentEntity, NotificationChannelEntity, OutboxEntity } from './incidents.entity.js';
import { claimDue, isPaced, lockIncident, receiptOf } from './incidents.queries.js';

/** Longer than a send may take. */
const leaseSeconds = 60;
const batch = 20;
/** Receivers that take no more than one message in a while, and the longest such while. */
const pacedKinds = channels.filter(({ paceMs }) => paceMs !== undefined).map(({ id }) => id);
const paceMs = Math.max(0, ...channels.map((channel) => channel.paceMs ?? 0));
/** A round waits for a paced channel no longer than this: the next one is due soon after. */
const patienceMs = 4000;

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
    let [attempted, waitedMs] = [0, 0];
    for (;;) {
      const { manager } = this.dataSource;
      const claimed = await claimDue(manager, batch, leaseSeconds, { kinds: pacedKinds, seconds: paceMs / 1000 });
      if (claimed.length === 0) {
        if (waitedMs >= patienceMs || !(await isPaced(manager, pacedKinds))) return attempted;
        await setTimeout(paceMs);
        waitedMs += paceMs;
        continue;
      }
      const rows = await this.dataSource.manager.findBy(OutboxEntity, { id: In(claimed) });
      await Promise.all(rows.map((row) => this.deliver(row)));
      attempted += rows.length;
    }
  }

  private async deliver(row: OutboxEntity): Promise<void> {
    const { manager } = this.dataSource;
    const channel = await manager.findOneBy(NotificationChannelEntity, { id: row.channelId });
    if (channel === null) return;
    const { incidentId, channelId, recipient } = row;
    const root = incidentId === null ? null : await receiptOf(manager, { incidentId, channelId, recipient });
    const result = await this.attempt(channel, { ...row.notification, id: row.id }, recipient, root);
    // Before anything else: what was written into a room is not to be written once more.
    if (root === null && result.ok && result.receipt !== null) {
      await manager.update(OutboxEntity, { id: row.id }, { receipt: result.receipt });
    }
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

  /**
   * One attempt; never throws for what the receiver or the network does.
   * @param receipt of the incident's first message in this channel, where it can be edited
   */
  async attempt(
    target: NotificationChannelEntity,
    notification: Notification,
    recipient = '',
    receipt: string | null = null,
  ): Promise<AttemptResult> {
    const channel = channelOf(target.kind);
    if (channel === undefined) return failed(`no channel of kind ${target.kind}`, { again: false });
    try {
      const { url, secrets } = this.secrets.open(target);
      const where = { url: recipient === '' ? url : withRecipient(url, recipient), secrets };
      const following = receipt === null ? null : (channel.follow?.(notification, where, receipt) ?? null);
      const first = following === null ? channel.compose(notification, where, Date.now()) : null;
      const requests = following ?? (first === null ? [] : [first]);
      let result: AttemptResult = { ok: true, sent: false, receipt: null };
      for (const request of requests) {
        result = await this.post(channel, request, target.allowPrivate);
        if (!result.ok) return result;
      }
      return result;
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      return failed(error.message, { again: error.code === 'unavailable' });
    }
  }

  private async post(channel: Channel, request: OutboundRequest, allowPrivate: boolean): Promise<AttemptResult> {
    const { status, body, retryAfterSeconds } = await send(request, { allowPrivate });
    if (status < 200 || status >= 300) {
      const error = `answered ${status}${body === '' ? '' : `: ${body.slice(0, 200)}`}`;
      return failed(error, { again: channel.retries(status), gone: status === 410, retryAfterSeconds });
    }
    const answer = channel.readAnswer?.(body) ?? { receipt: null, error: null, again: false };
    if (answer.error !== null) return failed(answer.error, { again: answer.again, retryAfterSeconds });
    return { ok: true, sent: true, receipt: answer.receipt };
  }
}

export type AttemptResult =
  | { readonly ok: true; readonly sent: boolean; readonly receipt: string | null }
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
