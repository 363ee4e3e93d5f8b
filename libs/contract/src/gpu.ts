import { z } from 'zod';
import { instant, money, page, rangeQuery, type Route } from './http.js';

/** `mixed`: less than four fifths of the scrapes agree. `unknown`: the series that would tell are not exported. */
export const gpuVerdict = z.enum([
  'fault',
  'stale',
  'throttled',
  'cold_start',
  'idle',
  'queue_bound',
  'compute_bound',
  'memory_bandwidth_bound',
  'interconnect_bound',
  'starved',
  'balanced',
  'mixed',
  'unknown',
]);
export type GpuVerdictName = z.infer<typeof gpuVerdict>;

export const gpuEvidence = z.object({ series: z.string(), value: z.number().nullable(), threshold: z.string() });

/** Latest reading. Null: not exported by the exporter's configuration, never 0. Ratios are 0 to 1. */
export const gpuReading = z.object({
  gpuUtil: z.number().nullable(),
  smActive: z.number().nullable(),
  smOccupancy: z.number().nullable(),
  tensorActive: z.number().nullable(),
  dramActive: z.number().nullable(),
  fbUsedMib: z.number().nullable(),
  fbTotalMib: z.number().nullable(),
  powerWatts: z.number().nullable(),
  temperatureCelsius: z.number().nullable(),
  smClockMhz: z.number().nullable(),
  pcieRxBytes: z.number().nullable(),
  pcieTxBytes: z.number().nullable(),
  xid: z.number().int().nullable(),
});

export const gpu = z.object({
  id: z.string(),
  host: z.string(),
  index: z.string(),
  model: z.string(),
  migProfile: z.string().nullable(),
  owner: z.string().nullable(),
  pool: z.string().nullable(),
  at: instant,
  reading: gpuReading,
  verdict: gpuVerdict,
  subReason: z.string().nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  evidence: z.array(gpuEvidence),
  nextStep: z.string(),
  hourlyCost: money.nullable(),
});
export type Gpu = z.infer<typeof gpu>;

export const enginePool = z.object({
  pool: z.string(),
  engine: z.string(),
  model: z.string(),
  at: instant,
  running: z.number().nullable(),
  waiting: z.number().nullable(),
  kvUsage: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  costPerMillionTokens: money.nullable(),
  verdict: gpuVerdict,
  subReason: z.string().nullable(),
  nextStep: z.string(),
});

export const gpuFleet = z.object({
  items: z.array(gpu),
  pools: z.array(enginePool),
  busyShare: z.number().nullable(),
  idleCostPerDay: money.nullable(),
  currency: z.string(),
  targets: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      kind: z.string(),
      up: z.boolean().nullable(),
      lastScrapeAt: instant.nullable(),
      samples: z.number().int(),
      rejectedLines: z.number().int(),
      error: z.string().nullable(),
    }),
  ),
});
export type GpuFleet = z.infer<typeof gpuFleet>;

export const gpuSeries = z.object({
  id: z.string(),
  bucketSeconds: z.number().int(),
  points: z.array(gpuReading.extend({ t: instant })),
  events: z.array(z.object({ at: instant, kind: z.string(), title: z.string() })),
});
export type GpuSeries = z.infer<typeof gpuSeries>;

export const scrapeTargetWrite = z.strictObject({
  url: z.url(),
  kind: z.enum(['dcgm', 'engine']),
  name: z.string().min(1).max(80).optional(),
  intervalSeconds: z.number().int().min(5).max(600).default(30),
  pool: z.string().max(80).optional(),
});
export const scrapeTarget = scrapeTargetWrite.extend({ id: z.string() });
export const gpuRateWrite = z.strictObject({
  model: z.string(),
  hourly: money,
  currency: z.string().length(3).default('USD'),
});

export const gpuRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/gpus',
    summary: 'The GPU fleet with verdicts',
    tag: 'gpu',
    scope: 'read',
    response: gpuFleet,
  },
  {
    method: 'GET',
    path: '/api/v1/gpus/{id}/series',
    summary: 'One GPU over time',
    tag: 'gpu',
    scope: 'read',
    query: rangeQuery,
    response: gpuSeries,
  },
  {
    method: 'GET',
    path: '/api/v1/scrape-targets',
    summary: 'Scrape targets',
    tag: 'gpu',
    scope: 'read',
    response: page(scrapeTarget),
  },
  {
    method: 'POST',
    path: '/api/v1/scrape-targets',
    summary: 'Scrape a DCGM exporter or a serving engine',
    tag: 'gpu',
    scope: 'admin',
    body: scrapeTargetWrite,
    response: scrapeTarget,
  },
  { method: 'DELETE', path: '/api/v1/scrape-targets/{id}', summary: 'Stop scraping', tag: 'gpu', scope: 'admin' },
  {
    method: 'PUT',
    path: '/api/v1/gpu-rates',
    summary: 'Hourly rate of a GPU model',
    tag: 'gpu',
    scope: 'admin',
    body: gpuRateWrite,
    response: gpuRateWrite,
  },
];
