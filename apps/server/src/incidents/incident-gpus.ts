import type { ClickHouse } from '@plimsoll/clickhouse';
import type { Served } from '../gpu/gpu-service-of.js';
import { sharedDependencies } from './grouping.queries.js';
import type { TimeRange } from './incident-evidence.queries.js';
import type { SliEvents } from './sli-events.queries.js';

/** A device matters that serves a model or pool with so much of the bad events. */
const servedShare = 0.1;

/** Models that bad events are of, and the pools that alone serve them. */
export async function servedBy(clickhouse: ClickHouse, events: SliEvents, range: TimeRange): Promise<Served> {
  const shared = await sharedDependencies(clickhouse, events, range, servedShare);
  const named = (kind: string): string[] =>
    shared.flatMap((name) => (name.startsWith(`${kind}:`) ? [name.slice(kind.length + 1)] : []));
  return { models: named('model'), pools: named('pool') };
}
