import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { DataSource, type EntityManager } from 'typeorm';
import { type FoundCondition, findGpuConditions } from '../gpu/gpu-conditions.js';
import { burstFactor } from '../scoring/bursts.js';
import { burstsOf } from '../scoring/bursts.queries.js';
import { groupKeyOf } from './budget-watch.queries.js';
import { servedBy } from './incident-gpus.js';
import { driftReports } from './incident-context.queries.js';
import type { NewEvent } from './incident-journal.js';
import { type IncidentEntity, IncidentEventEntity } from './incidents.entity.js';
import { SuspectsService } from './suspects.service.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** What happened this long before the onset may matter. */
const contextMs = 6 * hourMs;
/** GPUs are looked at from so long before the opening: their conditions act at once. */
const gpuBeforeMs = hourMs;
/** A first look goes no further back than this, and later ones only over what is new and a window. */
const gpuLookMs = 6 * hourMs;
const gpuAgainMs = 15 * minuteMs;
/** Scrapes arrive within this. */
const gpuLagMs = minuteMs;

const stateTitles: Readonly<Record<FoundCondition['state'], string>> = {
  throttled: 'clocks are held down',
  memory_pressure: 'requests wait while its memory is full',
};

/** What did not happen to an incident but belongs beside it: drift reports, conditions of its GPUs, bursts of sampling. */
@Injectable()
export class IncidentSurroundings {
  private readonly logger = new Logger('incidents');
  /** Until when the GPUs of an incident were looked at, by its id. Lost with the process, which costs a longer look. */
  private readonly lookedUntil = new Map<string, number>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
  ) {}

  /** Entries for the timeline; the same may come again, under the same source. */
  async of(incident: IncidentEntity, now: Date): Promise<NewEvent[]> {
    const { manager } = this.dataSource;
    const from = new Date((incident.onsetAt ?? incident.openedAt).getTime() - contextMs);
    const [drift, bursts, gpu] = await Promise.all([
      driftEvents(manager, incident, from, now),
      burstEvents(manager, incident, from, now),
      this.gpuEvents(manager, incident, now),
    ]);
    return [...drift, ...bursts, ...gpu];
  }

  /** Forgets incidents that are no longer open. */
  keep(ids: readonly string[]): void {
    for (const id of this.lookedUntil.keys()) if (!ids.includes(id)) this.lookedUntil.delete(id);
  }

  private async gpuEvents(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<NewEvent[]> {
    try {
      const to = new Date(Math.floor((now.getTime() - gpuLagMs) / minuteMs) * minuteMs);
      const earliest = Math.max(incident.openedAt.getTime() - gpuBeforeMs, to.getTime() - gpuLookMs);
      const looked = this.lookedUntil.get(incident.id);
      const from = new Date(looked === undefined ? earliest : Math.max(earliest, looked - gpuAgainMs));
      if (from >= to) return [];
      const found = await findGpuConditions(this.clickhouse, manager, incident.projectId, { from, to });
      const own = found.length === 0 ? [] : await this.serving(incident, found, to);
      const fresh = await withoutNoted(manager, incident.id, own, looked === undefined ? null : from);
      this.lookedUntil.set(incident.id, to.getTime());
      return fresh.map(eventOf);
    } catch (error) {
      this.logger.warn(
        `GPUs of ${incident.id} were not looked at: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`,
      );
      return [];
    }
  }

  /** Those of devices and pools that serve the models of the incident's bad calls. */
  private async serving(incident: IncidentEntity, found: readonly FoundCondition[], to: Date) {
    const subject = await this.suspects.subjectOf(incident);
    if (subject === null) return [];
    const events = await this.suspects.eventsOf(subject, incident);
    const served = await servedBy(this.clickhouse, events, {
      from: new Date(incident.openedAt.getTime() - gpuBeforeMs),
      to,
    });
    return found.filter((condition) => condition.serves(served));
  }
}

/**
 * Conditions that the timeline does not tell yet. One that held when a later look began is the end of one that an
 * earlier look saw, and late scrapes may move a beginning by some minutes.
 */
async function withoutNoted(
  manager: EntityManager,
  incidentId: string,
  found: readonly FoundCondition[],
  lookedAgainFrom: Date | null,
): Promise<FoundCondition[]> {
  if (found.length === 0) return [];
  const noted = await manager.findBy(IncidentEventEntity, { incidentId, kind: 'gpu' });
  return found.filter(({ name, state, atMs }) => {
    if (lookedAgainFrom !== null && atMs - lookedAgainFrom.getTime() < minuteMs) return false;
    return !noted.some(
      ({ snapshot, at }) =>
        snapshot['name'] === name && snapshot['state'] === state && Math.abs(at.getTime() - atMs) < gpuAgainMs,
    );
  });
}

function eventOf({ gpuId, name, state, subReason, atMs, evidence, nextStep }: FoundCondition): NewEvent {
  const reason = subReason === null ? '' : ` (${subReason.replaceAll('_', ' ')})`;
  const figures = evidence.flatMap(({ series, value, threshold }) =>
    value === null ? [] : [`${series} ${Number(value.toPrecision(3))} (threshold ${threshold})`],
  );
  return {
    body: { kind: 'noted', about: 'gpu' },
    at: new Date(atMs),
    actor: 'gpu',
    title: `${name}: ${stateTitles[state]}${reason}`,
    detail: [...figures, nextStep].join('; '),
    link: gpuId === null ? '/gpus' : `/gpus/${encodeURIComponent(gpuId)}`,
    snapshot: { name, state, subReason, evidence },
    sourceKey: `gpu:${gpuId ?? name}:${state}:${atMs}`,
  };
}

async function driftEvents(manager: EntityManager, incident: IncidentEntity, from: Date, now: Date) {
  const reports = await driftReports(manager, incident.projectId, from, now);
  const features = incident.filter.feature ?? [];
  const concerned = reports.filter(({ feature }) => features.length === 0 || features.includes(feature));
  return concerned.map((row): NewEvent => ({
    body: { kind: 'noted', about: 'drift' },
    at: row.created_at,
    actor: 'drift',
    title: row.headline,
    link: `/drift/${row.id}`,
    snapshot: { verdict: row.verdict, feature: row.feature },
    sourceKey: `drift:${row.id}`,
  }));
}

async function burstEvents(manager: EntityManager, incident: IncidentEntity, from: Date, now: Date) {
  if (incident.sliKind !== 'quality') return [];
  const groupKey = await groupKeyOf(manager, incident.id);
  if (groupKey === null) return [];
  const bursts = await burstsOf(manager, { objectiveId: incident.objectiveId, groupKey }, from, now);
  return bursts.map((burst): NewEvent => ({
    body: { kind: 'noted', about: 'burst' },
    at: burst.started_at,
    actor: 'scoring',
    title: `Sampling burst started: ${burst.scorer} looks at ${burstFactor} times as many calls`,
    detail: 'An early warning of a lasting fall, at less evidence than opens a ticket',
    link: `/slos/${incident.objectiveSlug}`,
    snapshot: { scorer: burst.scorer, factor: burstFactor },
    sourceKey: `burst:${burst.id}`,
  }));
}
