import type { ExpositionPage, Sample } from './exposition/exposition.js';

/** One cumulative bucket of a latency histogram: observations at or under `le` seconds. */
export interface HistogramBucket {
  le: number;
  count: number;
}

export const engineHistograms = [
  'ttft',
  'interTokenLatency',
  'endToEnd',
  'queueTime',
  'prefillTime',
  'decodeTime',
] as const;
export type EngineHistogram = (typeof engineHistograms)[number];

/** Canonical series of one model served by one engine process at one scrape. Null: not exported. */
export interface EngineSample {
  engine: string;
  model: string;
  running: number | null;
  waiting: number | null;
  /** 0 to 1. */
  kvUsage: number | null;
  /** Counters from here, as scraped. */
  preemptions: number | null;
  promptTokens: number | null;
  promptTokensComputed: number | null;
  promptTokensCached: number | null;
  generationTokens: number | null;
  requests: number | null;
  /** Epoch seconds. */
  processStart: number | null;
  histograms: Partial<Record<EngineHistogram, HistogramBucket[]>>;
}

type Counted =
  | 'running'
  | 'waiting'
  | 'kvUsage'
  | 'preemptions'
  | 'promptTokens'
  | 'promptTokensComputed'
  | 'promptTokensCached'
  | 'generationTokens'
  | 'requests';

interface Source {
  name: string;
  /** Only samples with this label value. */
  where?: readonly [label: string, value: string];
}

/** How one engine names things; of several sources the first that is on the page counts. */
export interface Engine {
  id: string;
  prefix: string;
  modelLabels: readonly string[];
  series: Partial<Record<Counted, readonly Source[]>>;
  histograms: Partial<Record<EngineHistogram, readonly string[]>>;
}

const bySource = 'vllm:prompt_tokens_by_source_total';

const vllm: Engine = {
  id: 'vllm',
  prefix: 'vllm:',
  modelLabels: ['model_name'],
  series: {
    running: [{ name: 'vllm:num_requests_running' }],
    waiting: [{ name: 'vllm:num_requests_waiting' }, { name: 'vllm:num_requests_waiting_by_reason' }],
    kvUsage: [{ name: 'vllm:kv_cache_usage_perc' }, { name: 'vllm:gpu_cache_usage_perc' }],
    preemptions: [{ name: 'vllm:num_preemptions_total' }],
    promptTokens: [{ name: 'vllm:prompt_tokens_total' }],
    // The prefix cache counters are counted again while a request waits; the split by source is not.
    promptTokensComputed: [{ name: bySource, where: ['source', 'local_compute'] }],
    promptTokensCached: [
      { name: bySource, where: ['source', 'local_cache_hit'] },
      { name: 'vllm:prompt_tokens_cached_total' },
    ],
    generationTokens: [{ name: 'vllm:generation_tokens_total' }],
    requests: [{ name: 'vllm:request_success_total' }],
  },
  histograms: {
    ttft: ['vllm:time_to_first_token_seconds'],
    interTokenLatency: [
      'vllm:inter_token_latency_seconds',
      'vllm:time_per_output_token_seconds',
      'vllm:request_time_per_output_token_seconds',
    ],
    endToEnd: ['vllm:e2e_request_latency_seconds'],
    queueTime: ['vllm:request_queue_time_seconds'],
    prefillTime: ['vllm:request_prefill_time_seconds'],
    decodeTime: ['vllm:request_decode_time_seconds'],
  },
};

const sglang: Engine = {
  id: 'sglang',
  prefix: 'sglang:',
  modelLabels: ['model_name'],
  series: {
    running: [{ name: 'sglang:num_running_reqs' }],
    waiting: [{ name: 'sglang:num_queue_reqs' }],
    kvUsage: [{ name: 'sglang:token_usage' }],
    preemptions: [{ name: 'sglang:num_retracted_reqs' }, { name: 'sglang:num_retracted_reqs_total' }],
    promptTokens: [{ name: 'sglang:prompt_tokens_total' }],
    promptTokensCached: [{ name: 'sglang:cached_tokens_total' }],
    generationTokens: [{ name: 'sglang:generation_tokens_total' }],
    requests: [{ name: 'sglang:num_requests_total' }],
  },
  histograms: {
    ttft: ['sglang:time_to_first_token_seconds'],
    interTokenLatency: ['sglang:inter_token_latency_seconds', 'sglang:time_per_output_token_seconds'],
    endToEnd: ['sglang:e2e_request_latency_seconds'],
    queueTime: ['sglang:queue_time_seconds'],
  },
};

const triton: Engine = {
  id: 'triton',
  prefix: 'nv_',
  modelLabels: ['model'],
  series: {
    running: [{ name: 'nv_trt_llm_request_metrics', where: ['request_type', 'active'] }],
    waiting: [{ name: 'nv_inference_pending_request_count' }],
    kvUsage: [{ name: 'nv_trt_llm_kv_cache_block_metrics', where: ['kv_cache_block_type', 'fraction'] }],
    requests: [{ name: 'nv_inference_request_success' }],
  },
  histograms: {},
};

