import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError } from '@plimsoll/contract';
import { findOnset, type GroupingFacts, groupingReason, type GroupingReason, isOpen } from '@plimsoll/incidents';
import { DataSource, type EntityManager, In, IsNull, LessThan, MoreThan, Not } from 'typeorm';
import { badTraces, sharedDependencies } from './grouping.queries.js';
import { badnessByMinute } from './incident-evidence.queries.js';
import { openedTogether, renameGroups } from './incident-groups.queries.js';
import { featureOf } from './incident-mapping.js';
import { IncidentMerging } from './incident-merging.js';
import { IncidentEntity, IncidentEventEntity, SuspectEntity } from './incidents.entity.js';
import { lockIncident, openStates } from './incidents.queries.js';
import { SuspectsService } from './suspects.service.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Bad events that a provider or model must have for the incident to depend on it. */
const nearlyAll = 0.9;
/** What suspects show of an incident counts this long after it opened; later, people have begun to work on it. */
const regroupWithinMs = 15 * minuteMs;

export interface Grouped {
  readonly target: IncidentEntity;
  readonly reason: GroupingReason;
}

/** Finds the open incident that a new alert belongs to, so that one fault is one incident. */
@Injectable()
export class GroupingService {
  private readonly logger = new Logger('grouping');
  /** Rankings that were looked at: one ranking says the same twice. Lost with the process, which costs a look. */
  private readonly seen = new Map<string, number>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
    @Inject(IncidentMerging) private readonly merging: IncidentMerging,
  ) {}

  /**
   * The open incident of the same objective whose groups began to fire just now; else the oldest one of the same service that shares bad traces, onset and dependency, or the first suspect;
   * null without one, and while the store of calls cannot be asked: then the alert opens an incident of its own.
   */
  async targetOf(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<Grouped | null> {
    const together = await openedTogether(manager, incident);
    if (together !== null) return { target: together, reason: 'same objective' };
    const service = featureOf(incident);
    if (service === null) return null;
    const open = await manager.find(IncidentEntity, {
      where: {
        projectId: incident.projectId,
        state: In([...openStates]),
        mergedInto: IsNull(),
        dedupKey: Not(incident.dedupKey),
        openedAt: LessThan(new Date(incident.openedAt.getTime() + 1)),
      },
      order: { openedAt: 'ASC', number: 'ASC' },
    });
    const sameService = open.filter((other) => featureOf(other) === service);
    if (sameService.length === 0) return null;
    try {
      const range = { from: new Date(incident.openedAt.getTime() - hourMs), to: now };
      const facts = await this.factsOf(manager, incident, range);
      for (const target of sameService) {
        const reason = groupingReason(facts, await this.factsOf(manager, target, range));
        if (reason !== null) return { target, reason };
      }
      return null;
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      this.logger.warn(`not grouped: ${error.message.slice(0, 300)}`);
      return null;
    }
  }

  /** Groups incidents that opened apart and turn out to be one once their suspects are ranked. */
  async regroup(now: Date): Promise<void> {
    const young = await this.dataSource.manager.find(IncidentEntity, {
      where: {
        state: In([...openStates]),
        mergedInto: IsNull(),
        suspectsAt: Not(IsNull()),
        createdAt: MoreThan(new Date(now.getTime() - regroupWithinMs)),
      },
      order: { openedAt: 'DESC', number: 'DESC' },
    });
    for (const id of this.seen.keys()) if (!young.some((incident) => incident.id === id)) this.seen.delete(id);
    for (const { id, projectId, suspectsAt } of young) {
      const ranked = suspectsAt?.getTime() ?? 0;
      if (this.seen.get(id) === ranked) continue;
      this.seen.set(id, ranked);
      await this.dataSource.transaction(async (manager) => {
        if (!(await lockIncident(manager, projectId, id))) return;
        const incident = await manager.findOneByOrFail(IncidentEntity, { id });
        // Somebody has taken it out of another one: that stands.
        const wasSplit = await manager.existsBy(IncidentEventEntity, { incidentId: id, kind: 'split' });
        if (!isOpen(incident.state) || wasSplit) return;
        const found = await this.targetOf(manager, incident, now);
        if (found !== null) await this.group(manager, incident, found, { quiet: false });
      });
    }
  }

  /** Puts an incident into the one it belongs to; `quiet` when nobody was told of it yet. */
  async group(
    manager: EntityManager,
    incident: IncidentEntity,
    { target, reason }: Grouped,
    { quiet }: { quiet: boolean },
  ): Promise<void> {
    await lockIncident(manager, target.projectId, target.id);
    const current = await manager.findOneByOrFail(IncidentEntity, { id: target.id });
    if (!isOpen(current.state)) return;
    await this.merging.merge(manager, incident, current, 'grouping', { reason, quiet });
    await renameGroups(manager, current);
  }

  private async factsOf(
    manager: EntityManager,
    incident: IncidentEntity,
    range: { from: Date; to: Date },
  ): Promise<GroupingFacts> {
    const subject = await this.suspects.subjectOf(incident);
    const facts: GroupingFacts = {
      id: incident.dedupKey,
      service: featureOf(incident),
      sliKind: incident.sliKind,
      topSuspect: await this.topSuspectOf(manager, incident),
      badTraceIds: [],
      onset: incident.onsetAt?.getTime() ?? null,
      dependencies: [],
    };
    if (subject === null) return facts;
    const events = await this.suspects.eventsOf(subject, incident);
    const [badTraceIds, dependencies, onset] = await Promise.all([
      badTraces(this.clickhouse, events, range),
      sharedDependencies(this.clickhouse, events, range, nearlyAll),
      facts.onset ?? this.onsetOf(events, range),
    ]);
    return { ...facts, badTraceIds, dependencies, onset };
  }

  private async onsetOf(
    events: Awaited<ReturnType<SuspectsService['eventsOf']>>,
    range: { from: Date; to: Date },
  ): Promise<number | null> {
    const rows = await badnessByMinute(this.clickhouse, events, range);
    const points = rows.map(({ minute, n, sum_w, sum_wx }) => ({
      at: Date.parse(minute),
      n,
      bad: sum_w > 0 ? Math.min(n, (n * sum_wx) / sum_w) : 0,
    }));
    return findOnset(points)?.at ?? null;
  }

  private async topSuspectOf(manager: EntityManager, { id }: IncidentEntity): Promise<string | null> {
    if (id === undefined) return null;
    const band = In(['strong', 'possible']);
    const first = await manager.findOneBy(SuspectEntity, { incidentId: id, rank: 1, band });
    return first?.changeId ?? null;
  }
}
