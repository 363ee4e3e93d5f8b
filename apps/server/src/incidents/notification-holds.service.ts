import { Inject, Injectable } from '@nestjs/common';
import { isInMaintenance, isSilenced, type NotificationKind } from '@plimsoll/incidents';
import { type EntityManager, MoreThan } from 'typeorm';
import { featureOf } from './incident-mapping.js';
import { type IncidentEntity, MaintenanceWindowEntity, OutboxEntity, SilenceEntity } from './incidents.entity.js';
import { scheduleOf } from './maintenance-schedule.js';
import { InhibitionService } from './inhibition.service.js';

/** Why nobody outside is told now. */
export interface HeldBack {
  readonly by: 'silence' | 'maintenance' | 'inhibition';
  readonly actor: string;
  readonly reason: string;
  readonly snapshot: Record<string, unknown>;
}

/** What keeps an incident from being told: its timeline goes on all the same. */
@Injectable()
export class NotificationHolds {
  constructor(@Inject(InhibitionService) private readonly inhibition: InhibitionService) {}

  /** A silence, planned maintenance, or an incident of the provider that stands for this one. What people did is told all the same. */
  async holdOf(
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
    const window = await this.windowOf(manager, incident, now);
    if (window !== null) {
      const { id, name, createdBy: actor, definition } = window;
      return { by: 'maintenance', actor, reason: `${name}: ${definition.comment}`, snapshot: { window: id } };
    }
    if (kind === 'escalated' || kind === 'split') return null;
    const told = { incidentId: incident.id, eventSeq: MoreThan(0) };
    if (await manager.existsBy(OutboxEntity, told)) return null;
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

  private async windowOf(
    manager: EntityManager,
    incident: IncidentEntity,
    now: Date,
  ): Promise<MaintenanceWindowEntity | null> {
    const windows = await manager.findBy(MaintenanceWindowEntity, { projectId: incident.projectId });
    const subject = {
      objective: incident.objectiveSlug,
      feature: featureOf(incident),
      environment: incident.environment,
      severity: incident.severity,
    };
    const holds = ({ definition }: MaintenanceWindowEntity): boolean =>
      isInMaintenance(definition, scheduleOf(definition), subject, now.getTime());
    return windows.find(holds) ?? null;
  }
}