const tensorrtLlm: Engine = {
  id: 'tensorrt_llm',
  prefix: 'trtllm_',
  modelLabels: ['model_name'],
  series: { requests: [{ name: 'trtllm_request_success_total' }] },
  histograms: {
    ttft: ['trtllm_time_to_first_token_seconds'],
    interTokenLatency: ['trtllm_time_per_output_token_seconds'],
    endToEnd: ['trtllm_e2e_request_latency_seconds'],
    queueTime: ['trtllm_request_queue_time_seconds'],
  },
};

/** To add an engine: one constant like those above, and its line here. */
export const engines: readonly Engine[] = [vllm, sglang, triton, tensorrtLlm];

function modelOf(engine: Engine, labels: ReadonlyMap<string, string>): string {
  for (const label of engine.modelLabels) {
    const value = labels.get(label);
    if (value !== undefined && value !== '') return value;
  }
  return '';
}

/** Sum over the engine's processes, except for the share of KV in use, of which the fullest counts. */
function readSeries(samples: readonly Sample[], sources: readonly Source[], fullest: boolean): number | null {
  for (const { name, where } of sources) {
    const values = samples
      .filter((sample) => sample.name === name && Number.isFinite(sample.value))
      .filter(({ labels }) => where === undefined || labels.get(where[0]) === where[1])
      .map(({ value }) => value);
    if (values.length > 0) return fullest ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
  }
  return null;
}

function readHistogram(samples: readonly Sample[], names: readonly string[]): HistogramBucket[] | undefined {
  for (const name of names) {
    const counts = new Map<number, number>();
    for (const sample of samples) {
      if (sample.name !== `${name}_bucket` || !Number.isFinite(sample.value)) continue;
      const text = sample.labels.get('le') ?? '';
      const le = text === '+Inf' ? Infinity : Number(text);
      if (!Number.isNaN(le)) counts.set(le, (counts.get(le) ?? 0) + sample.value);
    }
    if (counts.size > 0) return [...counts].sort(([a], [b]) => a - b).map(([le, count]) => ({ le, count }));
  }
  return undefined;
}

function readModel(
  engine: Engine,
  model: string,
  samples: readonly Sample[],
  processStart: number | null,
): EngineSample {
  const counted = (key: Counted): number | null => readSeries(samples, engine.series[key] ?? [], key === 'kvUsage');
  const histograms: EngineSample['histograms'] = {};
  for (const key of engineHistograms) {
    const buckets = readHistogram(samples, engine.histograms[key] ?? []);
    if (buckets !== undefined) histograms[key] = buckets;
  }
  const [promptTokens, cached] = [counted('promptTokens'), counted('promptTokensCached')];
  const computed = counted('promptTokensComputed');
  return {
    engine: engine.id,
    model,
    running: counted('running'),
    waiting: counted('waiting'),
    kvUsage: counted('kvUsage'),
    preemptions: counted('preemptions'),
    promptTokens,
    promptTokensComputed:
      computed ?? (promptTokens === null || cached === null ? null : Math.max(0, promptTokens - cached)),
    promptTokensCached: cached,
    generationTokens: counted('generationTokens'),
    requests: counted('requests'),
    processStart,
    histograms,
  };
}

/** The models that a serving engine's page speaks of; a page of anything else gives none. */
export function readEnginePage(page: ExpositionPage): EngineSample[] {
  const start = page.samples.find(({ name }) => name === 'process_start_time_seconds')?.value;
  const processStart = start !== undefined && Number.isFinite(start) ? start : null;
  for (const engine of engines) {
    const own = page.samples.filter(({ name }) => name.startsWith(engine.prefix));
    if (own.length === 0) continue;
    const models = new Map<string, Sample[]>();
    for (const sample of own) {
      const model = modelOf(engine, sample.labels);
      const list = models.get(model);
      if (list === undefined) models.set(model, [sample]);
      else list.push(sample);
    }
    const named = [...models].filter(([model]) => model !== '');
    const unnamed = models.get('') ?? [];
    // Series without a model belong to the engine's only model.
    if (named.length === 1 && named[0] !== undefined) named[0][1].push(...unnamed);
    const list = named.length === 0 ? [...models] : named;
    return list.map(([model, samples]) => readModel(engine, model, samples, processStart));
  }
  return [];
}

/** The q-quantile in seconds of a cumulative histogram, linear inside its bucket; null when it is empty. */
export function histogramQuantile(buckets: readonly HistogramBucket[], q: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  let below = 0;
  let lower = 0;
  for (const { le, count } of buckets) {
    if (count >= rank) {
      if (le === Infinity) return lower;
      return count === below ? le : lower + ((le - lower) * (rank - below)) / (count - below);
    }
    below = count;
    lower = le;
  }
  return lower;
}
