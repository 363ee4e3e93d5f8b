import { belongsTo } from './fleet.js';

/** Models that were asked, and the pools that are known to serve them. */
export interface Served {
  readonly models: readonly string[];
  readonly pools: readonly string[];
}

/** Whether a device serves one of them, by its target's pool or the name of who holds it. */
export const deviceServes = (owner: string | null, declared: string | null, { models, pools }: Served): boolean =>
  [...pools, ...models].some((name) => belongsTo(owner, declared, { pool: name, model: name }));

export const poolServes = (
  { pool, model }: { readonly pool: string; readonly model: string },
  { models, pools }: Served,
): boolean => pools.includes(pool) || models.includes(model);

export const nameOfDevice = (index: string, host: string): string => `GPU ${index} of ${host}`;
export const nameOfPool = (pool: string, model: string): string =>
  pool === model ? `Pool ${pool}` : `Pool ${pool} (${model})`;
