import { instant, money, PlimsollError, priceRow, serviceTiers, tokenBuckets } from '@plimsoll/contract';
import { z } from 'zod';
import { forecastCost } from './forecast.js';
import { splitGpuWindow, DEFAULT_OUTPUT_WEIGHT } from './gpu-hour.js';
import { parseMoney, PRICE_SCALE, printDecimal, printMoney } from './money.js';
import { cohortFigures } from './outcomes.js';
import { priceSpan } from './price.js';
import { bookOf, type PriceBook } from './price-book/book.js';
import { loadShippedPriceBook } from './price-book/shipped.js';
import { splitAmount } from './split.js';
import { checkBuckets, normalizeUsage, sumBuckets } from './usage.js';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const amount = money;

const requestInput = z
  .strictObject({
    provider: z.string().nullish(),
    model: z.string().min(1),
    /** Event time: prices are dated. */
    at: z.union([z.iso.date(), instant]),
    serviceTier: z.enum(serviceTiers).nullish(),
    /** The provider's raw usage object. */
    usage: z.record(z.string(), z.unknown()).optional(),
    /** Disjoint buckets in place of `usage`. */
    buckets: z
      .strictObject(Object.fromEntries(tokenBuckets.map((bucket) => [bucket, z.number().optional()])))
      .optional(),
    reportedCost: amount.nullish(),
  })
  .refine((request) => (request.usage === undefined) !== (request.buckets === undefined), {
    error: 'exactly one of usage and buckets is needed',
  });

const work = { promptTokens: count, outputTokens: count };

const gpuHourInput = z.strictObject({
  /** Number of whole GPUs, or one entry a device. */
  gpus: z.union([
    z.number().int().min(1).max(1_000_000),
    z.array(z.strictObject({ hours: amount.default('1'), hourlyRate: amount, share: amount.default('1') })).min(1),
  ]),
  hourlyRate: amount.optional(),
  hours: amount.default('1'),
  busySeconds: count,
  coldStartSeconds: count.default(0),
  windowSeconds: count.min(1).default(3600),
  outputWeight: z.number().min(0).default(DEFAULT_OUTPUT_WEIGHT),
  parts: z.array(z.strictObject({ name: z.string(), ...work })).default([]),
  unseen: z.strictObject(work).optional(),
});

const outcomesInput = z.strictObject({
  cost: amount,
  success: count,
  failure: count,
  neutral: count.default(0),
  undecided: count.default(0),
  windowEnded: z.boolean().default(false),
  decidedCost: amount.optional(),
});

const forecastInput = z.strictObject({
  /** Cost of full days, oldest first. */
  days: z.array(amount).max(10_000),
  horizonDays: z.number().int().min(1).max(366),
  seed: z.number().int().default(1),
});

const splitInput = z.strictObject({ amount, weights: z.array(count).min(1).max(100_000) });

export const costEvalInput = z
  .strictObject({
    requests: z.array(requestInput).max(100_000).optional(),
    prices: z.array(priceRow).max(100_000).optional(),
    gpuHour: gpuHourInput.optional(),
    outcomes: outcomesInput.optional(),
    forecast: forecastInput.optional(),
    split: splitInput.optional(),
  })
  .refine(({ requests, gpuHour, outcomes, forecast, split }) => {
    return [requests, gpuHour, outcomes, forecast, split].filter((form) => form !== undefined).length === 1;
  }, 'exactly one of requests, gpuHour, outcomes, forecast and split is needed')
  .refine(({ prices, requests }) => prices === undefined || requests !== undefined, {
    error: 'goes with requests only',
    path: ['prices'],
  });

const flag = z.enum(['price_fallback', 'unpriced', 'usage_conflict']);
const orNone = z.union([money, z.literal('none')]);

