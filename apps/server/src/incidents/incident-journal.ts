import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import {
  applyEvent,
  foldIncident,
  type IncidentEvent,
  type IncidentEventBody,
  type IncidentView,
  notificationFor,
} from '@plimsoll/incidents';
import type { EntityManager } from 'typeorm';
import { IncidentEntity, IncidentEventEntity } from './incidents.entity.js';
import type { Addressee } from './on-call-directory.js';
import { OutboxService } from './outbox.service.js';

/** An event that is about to be appended. */
export interface NewEvent {
  readonly body: IncidentEventBody;
  readonly at: Date;
  /** A user's name, `key plk_ab12cd34`, or a capability such as `slo`. */
  readonly actor: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly link?: string | undefined;
  readonly snapshot?: Record<string, unknown> | undefined;
  /** Row that caused it; the same cause adds nothing a second time. */
  readonly sourceKey?: string | undefined;
  /** Whom alone to tell; absent: everyone who is told of such events. */
  readonly to?: readonly Addressee[] | undefined;
  /** True: nobody is told, because what follows in the same transaction makes it a part of something that was. */
  readonly quiet?: boolean | undefined;
}

/** Reads and appends the events of incidents: the only writer of `incident_events` and of the fold beside it. */
@Injectable()
export class IncidentJournal {
  constructor(@Inject(OutboxService) private readonly outbox: OutboxService) {}

  async read(manager: EntityManager, incidentId: string): Promise<IncidentView> {
    return foldIncident(await this.events(manager, incidentId));
  }

  async events(manager: EntityManager, incidentId: string): Promise<IncidentEvent[]> {
    // Titles and evidence are the most of a row, and no part of the fold.
    const select = { incidentId: true, seq: true, at: true, actor: true, body: true } as const;
    const rows = await manager.find(IncidentEventEntity, { select, where: { incidentId }, order: { seq: 'ASC' } });
    return rows.map(eventOf);
  }

  /** The events with the instants at which they were stored: what waits counts from there, not from the alert's minute. */
  async recorded(manager: EntityManager, incidentId: string): Promise<IncidentEvent[]> {
    const rows = await manager.find(IncidentEventEntity, { where: { incidentId }, order: { seq: 'ASC' } });
    return rows.map((row) => ({ ...eventOf(row), at: row.recordedAt.getTime() }));
  }

  /** Writes the first event of a new incident, whose fold is in `incident` already. */
  async open(manager: EntityManager, incident: IncidentEntity, event: NewEvent): Promise<IncidentView> {
    const view = foldIncident([{ seq: 1, at: event.at.getTime(), actor: event.actor, body: event.body }]);
    Object.assign(incident, columnsOf(view));
    await manager.save(IncidentEntity, incident);
    await this.write(manager, incident, event, 1);
    const held = await this.tell(manager, incident, event, 1, null);
    return held === null ? view : this.append(manager, incident, view, [held]);
  }

  /**
   * Appends events in order and with them, in the same transaction, what people outside are told.
   * @throws PlimsollError `conflict` when somebody else appended since `view` was read.
   */
  async append(
    manager: EntityManager,
    incident: IncidentEntity,
    view: IncidentView,
    events: readonly NewEvent[],
  ): Promise<IncidentView> {
    let current = view;
    for (const event of events) {
      const seq = current.seq + 1;
      const before = current;
      current = applyEvent(current, { seq, at: event.at.getTime(), actor: event.actor, body: event.body });
      const columns = columnsOf(current);
      const { affected } = await manager.update(IncidentEntity, { id: incident.id, seq: before.seq }, columns);
      if (affected !== 1) throw new PlimsollError('conflict', 'seq: the incident changed meanwhile', { field: 'seq' });
      Object.assign(incident, columns);
      await this.write(manager, incident, event, seq);
      const held = await this.tell(manager, incident, event, seq, before);
      if (held !== null) current = await this.append(manager, incident, current, [held]);
    }
    return current;
  }

  /** Whether a cause is in the timeline already. */
  async hasSource(manager: EntityManager, incidentId: string, sourceKey: string): Promise<boolean> {
    return manager.existsBy(IncidentEventEntity, { incidentId, sourceKey });
  }

  private async write(manager: EntityManager, incident: IncidentEntity, event: NewEvent, seq: number): Promise<void> {
    await manager.insert(IncidentEventEntity, {
      incidentId: incident.id,
      seq,
      projectId: incident.projectId,
      at: event.at,
      actor: event.actor,
      kind: event.body.kind === 'noted' ? event.body.about : event.body.kind,
      // TypeORM's insert type rejects free-form JSON without this.
      body: event.body as object,
      title: event.title,
      detail: event.detail ?? null,
      link: event.link ?? null,
      snapshot: (event.snapshot ?? {}) as object,
      sourceKey: event.sourceKey ?? null,
    });
  }

  /** Writes what people are told; returns the entry for the timeline when something holds it back. */
  private async tell(
    manager: EntityManager,
    incident: IncidentEntity,
    event: NewEvent,
    seq: number,
    before: IncidentView | null,
  ): Promise<NewEvent | null> {
    const kind = notificationFor(event.body.kind, before);
    if (kind === null || event.quiet === true) return null;
    const held = await this.outbox.enqueue(manager, incident, kind, { seq, at: event.at }, event.to);
    if (held === null) return null;
    return {
      body: { kind: 'noted', about: held.by },
      at: event.at,
      actor: held.actor,
      title: `Notification held back: ${held.reason}`,
      snapshot: { ...held.snapshot, kind },
    };
  }
}

const eventOf = (row: IncidentEventEntity): IncidentEvent => ({
  seq: row.seq,
  at: row.at.getTime(),
  actor: row.actor,
  body: row.body,
});

/** The columns of an incident that repeat its fold. */
export function columnsOf(view: IncidentView) {
  return {
    seq: view.seq,
    state: view.state,
    severity: view.severity,
    openedAt: new Date(view.openedAt),
    acknowledgedBy: view.acknowledgedBy,
    assignee: view.assignee,
    resolvedAt: view.resolvedAt === null ? null : new Date(view.resolvedAt),
    alerts: view.alerts,
    flapping: view.flapping,
    snoozedUntil: view.snoozedUntil === null ? null : new Date(view.snoozedUntil),
    mergedInto: view.mergedInto,
  };
}
