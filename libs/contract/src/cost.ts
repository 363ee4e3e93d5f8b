import { z } from 'zod';
import { instant, money, oneOrMany, page, pageQuery, rangeQuery, type Route } from './http.js';
import { tokenBuckets } from './record.js';

export const costDimensions = [
  'feature',
  'team',
  'customer',
  'model',
  'provider',
  'promptVersion',
  'environment',
  'outcome',
] as const;

/** How a provider bills a request; `batch` and `flex` are cheaper and slower, `priority` dearer. */
export const serviceTiers = ['standard', 'batch', 'flex', 'priority'] as const;
export type ServiceTier = (typeof serviceTiers)[number];

/** One row of the cost page. `amount` of all rows adds up to `total` exactly. */
export const costRow = z.object({
  key: z.string(),
  /** Kind of the row: a value of the dimension, or a remainder with its own name. */
  kind: z.enum(['value', 'unallocated', 'gpu_idle', 'gpu', 'eval_overhead', 'other']),
  amount: money,
  previousAmount: money.nullable(),
  calls: z.number().int(),
  tokens: z.number().int(),
  outcomes: z.number().int(),
  successes: z.number().int(),
  costPerOutcome: money.nullable(),
  costPerSuccess: money.nullable(),
  outcomeRate: z.number().nullable(),
  provisionalShare: z.number().nullable(),
  budget: money.nullable(),
});
export type CostRow = z.infer<typeof costRow>;

/** What is told of a money budget, once a period: shares of the amount that are spent, and a forecast that reaches it. */
export const budgetMarks = ['50 %', '80 %', '100 %', 'forecast 100 %'] as const;
export type BudgetMark = (typeof budgetMarks)[number];

/** A mark that a budget has passed in its period. */
const passedMark = z.object({
  mark: z.enum(budgetMarks),
  /** When it was seen and told; null while the next look, within ten minutes, is still to come. */
  at: instant.nullable(),
});
export type PassedMark = z.infer<typeof passedMark>;

/** Spent / (amount x elapsed share of the period): 1 = just so that it lasts. Null where nothing has elapsed. */
const pace = z.number().nullable();

export const costReport = z.object({
  from: instant,
  to: instant,
  timeZone: z.string(),
  currency: z.string(),
  groupBy: z.enum(costDimensions),
  total: money,
  previousTotal: money.nullable(),
  allocatedShare: z.number().nullable(),
  unallocated: money,
  unpricedCalls: z.number().int(),
  unpricedTokens: z.number().int(),
  unpricedModels: z.array(z.string()),
  fallbackCalls: z.number().int(),
  usageConflicts: z.number().int(),
  /** Amounts are estimated from prices, not invoiced. */
  priceVersion: z.string(),
  forecast: z.object({ amount: money, low: money, high: money, method: z.string() }).nullable(),
  /** The budget of this period and of what is asked for: the whole project, or one feature, customer or team. */
  budget: z
    .object({
      amount: money,
      exceededOn: instant.nullable(),
      forecastExceedsOn: instant.nullable(),
      pace,
      marks: z.array(passedMark),
    })
    .nullable(),
  days: z.array(z.object({ day: z.string(), amount: money, byKey: z.record(z.string(), money) })),
  items: z.array(costRow),
  asOf: instant.nullable(),
  notes: z.array(z.string()),
});
export type CostReport = z.infer<typeof costReport>;

/** `month` as `2026-11` in the project's zone, or a range. */
export const costQuery = rangeQuery.extend({
  month: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .optional(),
  groupBy: z.enum(costDimensions).default('feature'),
  timeZone: z.string().optional(),
  compare: z.enum(['previous', 'none']).default('previous'),
  feature: z.string().optional(),
  customer: z.string().optional(),
  team: z.string().optional(),
  /** Name of the outcome that the per-outcome figures are of; absent = the last one of any name. */
  outcome: z.string().optional(),
});
export type CostQuery = z.infer<typeof costQuery>;

export const outcomeCreate = z.strictObject({
  name: z.string().min(1).max(120),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/i)
    .optional(),
  key: z.string().max(200).optional(),
  status: z.enum(['success', 'failure', 'neutral']),
  value: money.optional(),
  currency: z.string().length(3).optional(),
  occurredAt: instant.optional(),
  /** For outcomes whose trace is not known here; else they are the trace's own. */
  feature: z.string().max(200).optional(),
  customer: z.string().max(200).optional(),
});
export const outcome = z.object({
  name: z.string(),
  key: z.string(),
  traceId: z.string().nullable(),
  status: z.enum(['success', 'failure', 'neutral']),
  value: money.nullable(),
  currency: z.string().nullable(),
  occurredAt: instant,
  receivedAt: instant,
});