export const costEvalOutput = z.union([
  z.object({
    requests: z.array(
      z.object({
        buckets: z.record(z.enum(tokenBuckets), z.number()),
        cost: money.nullable(),
        computedCost: money.nullable(),
        lines: z.array(
          z.object({
            bucket: z.enum(tokenBuckets),
            tokens: z.number(),
            unitPrice: money.nullable(),
            cost: money.nullable(),
            fallback: z.boolean(),
          }),
        ),
        flags: z.array(flag),
        conflicts: z.array(z.string()),
        priceVersion: z.string(),
      }),
    ),
    total: money,
    unpricedTokens: z.number(),
  }),
  z.object({
    total: money,
    busy: money,
    idle: money,
    coldStart: money,
    unallocated: money,
    parts: z.array(z.object({ name: z.string(), cost: money })),
  }),
  z.object({
    decided: z.number(),
    costPerOutcome: orNone,
    costPerSuccess: orNone,
    decidedCostPerSuccess: orNone.nullable(),
    provisional: z.boolean(),
    undecidedShare: z.number().nullable(),
    expired: z.number(),
  }),
  z.object({
    forecast: z.object({ amount: money, low: money, high: money, method: z.string(), daysUsed: z.number() }).nullable(),
  }),
  z.object({ parts: z.array(money) }),
]);
export type CostEvaluation = z.infer<typeof costEvalOutput>;

type Input = z.output<typeof costEvalInput>;

function parseInput(input: unknown): Input {
  const parsed = costEvalInput.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...keys].map(String).join('.') || 'input';
  const reason = issue?.code === 'unrecognized_keys' ? 'is not a known field' : (issue?.message ?? 'is not valid');
  throw new PlimsollError('invalid_input', `${field}: ${reason}`, { field });
}

function evaluateRequest(book: PriceBook, request: NonNullable<Input['requests']>[number]) {
  const usage =
    request.buckets === undefined ? normalizeUsage(request.usage, request.provider) : checkBuckets(request.buckets);
  const priced = priceSpan(book, {
    provider: request.provider ?? null,
    responseModel: request.model,
    requestModel: null,
    timeMs: Date.parse(request.at),
    serviceTier: request.serviceTier ?? null,
    // A usage object that could not be read is no usage of 0 tokens.
    buckets: usage.conflict && sumBuckets(usage.buckets) === 0 ? {} : usage.buckets,
    reportedCost: typeof request.reportedCost === 'string' ? parseMoney(request.reportedCost, 'reportedCost') : null,
  });
  const flags: z.infer<typeof flag>[] = [];
  if (priced.fallback) flags.push('price_fallback');
  if (priced.unpricedTokens > 0) flags.push('unpriced');
  if (usage.conflict) flags.push('usage_conflict');
  return { usage, priced, flags };
}

function evaluateRequests(requests: NonNullable<Input['requests']>, prices: Input['prices']): CostEvaluation {
  const book = prices === undefined ? loadShippedPriceBook() : bookOf(prices);
  let total = 0n;
  let unpricedTokens = 0;
  const evaluated = requests.map((request) => {
    const { usage, priced, flags } = evaluateRequest(book, request);
    total += priced.cost ?? 0n;
    unpricedTokens += priced.unpricedTokens;
    return {
      buckets: usage.buckets,
      cost: priced.cost === null ? null : printMoney(priced.cost),
      computedCost: priced.computedCost === null ? null : printMoney(priced.computedCost),
      lines: priced.lines.map(({ unitPrice, cost, ...line }) => ({
        ...line,
        unitPrice: unitPrice === null ? null : printDecimal(unitPrice, PRICE_SCALE),
        cost: cost === null ? null : printDecimal(cost, PRICE_SCALE),
      })),
      flags,
      conflicts: usage.conflicts,
      priceVersion: priced.priceVersion,
    };
  });
  return { requests: evaluated, total: printMoney(total), unpricedTokens };
}

