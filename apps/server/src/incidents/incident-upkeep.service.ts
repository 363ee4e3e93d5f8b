import { Inject, Injectable } from '@nestjs/common';
import { flappingIsOver, isOpen } from '@plimsoll/incidents';
import { DataSource, In, IsNull, MoreThan, type EntityManager } from 'typeorm';
import { driftReports } from './incident-context.queries.js';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { IncidentEntity, IncidentEventEntity, OutboxEntity } from './incidents.entity.js';
import { lockIncident, openStates } from './incidents.queries.js';
import { OutboxService } from './outbox.service.js';

const hourMs = 3_600_000;
/** What happened this long before the onset may matter. */
const contextMs = 6 * hourMs;

/** What time alone does to open incidents: flapping ends, receivers are reminded, and the surroundings are noted. */
@Injectable()
export class IncidentUpkeep {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
    @Inject(OutboxService) private readonly outbox: OutboxService,
  ) {}

  async run(now = new Date()): Promise<void> {
    const incidents = await this.dataSource.manager.findBy(IncidentEntity, {
      state: In([...openStates]),
      mergedInto: IsNull(),
    });
    for (const { id, projectId } of incidents) {
      await this.dataSource.transaction(async (manager) => {
        if (!(await lockIncident(manager, projectId, id))) return;
        const incident = await manager.findOneByOrFail(IncidentEntity, { id });
        if (!isOpen(incident.state)) return;
        await this.endFlapping(manager, incident, now);
        await this.noteContext(manager, incident, now);
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

  /** Drift reports beside what the incident shows itself; GPU faults are changes and come with the suspects. */
  private async noteContext(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<void> {
    const onset = incident.onsetAt ?? incident.openedAt;
    const from = new Date(onset.getTime() - contextMs);
    const reports = await driftReports(manager, incident.projectId, from, now);
    const features = incident.filter.feature ?? [];
    const concerned = reports.filter(({ feature }) => features.length === 0 || features.includes(feature));
    const events = concerned.map((row): NewEvent => ({
      body: { kind: 'noted', about: 'drift' },
      at: row.created_at,
      actor: 'drift',
      title: row.headline,
      link: `/drift/${row.id}`,
      snapshot: { verdict: row.verdict, feature: row.feature },
      sourceKey: `drift:${row.id}`,
    }));
    const fresh: NewEvent[] = [];
    for (const event of events) {
      if (!(await this.journal.hasSource(manager, incident.id, event.sourceKey ?? ''))) fresh.push(event);
    }
    if (fresh.length === 0) return;
    await this.journal.append(manager, incident, await this.journal.read(manager, incident.id), fresh);
  }
}
