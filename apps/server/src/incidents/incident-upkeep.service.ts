import { Inject, Injectable } from '@nestjs/common';
import { flappingIsOver, isOpen } from '@plimsoll/incidents';
import { DataSource, In, IsNull, MoreThan, type EntityManager } from 'typeorm';
import { IncidentSurroundings } from './incident-surroundings.service.js';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { IncidentEntity, IncidentEventEntity, OutboxEntity } from './incidents.entity.js';
import { lockIncident, openStates } from './incidents.queries.js';
import { OutboxService } from './outbox.service.js';

/** What time alone does to open incidents: flapping ends, receivers are reminded, and the surroundings are noted. */
@Injectable()
export class IncidentUpkeep {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
    @Inject(OutboxService) private readonly outbox: OutboxService,
    @Inject(IncidentSurroundings) private readonly surroundings: IncidentSurroundings,
  ) {}

  async run(now = new Date()): Promise<void> {
    const incidents = await this.dataSource.manager.findBy(IncidentEntity, {
      state: In([...openStates]),
      mergedInto: IsNull(),
    });
    this.surroundings.keep(incidents.map(({ id }) => id));
    for (const open of incidents) {
      const { id, projectId } = open;
      // Asked before the incident is locked: the store of calls may be slow or away.
      const surroundings = await this.surroundings.of(open, now);
      await this.dataSource.transaction(async (manager) => {
        if (!(await lockIncident(manager, projectId, id))) return;
        const incident = await manager.findOneByOrFail(IncidentEntity, { id });
        if (!isOpen(incident.state)) return;
        await this.endFlapping(manager, incident, now);
        await this.note(manager, incident, surroundings);
        if (!isOpen(incident.state)) return;
        await this.tellHeldBack(manager, incident, now);
        await this.outbox.remind(manager, incident, now);
      });
    }
    await this.outbox.forgetReminders(now);
  }

  /** A flapping incident that was quiet long enough is over. */
  private async endFlapping(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<void> {
    if (!incident.flapping) return;
    const view = await this.journal.read(manager, incident.id);
    const last = await manager.findOne(IncidentEventEntity, {
      where: { incidentId: incident.id, kind: In(['alert_resolved', 'resolved']) },
      order: { seq: 'DESC' },
    });
    const quietSince = (last?.at ?? incident.openedAt).getTime();
    if (!flappingIsOver(view, quietSince, now.getTime(), incident.evidence.shortSeconds * 1000)) return;
    await this.journal.append(manager, incident, view, [
      { body: { kind: 'flapping_ended' }, at: now, actor: 'slo', title: 'Quiet long enough: no longer flapping' },
      { body: { kind: 'resolved', automatic: true }, at: now, actor: 'slo', title: 'Resolved after flapping' },
    ]);
  }

  /** What opened in a silence, or beside its provider's incident, and still burns when that ends is told then. */
  private async tellHeldBack(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<void> {
    const kind = In(['silence', 'maintenance', 'inhibition']);
    const wasHeld = await manager.existsBy(IncidentEventEntity, { incidentId: incident.id, kind });
    if (!wasHeld) return;
    const told = await manager.existsBy(OutboxEntity, { incidentId: incident.id, eventSeq: MoreThan(0) });
    if (!told) await this.outbox.enqueue(manager, incident, 'opened', { seq: 1, at: now });
  }

  /** What belongs beside the incident and is not in its timeline yet; GPU faults are changes and come with the suspects. */
  private async note(manager: EntityManager, incident: IncidentEntity, events: readonly NewEvent[]): Promise<void> {
    const fresh: NewEvent[] = [];
    for (const event of events) {
      if (!(await this.journal.hasSource(manager, incident.id, event.sourceKey ?? ''))) fresh.push(event);
    }
    if (fresh.length === 0) return;
    await this.journal.append(manager, incident, await this.journal.read(manager, incident.id), fresh);
  }
}
