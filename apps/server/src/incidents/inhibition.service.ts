import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError } from '@plimsoll/contract';
import { type GroupingFacts, isInhibited } from '@plimsoll/incidents';
import { type EntityManager, In, IsNull } from 'typeorm';
import { providersOfCalls } from './incident-context.queries.js';
import { featureOf } from './incident-mapping.js';
import { IncidentEntity } from './incidents.entity.js';
import { openStates } from './incidents.queries.js';

/** A provider that has at least this share of the bad calls is what they depend on. */
const nearlyAll = 0.9;

/** Finds the provider-wide incident that explains another one, so that people are told once. */
@Injectable()
export class InhibitionService {
  private readonly logger = new Logger('inhibition');

  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {}

  /** The open incident that holds notifications about this one back, or null. */
  async inhibitorOf(manager: EntityManager, incident: IncidentEntity, now: Date): Promise<IncidentEntity | null> {
    if (incident.sliKind !== 'error' && incident.sliKind !== 'latency') return null;
    const { projectId } = incident;
    const open = await manager.findBy(IncidentEntity, {
      projectId,
      sliKind: 'error',
      state: In([...openStates]),
      mergedInto: IsNull(),
    });
    const wide = open.filter((other) => other.id !== incident.id && isProviderWide(other));
    // The store is asked only while a provider fails as a whole.
    if (wide.length === 0 || isProviderWide(incident)) return null;
    const named = providerOf(incident);
    const facts = factsOf(incident, named ?? (await this.knownProvider(incident, now)));
    return wide.find((other) => isInhibited(facts, factsOf(other, providerOf(other)))) ?? null;
  }

  /** While the store cannot be asked, nothing is held back: better told twice than not at all. */
  private async knownProvider(incident: IncidentEntity, now: Date): Promise<string | null> {
    try {
      return await this.sharedProvider(incident, now);
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      this.logger.warn(`not compared with the provider's incident: ${error.message.slice(0, 300)}`);
      return null;
    }
  }

  private async sharedProvider(incident: IncidentEntity, now: Date): Promise<string | null> {
    const feature = featureOf(incident);
    if (feature === null) return null;
    const from = new Date(incident.openedAt.getTime() - incident.evidence.longSeconds * 1000);
    const calls = await providersOfCalls(this.clickhouse, incident.projectId, {
      feature,
      // A slow call is no failed one: of a latency incident all calls count.
      failedOnly: incident.sliKind === 'error',
      from,
      to: now,
    });
    const all = calls.reduce((sum, { n }) => sum + n, 0);
    return calls.find(({ n }) => n >= nearlyAll * all)?.provider ?? null;
  }
}

/** The one provider that group or filter name. */
function providerOf({ labels, filter }: IncidentEntity): string | null {
  const filtered = filter.provider ?? [];
  return labels['provider'] ?? (filtered.length === 1 ? (filtered[0] ?? null) : null);
}

/** True when nothing but the provider (and the environment) says whose calls count. */
function isProviderWide(incident: IncidentEntity): boolean {
  const filtered = Object.entries(incident.filter).filter(([, values]) => (values ?? []).length > 0);
  const names = [...filtered.map(([name]) => name), ...Object.keys(incident.labels)];
  return providerOf(incident) !== null && names.every((name) => name === 'provider' || name === 'environment');
}

function factsOf(incident: IncidentEntity, provider: string | null): GroupingFacts {
  return {
    id: incident.id,
    service: featureOf(incident),
    sliKind: incident.sliKind,
    topSuspect: null,
    badTraceIds: [],
    onset: incident.onsetAt?.getTime() ?? null,
    dependencies: provider === null ? [] : [`provider:${provider}`],
    providerWide: isProviderWide(incident),
  };
}
