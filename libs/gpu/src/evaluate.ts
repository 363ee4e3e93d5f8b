import { gpuVerdict, PlimsollError } from '@plimsoll/contract';
import { z } from 'zod';
import { readGpuPage, type GpuSample } from './dcgm.js';
import { readEnginePage, type EngineSample } from './engines.js';
import { parseExposition, printSample, type ExpositionPage, type PrintedSample } from './exposition/exposition.js';
import { ownsModel } from './pools.js';
import { judgeGpu } from './verdict/verdict.js';
import type { Scrape, Verdict } from './verdict/window.js';

/** Seconds between scrapes where pages carry no time of their own: the exporter's default. */
const INTERVAL_MS = 30_000;

const pageText = z.union([z.string(), z.instanceof(Uint8Array)]);

export const gpuEvalInput = z.strictObject({
  /** The newest dcgm-exporter page. */
  dcgm: pageText,
  /** Earlier pages, oldest first, one interval apart. */
  previousDcgm: z.array(pageText).optional(),
  /** The newest page of the serving engine, then earlier ones, oldest first. */
  engine: pageText.optional(),
  previousEngine: z.array(pageText).optional(),
});
export type GpuEvaluationInput = z.infer<typeof gpuEvalInput>;

const evidence = z.object({ series: z.string(), value: z.number().nullable(), threshold: z.string() });
const judged = {
  verdict: gpuVerdict,
  subReason: z.string().nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  evidence: z.array(evidence),
  nextStep: z.string(),
};

export const gpuEvalOutput = z.object({
  gpus: z.array(
    z.object({
      id: z.string(),
      index: z.string(),
      host: z.string(),
      model: z.string(),
      owner: z.string().nullable(),
      migProfile: z.string().nullable(),
      ...judged,
    }),
  ),
  pools: z.array(
    z.object({ pool: z.string(), engine: z.string(), model: z.string(), gpus: z.array(z.string()), ...judged }),
  ),
  scrape: z.object({
    samples: z.number(),
    rejectedLines: z.number(),
    firstRejected: z.string().nullable(),
    duplicates: z.number(),
    warnings: z.array(z.string()),
  }),
});
export type GpuEvaluation = z.infer<typeof gpuEvalOutput>;

export interface ExpositionEvaluation {
  samples: PrintedSample[];
  rejected: { line: number; reason: string }[];
  firstRejected: string | null;
  types: number;
  format: 'text' | 'openmetrics';
}

/** `plimsoll eval exposition`: a page's samples and what was refused. */
export function evaluateExposition(body: Uint8Array | string): ExpositionEvaluation {
  const page = parseExposition(body);
  const { rejected, firstRejected, types, format } = page;
  return { samples: page.samples.map(printSample), rejected, firstRejected, types: types.size, format };
}

function parsed(body: Uint8Array | string, name: string): ExpositionPage {
  const page = parseExposition(body);
  if (page.samples.length === 0 && page.rejected.length > 0) {
    const first = page.rejected[0];
    throw new PlimsollError('invalid_input', `${name}: no line is a sample (line ${first?.line}: ${first?.reason})`, {
      field: name,
    });
  }
  return page;
}

/** Members of the engine's pool: by the names of their pods, or every device when none says whose it is. */
function poolMembers(engine: EngineSample, gpus: readonly GpuSample[], alone: boolean): Set<string> {
  const named = gpus.filter(({ pod }) => pod !== null && ownsModel(pod, engine.model));
  if (named.length > 0) return new Set(named.map(({ id }) => id));
  return alone && gpus.every(({ pod }) => pod === null) ? new Set(gpus.map(({ id }) => id)) : new Set();
}

function pick({ verdict, subReason, confidence, evidence: seen, nextStep }: Verdict) {
  return { verdict, subReason, confidence, evidence: seen, nextStep };
}

/**
 * `plimsoll eval gpu`: verdicts from pages, as the worker gives them from its scrapes.
 * @throws PlimsollError `invalid_input` naming the page that is none.
 */
export function evaluateGpu(input: GpuEvaluationInput): GpuEvaluation {
  const bodies = [...(input.previousDcgm ?? []), input.dcgm];
  const pages = bodies.map((body, index) => parsed(body, index === bodies.length - 1 ? 'dcgm' : 'previousDcgm'));
  const read = pages.map(readGpuPage);
  const engineBodies = input.engine === undefined ? [] : [...(input.previousEngine ?? []), input.engine];
  const enginePages = engineBodies.map((body) => readEnginePage(parsed(body, 'engine')));
  const newest = read.at(-1);
  const page = pages.at(-1);
  if (newest === undefined || page === undefined) throw new PlimsollError('internal', 'no page');
  const engines = enginePages.at(-1) ?? [];
  const members = engines.map((engine) => poolMembers(engine, newest.samples, engines.length === 1));
  // Pages carry no time: the last scrape is 0, earlier ones lie one interval apart before it.
  const scrapesOf = (id: string | null, model: string | null): Scrape[] => {
    const count = Math.max(read.length, enginePages.length);
    return Array.from({ length: count }, (_, index) => ({
      atMs: (index - count + 1) * INTERVAL_MS,
      gpu: read.at(index - count)?.samples.find((sample) => sample.id === id) ?? null,
      engine: model === null ? null : (enginePages.at(index - count)?.find((sample) => sample.model === model) ?? null),
    }));
  };
  const judge = (gpu: GpuSample | null, engine: EngineSample | null): Verdict =>
    judgeGpu({
      scrapes: scrapesOf(gpu?.id ?? null, engine?.model ?? null),
      atMs: 0,
      intervalMs: INTERVAL_MS,
      owner: gpu?.pod ?? null,
    });
  return {
    gpus: newest.samples.map((gpu) => {
      const pool = members.findIndex((ids) => ids.has(gpu.id));
      const { id, index, host, model, migProfile, pod } = gpu;
      return { id, index, host, model, owner: pod, migProfile, ...pick(judge(gpu, engines[pool] ?? null)) };
    }),
    pools: engines.map((engine, index) => {
      const ids = [...(members[index] ?? [])];
      const first = newest.samples.find(({ id }) => id === ids[0]) ?? null;
      return {
        pool: engine.model,
        engine: engine.engine,
        model: engine.model,
        gpus: ids,
        ...pick(judge(first, engine)),
      };
    }),
    scrape: {
      samples: page.samples.length,
      rejectedLines: page.rejected.length,
      firstRejected: page.firstRejected,
      duplicates: newest.duplicates,
      warnings: newest.warnings,
    },
  };
}
