import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type notificationChannel,
  type notificationChannelWrite,
  PlimsollError,
  type Project,
} from '@plimsoll/contract';
import { channelOf, urlProblem } from '@plimsoll/notify';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { ChannelSecrets } from './channel-secrets.js';
import { NotificationChannelEntity } from './incidents.entity.js';
import { pendingByChannel } from './incidents.queries.js';
import { DeliveryService } from './delivery.service.js';

type ChannelWrite = z.output<typeof notificationChannelWrite>;
type ChannelView = z.output<typeof notificationChannel>;

/** Where a project's incidents are told, and how well that works. */
@Injectable()
export class ChannelsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(DeliveryService) private readonly delivery: DeliveryService,
    @Inject(ChannelSecrets) private readonly secrets: ChannelSecrets,
  ) {}

  async list(projectId: string): Promise<{ items: ChannelView[]; nextCursor: null }> {
    const { manager } = this.dataSource;
    const rows = await manager.find(NotificationChannelEntity, { where: { projectId }, order: { createdAt: 'ASC' } });
    const pending = await pendingByChannel(manager, projectId);
    return { items: rows.map((row) => this.view(row, pending.get(row.id) ?? 0)), nextCursor: null };
  }

  /** Adds a channel; one of the same name is replaced, keeping its old secret as the second during a rotation. */
  async save(projectId: string, write: ChannelWrite): Promise<ChannelView> {
    const url = checkedUrl(write);
    const { manager } = this.dataSource;
    const existing = await manager.findOneBy(NotificationChannelEntity, { projectId, name: write.name });
    const kept = existing !== null && existing.kind === write.kind ? this.known(existing) : [];
    const secrets = write.secret === undefined || write.secret === kept[0] ? kept : [write.secret, ...kept].slice(0, 2);
    if (channelOf(write.kind)?.secret?.required === true && secrets.length === 0) {
      throw new PlimsollError('invalid_input', `secret: a channel of kind ${write.kind} needs one`, {
        field: 'secret',
      });
    }
    const problem = secrets.length > 0 ? null : (channelOf(write.kind)?.secretProblem?.(url) ?? null);
    if (problem !== null) throw new PlimsollError('invalid_input', `secret: ${problem}`, { field: 'secret' });
    const { name, kind, severities, enabled, broadcast, changes, allowPrivate } = write;
    const row = existing ?? manager.create(NotificationChannelEntity, { projectId, name });
    const sealed = this.secrets.seal(projectId, { url, secrets });
    const told = { severities, enabled, broadcast, changes };
    Object.assign(row, { kind, ...sealed, ...told, allowPrivate, disabledReason: null });
    const saved = await manager.save(NotificationChannelEntity, row);
    return this.view(await manager.findOneByOrFail(NotificationChannelEntity, { id: saved.id }), 0);
  }

  async remove(projectId: string, id: string): Promise<void> {
    const row = await this.find(projectId, id);
    await this.dataSource.manager.delete(NotificationChannelEntity, { id: row.id });
  }

  /** Sends a test now, past the outbox; the answer is the receiver's. */
  async test(project: Project, id: string): Promise<{ delivered: boolean; error: string | null }> {
    const row = await this.find(project.id, id);
    const now = new Date();
    const result = await this.delivery.attempt(row, {
      type: 'test',
      id: randomUUID(),
      at: now.toISOString(),
      project: { id: project.id, name: project.name },
      channelName: row.name,
    });
    const { manager } = this.dataSource;
    const health = result.ok
      ? { lastDeliveredAt: now, lastError: null }
      : { lastError: result.error, lastErrorAt: now };
    await manager.update(NotificationChannelEntity, { id: row.id }, health);
    return { delivered: result.ok, error: result.ok ? null : result.error };
  }

  /** Secrets that can still be read; a channel whose key is lost takes new ones. */
  private known(row: NotificationChannelEntity): readonly string[] {
    try {
      return this.secrets.open(row).secrets;
    } catch (error) {
      if (error instanceof PlimsollError && error.code === 'forbidden') return [];
      throw error;
    }
  }

  private view(row: NotificationChannelEntity, pending: number): ChannelView {
    const { host, unreadable } = this.hostOf(row);
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      host,
      hasSecret: row.secrets.length > 0,
      severities: row.severities,
      enabled: row.enabled && row.disabledReason === null,
      broadcast: row.broadcast,
      changes: row.changes,
      lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
      lastError: unreadable ?? row.disabledReason ?? row.lastError,
      pending,
    };
  }

  private hostOf(row: NotificationChannelEntity): { host: string; unreadable: string | null } {
    try {
      return { host: new URL(this.secrets.open(row).url).host, unreadable: null };
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      return { host: '', unreadable: error.message };
    }
  }

  private async find(projectId: string, id: string): Promise<NotificationChannelEntity> {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const row = isUuid ? await this.dataSource.manager.findOneBy(NotificationChannelEntity, { id, projectId }) : null;
    if (row === null) {
      throw new PlimsollError('not_found', `channel "${id}": no such channel in this project`, { field: 'id' });
    }
    return row;
  }
}

function checkedUrl({ kind, url }: ChannelWrite): string {
  const channel = channelOf(kind);
  if (channel === undefined) {
    throw new PlimsollError('invalid_input', `kind: there is no channel "${kind}"`, { field: 'kind' });
  }
  const address = url === '' ? (channel.defaultUrl ?? '') : url;
  const problem = (channel.addressProblem ?? urlProblem)(address);
  if (problem !== null) throw new PlimsollError('invalid_input', `url: ${problem}`, { field: 'url' });
  return address;
}
