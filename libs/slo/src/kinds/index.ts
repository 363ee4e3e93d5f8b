import { cost } from './cost.js';
import { error } from './error.js';
import { latency } from './latency.js';
import { quality } from './quality.js';
import type { SliKind, SliKindId } from './sli-kind.js';

/** Every kind of SLI; a new one is one file, one line here and rows of cases. */
export const sliKinds = { latency, error, quality, cost } as const satisfies { [K in SliKindId]: SliKind<K> };

/** The kind of an indicator, for callers that do not care which one it is. */
export function sliKindOf(id: SliKindId): SliKind {
  return sliKinds[id] as unknown as SliKind;
}
