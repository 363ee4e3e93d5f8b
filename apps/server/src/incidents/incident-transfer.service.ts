import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Incident, type IncidentExport, PlimsollError } from '@plimsoll/contract';
import { foldIncident, type IncidentEventBody, isOpen } from '@plimsoll/incidents';
import { DataSource } from 'typeorm';
import { columnsOf } from './incident-journal.js';
import { IncidentReader } from './incident-reader.js';
import { IncidentEntity, IncidentEventEntity } from './incidents.entity.js';
import { lockDedupKey, nextIncidentNumber } from './incidents.queries.js';

/** No objective of this project: the one that it was about stays where it came from. */
const nothing = '00000000-0000-0000-0000-000000000000';

/** Incidents as files: out of one installation and into another, with every event. */
@Injectable()
export class IncidentTransferService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IncidentReader) private readonly reader: IncidentReader,
  ) {}

  async exportOf(projectId: string, id: string): Promise<IncidentExport> {
    const incident = await this.reader.detail(projectId, id);
    const row = await this.reader.find(projectId, id);
    const events = await this.dataSource.manager.find(IncidentEventEntity, {
      where: { incidentId: row.id },
      order: { seq: 'ASC' },
    });
    return {
      schema: 'plimsoll.incident',
      schemaVersion: 2,
      incident,
      evidence: row.evidence,
      filter: row.filter,
      environment: row.environment,
      events: events.map(({ seq, at, actor, kind, body, title, detail, link, snapshot }) => ({
        seq,
        at: at.toISOString(),
        actor,
        kind,
        body: { ...body },
        title,
        detail,
        link,
        snapshot,
      })),
    };
  }

  /**
   * Stores an exported incident with its events. The same export again is the same incident.
   * @throws PlimsollError `invalid_input` for one that is still open, or whose events do not make an incident.
   */
  async importFrom(
    projectId: string,
    { incident, evidence, filter, environment, events }: IncidentExport,
  ): Promise<Incident> {
    if (isOpen(incident.state)) {
      throw new PlimsollError('invalid_input', 'incident.state: only an incident that is over can be imported', {
        field: 'incident.state',
      });
    }
    const view = foldOf(events);
    const digest = createHash('sha256')
      .update(JSON.stringify([projectId, incident.id]))
      .digest('hex');
    const dedupKey = `imported:${digest}`;
    const id = await this.dataSource.transaction(async (manager) => {
      await lockDedupKey(manager, dedupKey);
      const known = await manager.findOneBy(IncidentEntity, { projectId, dedupKey });
      if (known !== null) return known.id;
      const row = manager.create(IncidentEntity, {
        projectId,
        number: await nextIncidentNumber(manager, projectId),
        dedupKey,
        objectiveId: nothing,
        revisionId: nothing,
        objectiveSlug: incident.objectiveSlug,
        objectiveName: incident.objectiveName,
        sliKind: incident.kind,
        labels: incident.group,
        filter,
        environment,
        title: incident.title,
        evidence,
        suspectHints: [],
        onsetAt: incident.onsetAt === null ? null : new Date(incident.onsetAt),
        topSuspect: incident.topSuspect as IncidentEntity['topSuspect'],
        imported: incident,
        // What it was merged into is not here.
        ...columnsOf({ ...view, mergedInto: null, recurrenceOf: null }),
      });
      const saved = await manager.save(IncidentEntity, row);
      for (const { at, body, ...event } of events) {
        await manager.insert(IncidentEventEntity, {
          ...event,
          incidentId: saved.id,
          projectId,
          at: new Date(at),
          body: body as object,
          snapshot: event.snapshot as object,
          sourceKey: null,
        });
      }
      return saved.id;
    });
    return this.reader.detail(projectId, id);
  }
}

function foldOf(events: IncidentExport['events']) {
  try {
    return foldIncident(
      events.map(({ seq, at, actor, body }) => ({ seq, at: Date.parse(at), actor, body: body as IncidentEventBody })),
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlimsollError('invalid_input', `events: ${reason}`, { field: 'events', cause });
  }
}
