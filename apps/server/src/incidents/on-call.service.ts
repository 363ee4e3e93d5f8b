import { Inject, Injectable } from '@nestjs/common';
import {
  type contact,
  type contactWrite,
  type escalationPolicy,
  type EscalationPolicyWrite,
  type EscalationTarget,
  type onCallShift,
  type Page,
  PlimsollError,
  type rotation,
  type rotationWrite,
} from '@plimsoll/contract';
import { onCallAt } from '@plimsoll/incidents';
import { DataSource, type EntityTarget } from 'typeorm';
import type { z } from 'zod';
import { NotificationChannelEntity } from './incidents.entity.js';
import { rotationOf, shiftOf } from './on-call-directory.js';
import { ContactEntity, EscalationPolicyEntity, RotationEntity } from './on-call.entity.js';

type Contact = z.output<typeof contact>;
type RotationView = z.output<typeof rotation>;
type Policy = z.output<typeof escalationPolicy>;
type Shift = z.output<typeof onCallShift>;

/** Contacts, rotations and escalation policies as people set them. */
@Injectable()
export class OnCallService {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async contacts(projectId: string): Promise<Page<Contact>> {
    const { manager } = this.dataSource;
    const rows = await manager.find(ContactEntity, { where: { projectId }, order: { name: 'ASC' } });
    const channels = await manager.findBy(NotificationChannelEntity, { projectId });
    const items = rows.map(({ id, name, channelId, email }): Contact => {
      const channel = channels.find((one) => one.id === channelId)?.name ?? '';
      return { id, name, channel, ...(email === null ? {} : { email }) };
    });
    return { items, nextCursor: null };
  }

  /** @throws PlimsollError `invalid_input` for a channel that there is not, or an address where no mail is sent. */
  async saveContact(projectId: string, write: z.output<typeof contactWrite>): Promise<Contact> {
    const { manager } = this.dataSource;
    const channel = await manager.findOneBy(NotificationChannelEntity, { projectId, name: write.channel });
    if (channel === null) throw invalid('channel', `there is no channel "${write.channel}"`);
    const isMail = channel.kind === 'email';
    if (write.email !== undefined && !isMail) throw invalid('email', `channel "${channel.name}" sends no mail`);
    const { name, email = null } = write;
    await manager.upsert(ContactEntity, { projectId, name, channelId: channel.id, email }, ['projectId', 'name']);
    const { id } = await manager.findOneByOrFail(ContactEntity, { projectId, name });
    return { id, ...write };
  }

  async rotations(projectId: string): Promise<Page<RotationView>> {
    const rows = await this.dataSource.manager.find(RotationEntity, { where: { projectId }, order: { name: 'ASC' } });
    return { items: rows.map(({ id, definition }) => ({ ...definition, id })), nextCursor: null };
  }

  /** @throws PlimsollError `invalid_input` for an unknown zone or contact. */
  async saveRotation(projectId: string, write: z.output<typeof rotationWrite>): Promise<RotationView> {
    onCallAt(rotationOf(write), 0);
    const known = new Set((await this.contacts(projectId)).items.map(({ name }) => name));
    for (const name of [...write.members, ...write.overrides.map(({ contact: one }) => one)]) {
      if (!known.has(name)) throw invalid('members', `there is no contact "${name}"`);
    }
    const { manager } = this.dataSource;
    const { name } = write;
    await manager.upsert(RotationEntity, { projectId, name, definition: write as object }, ['projectId', 'name']);
    const { id } = await manager.findOneByOrFail(RotationEntity, { projectId, name });
    return { ...write, id };
  }

  async policies(projectId: string): Promise<Page<Policy>> {
    const where = { projectId };
    const rows = await this.dataSource.manager.find(EscalationPolicyEntity, { where, order: { name: 'ASC' } });
    return { items: rows.map(({ id, definition }) => ({ ...definition, id })), nextCursor: null };
  }

  /**
   * @throws PlimsollError `invalid_input` for a target that there is not, `conflict` when another policy is for one of
   * its objectives, or for all that are not named.
   */
  async savePolicy(projectId: string, write: EscalationPolicyWrite): Promise<Policy> {
    for (const target of write.steps.flatMap(({ targets }) => targets)) await this.checkTarget(projectId, target);
    const others = (await this.policies(projectId)).items.filter(({ name }) => name !== write.name);
    for (const other of others) {
      const both = write.objectives.find((slug) => other.objectives.includes(slug));
      if (both !== undefined) throw taken(`"${other.name}" is for the objective ${both} already`);
      if (write.objectives.length === 0 && other.objectives.length === 0) {
        throw taken(`"${other.name}" is for every objective that no policy names already`);
      }
    }
    const { manager } = this.dataSource;
    const { name } = write;
    const row = { projectId, name, definition: write as object };
    await manager.upsert(EscalationPolicyEntity, row, ['projectId', 'name']);
    const { id } = await manager.findOneByOrFail(EscalationPolicyEntity, { projectId, name });
    return { ...write, id };
  }

  /** Who is on call in each rotation, and who comes next. */
  async onCall(projectId: string, at: Date): Promise<Page<Shift>> {
    const { items } = await this.rotations(projectId);
    const shifts = items.map((definition): Shift => {
      const shift = shiftOf(definition, at);
      const next = shift === null ? null : shiftOf(definition, new Date(shift.to));
      return {
        rotation: definition.name,
        contact: shift?.member ?? null,
        from: shift === null ? null : new Date(shift.from).toISOString(),
        to: shift === null ? null : new Date(shift.to).toISOString(),
        isOverride: shift?.isOverride ?? false,
        next: next?.member ?? null,
      };
    });
    return { items: shifts, nextCursor: null };
  }

  /** @throws PlimsollError `not_found` */
  async remove(projectId: string, what: 'contact' | 'rotation' | 'policy', id: string): Promise<void> {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const found = isUuid ? await this.dataSource.manager.delete(entities[what], { id, projectId }) : { affected: 0 };
    if (found.affected !== 1) {
      throw new PlimsollError('not_found', `${what} "${id}": not in this project`, { field: 'id' });
    }
  }

  private async checkTarget(projectId: string, target: EscalationTarget): Promise<void> {
    const { manager } = this.dataSource;
    switch (target.kind) {
      case 'user':
        if (await manager.existsBy(ContactEntity, { projectId, name: target.contact })) return;
        throw invalid('steps', `there is no contact "${target.contact}"`);
      case 'rotation':
        if (await manager.existsBy(RotationEntity, { projectId, name: target.rotation })) return;
        throw invalid('steps', `there is no rotation "${target.rotation}"`);
      case 'channel':
      case 'webhook': {
        const kind = target.kind === 'webhook' ? { kind: 'webhook' } : {};
        if (await manager.existsBy(NotificationChannelEntity, { projectId, name: target.channel, ...kind })) return;
        throw invalid('steps', `there is no ${target.kind} "${target.channel}"`);
      }
    }
  }
}

const entities: Record<'contact' | 'rotation' | 'policy', EntityTarget<{ id: string; projectId: string }>> = {
  contact: ContactEntity,
  rotation: RotationEntity,
  policy: EscalationPolicyEntity,
};

const invalid = (field: string, reason: string): PlimsollError =>
  new PlimsollError('invalid_input', `${field}: ${reason}`, { field });

const taken = (reason: string): PlimsollError =>
  new PlimsollError('conflict', `objectives: ${reason}`, { field: 'objectives' });