/** A day or an instant; a day begins at 00:00 UTC. */
const dayOrInstant = z.union([z.iso.date(), instant]);

/** A price of one token bucket. `model` is a name, `prefix*` or `/expression/`. */
export const priceRow = z.strictObject({
  provider: z.string().min(1).max(120),
  model: z.string().min(1).max(300),
  bucket: z.enum(tokenBuckets),
  /** Decimal USD per token. */
  perToken: money,
  serviceTier: z.enum(serviceTiers).optional(),
  /** Holds for requests of strictly more total input tokens, cache reads and writes included. */
  aboveInputTokens: z.number().int().min(1).optional(),
  /** Inclusive. */
  validFrom: dayOrInstant.optional(),
  /** Exclusive. */
  validTo: dayOrInstant.optional(),
});
export type PriceRow = z.infer<typeof priceRow>;
export const price = priceRow.extend({ source: z.string(), currency: z.string() });

const budgetPeriods = ['month', 'quarter', 'year'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export const costBudgetWrite = z.strictObject({
  name: z.string().min(1).max(120),
  amount: money,
  period: z.enum(budgetPeriods).default('month'),
  timeZone: z.string().default('UTC'),
  scope: z
    .strictObject({ feature: z.string().optional(), customer: z.string().optional(), team: z.string().optional() })
    .default({}),
});
export const costBudget = costBudgetWrite.extend({
  id: z.string(),
  /** The calendar period of the budget's zone that is meant; `to` is exclusive. */
  from: instant,
  to: instant,
  /** Which day of it it is, from 1, and how many it has. */
  day: z.number().int(),
  days: z.number().int(),
  spent: money,
  /** At the end of the period, with its 95 % interval; null while the days so far do not suffice. */
  forecast: money.nullable(),
  forecastLow: money.nullable(),
  forecastHigh: money.nullable(),
  pace,
  marks: z.array(passedMark),
});
export type CostBudget = z.infer<typeof costBudget>;

export const costRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/costs',
    summary: 'Cost of a period by a dimension',
    tag: 'cost',
    scope: 'read',
    query: costQuery,
    response: costReport,
  },
  {
    method: 'GET',
    path: '/api/v1/costs/export',
    summary: 'The same figures as CSV or FOCUS 1.2',
    tag: 'cost',
    scope: 'read',
    query: costQuery.extend({ format: z.enum(['csv', 'focus']).default('csv') }),
    produces: 'text/csv',
  },
  {
    method: 'POST',
    path: '/api/v1/outcomes',
    summary: 'Record an outcome',
    tag: 'cost',
    scope: 'ingest',
    body: oneOrMany(outcomeCreate),
    response: page(outcome),
  },
  {
    method: 'GET',
    path: '/api/v1/outcomes',
    summary: 'Outcomes, newest first',
    tag: 'cost',
    scope: 'read',
    query: pageQuery.extend(rangeQuery.shape).extend({ name: z.string().optional() }),
    response: page(outcome),
  },
  {
    method: 'GET',
    path: '/api/v1/prices',
    summary: 'Price rows in force',
    tag: 'cost',
    scope: 'read',
    query: pageQuery.extend({ provider: z.string().optional(), model: z.string().optional() }),
    response: page(price),
  },
  {
    method: 'POST',
    path: '/api/v1/prices',
    summary: 'Add a price row of your own',
    tag: 'cost',
    scope: 'admin',
    body: priceRow,
    response: price,
  },
  {
    method: 'GET',
    path: '/api/v1/budgets',
    summary: 'Money budgets',
    tag: 'cost',
    scope: 'read',
    response: page(costBudget),
  },
  {
    method: 'POST',
    path: '/api/v1/budgets',
    summary: 'Set a money budget',
    tag: 'cost',
    scope: 'write',
    body: costBudgetWrite,
    response: costBudget,
  },
  { method: 'DELETE', path: '/api/v1/budgets/{id}', summary: 'Remove a money budget', tag: 'cost', scope: 'write' },
];