/** hours x rate x share of one device kind, in 1e-12 USD. */
function deviceCost(hours: string, rate: string, share: string, field: string): bigint {
  const unit = 10n ** 12n;
  const product = parseMoney(hours, field) * parseMoney(rate, field) * parseMoney(share, field);
  if (product < 0n) throw new PlimsollError('invalid_input', `${field}: hours, rate and share must be >= 0`, { field });
  return product / unit / unit;
}

function evaluateGpuHour(input: NonNullable<Input['gpuHour']>): CostEvaluation {
  let total = 0n;
  if (typeof input.gpus === 'number') {
    if (input.hourlyRate === undefined) {
      throw new PlimsollError('invalid_input', 'gpuHour.hourlyRate: is needed with a number of GPUs', {
        field: 'gpuHour.hourlyRate',
      });
    }
    total = BigInt(input.gpus) * deviceCost(input.hours, input.hourlyRate, '1', 'gpuHour');
  } else {
    for (const gpu of input.gpus) total += deviceCost(gpu.hours, gpu.hourlyRate, gpu.share, 'gpuHour.gpus');
  }
  const split = splitGpuWindow({
    total,
    busy: BigInt(input.busySeconds),
    observed: BigInt(input.windowSeconds),
    coldStart: BigInt(input.coldStartSeconds),
    outputWeight: input.outputWeight,
    parts: input.parts.map(({ name, ...tokens }) => ({ key: name, ...tokens })),
    ...(input.unseen === undefined ? {} : { unseen: input.unseen }),
  });
  return {
    total: printMoney(total),
    busy: printMoney(split.busy),
    idle: printMoney(split.idle),
    coldStart: printMoney(split.coldStart),
    unallocated: printMoney(split.unallocated),
    parts: split.parts.map(({ key, cost }) => ({ name: key, cost: printMoney(cost) })),
  };
}

function evaluateOutcomes(input: NonNullable<Input['outcomes']>): CostEvaluation {
  const decidedCost = input.decidedCost === undefined ? null : parseMoney(input.decidedCost, 'outcomes.decidedCost');
  const figures = cohortFigures(parseMoney(input.cost, 'outcomes.cost'), input, input.windowEnded, decidedCost);
  const print = (cost: bigint | null): string => (cost === null ? 'none' : printMoney(cost));
  return {
    decided: figures.decided,
    costPerOutcome: print(figures.costPerOutcome),
    costPerSuccess: print(figures.costPerSuccess),
    decidedCostPerSuccess: decidedCost === null ? null : print(figures.decidedCostPerSuccess),
    provisional: figures.provisional,
    undecidedShare: figures.undecidedShare,
    expired: figures.expired,
  };
}

function evaluateForecast(input: NonNullable<Input['forecast']>): CostEvaluation {
  const days = input.days.map((day, index) => parseMoney(day, `forecast.days.${index}`));
  const forecast = forecastCost(days, input.horizonDays, input.seed);
  if (forecast === null) return { forecast: null };
  const { amount: middle, low, high, method, daysUsed } = forecast;
  return { forecast: { amount: printMoney(middle), low: printMoney(low), high: printMoney(high), method, daysUsed } };
}

/**
 * `plimsoll eval cost`: prices, GPU hours, outcomes, forecasts and splits, offline.
 * @throws PlimsollError `invalid_input` naming the field and the reason.
 */
export function evaluateCost(input: unknown): CostEvaluation {
  const { requests, prices, gpuHour, outcomes, forecast, split } = parseInput(input);
  if (requests !== undefined) return evaluateRequests(requests, prices);
  if (gpuHour !== undefined) return evaluateGpuHour(gpuHour);
  if (outcomes !== undefined) return evaluateOutcomes(outcomes);
  if (forecast !== undefined) return evaluateForecast(forecast);
  if (split === undefined) throw new PlimsollError('invalid_input', 'input: is empty');
  const parts = splitAmount(parseMoney(split.amount, 'split.amount'), split.weights.map(BigInt));
  return { parts: parts.map(printMoney) };
}
