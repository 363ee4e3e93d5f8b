import { Injectable } from '@nestjs/common';
import type { EscalationPolicyWrite, EscalationTarget, rotationWrite } from '@plimsoll/contract';
import { onCallAt, type Rotation, type Shift } from '@plimsoll/incidents';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { type NotificationChannelEntity, NotificationChannelEntity as Channels } from './incidents.entity.js';
import { ContactEntity, EscalationPolicyEntity, RotationEntity } from './on-call.entity.js';

/** A channel, and within it a person's own address; empty: everyone whom the channel reaches. */
export interface Addressee {
  readonly channel: NotificationChannelEntity;
  readonly recipient: string;
}

export interface Reached {
  readonly addressees: readonly Addressee[];
  /** What the targets are called, those that reach nobody included. */
  readonly names: readonly string[];
  /** Why a target reaches nobody. */
  readonly missing: readonly string[];
}

type One = { readonly name: string } & ({ readonly addressee: Addressee } | { readonly missing: string });

/** Who is meant by the names in escalation policies and rotations, at an instant. */
@Injectable()
export class OnCallDirectory {
  /** The policy that names an objective, else the one that names none. */
  async policyOf(manager: EntityManager, projectId: string, objective: string): Promise<EscalationPolicyWrite | null> {
    const rows = await manager.find(EscalationPolicyEntity, { where: { projectId }, order: { name: 'ASC' } });
    const own = rows.find(({ definition }) => definition.objectives.includes(objective));
    return (own ?? rows.find(({ definition }) => definition.objectives.length === 0))?.definition ?? null;
  }

  /** Who is reached by targets; a name that means nobody (any more) is told as such, never left out in silence. */
  async reach(
    manager: EntityManager,
    projectId: string,
    targets: readonly EscalationTarget[],
    at: Date,
  ): Promise<Reached> {
    const found: One[] = [];
    for (const target of targets) found.push(await this.find(manager, projectId, target, at));
    const addressees = found.flatMap((one) => ('addressee' in one ? [one.addressee] : []));
    const once = addressees.filter(
      ({ channel, recipient }, index) =>
        addressees.findIndex((other) => other.channel.id === channel.id && other.recipient === recipient) === index,
    );
    return {
      addressees: once,
      names: found.map(({ name }) => name),
      missing: found.flatMap((one) => ('missing' in one ? [one.missing] : [])),
    };
  }

  private async find(manager: EntityManager, projectId: string, target: EscalationTarget, at: Date): Promise<One> {
    if (target.kind === 'user') return this.person(manager, projectId, target.contact);
    if (target.kind !== 'rotation') {
      const channel = await manager.findOneBy(Channels, { projectId, name: target.channel });
      return reachedBy(target.channel, channel, '');
    }
    const name = target.rotation;
    const row = await manager.findOneBy(RotationEntity, { projectId, name });
    if (row === null) return { name, missing: `there is no rotation ${name}` };
    const shift = shiftOf(row.definition, at);
    return shift === null
      ? { name, missing: `nobody is on call in ${name}` }
      : this.person(manager, projectId, shift.member);
  }

  private async person(manager: EntityManager, projectId: string, name: string): Promise<One> {
    const contact = await manager.findOneBy(ContactEntity, { projectId, name });
    if (contact === null) return { name, missing: `there is no contact ${name}` };
    const channel = await manager.findOneBy(Channels, { id: contact.channelId });
    return reachedBy(name, channel, contact.email ?? '');
  }
}

function reachedBy(name: string, channel: NotificationChannelEntity | null, recipient: string): One {
  if (channel === null) return { name, missing: `there is no channel for ${name}` };
  const closed = !channel.enabled || channel.disabledReason !== null;
  return closed ? { name, missing: `channel ${channel.name} is off` } : { name, addressee: { channel, recipient } };
}

/** A stored rotation as the pure functions read it. */
export function rotationOf(definition: z.output<typeof rotationWrite>): Rotation {
  const { timeZone, startsOn, handoff, members, overrides } = definition;
  return {
    timeZone,
    startsOn,
    handoff,
    members,
    overrides: overrides.map(({ contact, startsAt, endsAt }) => ({
      member: contact,
      from: Date.parse(startsAt),
      to: Date.parse(endsAt),
    })),
  };
}

export const shiftOf = (definition: z.output<typeof rotationWrite>, at: Date): Shift | null =>
  onCallAt(rotationOf(definition), at.getTime());
