import { Inject, Injectable } from '@nestjs/common';
import type { Change } from '@plimsoll/contract';
import { isOpen } from '@plimsoll/incidents';
import { DataSource } from 'typeorm';
import { ChangesService } from './changes.service.js';
import type { ForeignAlert } from './foreign-alerts.js';
import { IncidentJournal } from './incident-journal.js';
import { IncidentEntity, IncidentEventEntity } from './incidents.entity.js';
import { lockIncident } from './incidents.queries.js';

/** Takes alerts of other systems: a change when one fires, and a line in the incidents that show it when it ends. */
@Injectable()
export class AlertIntakeService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ChangesService) private readonly changes: ChangesService,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
  ) {}

  async take(projectId: string, actor: string, alerts: readonly ForeignAlert[]): Promise<Change[]> {
    const stored = await this.changes.declareNamed(projectId, actor, alerts);
    for (const [index, change] of stored.entries()) {
      const resolvedAt = alerts[index]?.resolvedAt ?? null;
      if (resolvedAt !== null) await this.noteEnd(projectId, change, new Date(resolvedAt));
    }
    return stored;
  }

  private async noteEnd(projectId: string, change: Change, at: Date): Promise<void> {
    const sourceKey = `change:${change.id}`;
    const shown = await this.dataSource.manager.findBy(IncidentEventEntity, { projectId, sourceKey });
    for (const { incidentId } of shown) {
      await this.dataSource.transaction(async (manager) => {
        if (!(await lockIncident(manager, projectId, incidentId))) return;
        const incident = await manager.findOneByOrFail(IncidentEntity, { id: incidentId });
        const ended = `${sourceKey} resolved`;
        if (!isOpen(incident.state) || (await this.journal.hasSource(manager, incidentId, ended))) return;
        const { title, link } = change;
        await this.journal.append(manager, incident, await this.journal.read(manager, incidentId), [
          {
            body: { kind: 'noted', about: 'alert' },
            at,
            actor: change.actor ?? 'alertmanager',
            title: `Resolved: ${title}`,
            link: link ?? undefined,
            sourceKey: ended,
          },
        ]);
      });
    }
  }
}
