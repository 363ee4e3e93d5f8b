import { costBudgetWrite, driftMonitorWrite, objective, objectiveWrite, scorerWrite } from '@plimsoll/contract';
import { parseMoney, printMoney } from '@plimsoll/cost';
import { z } from 'zod';
import type { PlatformApi } from './platform-api.js';

// Only what is needed of an answer, so that a platform that tells more is understood too.
const listed = z.looseObject({ id: z.string() });
const listedObjective = objective.pick({ id: true, slug: true });
const readObjective = objective.pick({ definition: true });

/** What is there: the fields one writes, and the id where the platform gives one. */
export interface Existing {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One kind of thing that is kept as code. */
export interface ResourceKind {
  readonly kind: string;
  readonly schema: z.ZodType<Record<string, unknown>>;
  /** The field that tells one from another; it never changes. */
  readonly key: 'slug' | 'name';
  readonly list: (api: PlatformApi) => Promise<Existing[]>;
  /** What is wanted as the platform would store it beside what is there; absent where it stores what it is told. */
  readonly stored?: (
    fields: Readonly<Record<string, unknown>>,
    existing: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
  readonly save: (api: PlatformApi, fields: Readonly<Record<string, unknown>>, existing?: Existing) => Promise<void>;
}

function putBySlug(path: string): ResourceKind['save'] {
  return async (api, fields) => {
    await api.call('PUT', `${path}/${encodeURIComponent(String(fields['slug']))}`, fields);
  };
}

/** Names of monitors are unique and POST refuses a taken one; made again under its name a monitor keeps its reports. */
const remake: ResourceKind['save'] = async (api, fields, existing) => {
  const path = '/api/v1/drift/monitors';
  if (existing !== undefined) await api.call('DELETE', `${path}/${encodeURIComponent(existing.id)}`);
  await api.call('POST', path, fields);
};

/** The fields of a stored thing that a person writes. */
function written(write: z.ZodObject, item: { readonly id: string }): Existing {
  const own = Object.entries(item).filter(([name]) => name in write.shape);
  return { id: item.id, fields: write.parse(Object.fromEntries(own)) };
}

const objectives: ResourceKind = {
  kind: 'Objective',
  schema: objectiveWrite,
  key: 'slug',
  list: async (api) => {
    const found: Existing[] = [];
    for (const { id, slug } of await api.list('/api/v1/objectives', listedObjective)) {
      const { definition } = readObjective.parse(
        await api.call('GET', `/api/v1/objectives/${encodeURIComponent(slug)}`),
      );
      found.push({ id, fields: definition });
    }
    return found;
  },
  save: putBySlug('/api/v1/objectives'),
};

const scorers: ResourceKind = {
  kind: 'Scorer',
  schema: scorerWrite,
  key: 'slug',
  list: async (api) => (await api.list('/api/v1/scorers', listed)).map((item) => written(scorerWrite, item)),
  // The platform adds the defaults of the kind to the settings.
  stored: (fields, existing) => ({ ...fields, settings: Object.assign({}, existing['settings'], fields['settings']) }),
  save: putBySlug('/api/v1/scorers'),
};

const driftMonitors: ResourceKind = {
  kind: 'DriftMonitor',
  schema: driftMonitorWrite,
  key: 'name',
  list: async (api) => {
    return (await api.list('/api/v1/drift/monitors', listed)).map((item) => written(driftMonitorWrite, item));
  },
  save: remake,
};

const budgets: ResourceKind = {
  kind: 'Budget',
  schema: costBudgetWrite,
  key: 'name',
  list: async (api) => (await api.list('/api/v1/budgets', listed)).map((item) => written(costBudgetWrite, item)),
  stored: (fields) => ({ ...fields, amount: printMoney(parseMoney(String(fields['amount']))) }),
  // POST replaces the budget of the same name.
  save: async (api, fields) => {
    await api.call('POST', '/api/v1/budgets', fields);
  },
};

/** Scorers before the objectives that name them. */
export const resourceKinds: readonly ResourceKind[] = [scorers, objectives, driftMonitors, budgets];
