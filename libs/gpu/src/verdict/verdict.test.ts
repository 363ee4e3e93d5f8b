import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readGpuPage, type GpuSample } from '../dcgm.js';
import { readEnginePage, type EngineSample } from '../engines.js';
import { evaluateGpu } from '../evaluate.js';
import { parseExposition } from '../exposition/exposition.js';
import { judgeGpu } from './verdict.js';
import { momentRules } from './moment-rules.js';
import type { Scrape, VerdictWindow } from './window.js';
import { windowRules } from './window-rules.js';

const file = (name: string) => readFileSync(new URL(`../../../../test/fixtures/exposition/${name}`, import.meta.url));
const page = file('dcgm_exporter_4.8_k8s.prom');
const vllmPage = file('vllm_v1.prom');
const [decode, prefill] = readGpuPage(parseExposition(page)).samples as [GpuSample, GpuSample];
const [llama] = readEnginePage(parseExposition(vllmPage)) as [EngineSample];

/** A GPU at work with no limit reached, changed by the case. */
function gpuWith(changes: Partial<GpuSample>): GpuSample {
  return {
    ...decode,
    smActive: 0.5,
    dramActive: 0.4,
    tensorActive: 0.2,
    thermalViolationNs: null,
    clockEventShares: {},
    ...changes,
  };
}

function engineWith(changes: Partial<EngineSample>): EngineSample {
  return { ...llama, running: 10, waiting: 0, kvUsage: 0.3, ...changes };
}

function windowOf(scrapes: readonly Partial<Scrape>[], rest: Partial<VerdictWindow> = {}): VerdictWindow {
  const filled = scrapes.map((scrape, index) => ({
    atMs: (index + 1 - scrapes.length) * 30_000,
    gpu: null,
    engine: null,
    ...scrape,
  }));
  return { scrapes: filled, atMs: 0, intervalMs: 30_000, owner: null, ...rest };
}

describe('the recorded fleet', () => {
  test.each(['dcgm_exporter_4.8_k8s.prom', 'dcgm_exporter_next_hostname.prom'])('%s', (name) => {
    const { gpus } = evaluateGpu({ dcgm: file(name) });
    expect(gpus.map(({ verdict, subReason }) => [verdict, subReason])).toEqual([
      ['memory_bandwidth_bound', null],
      ['compute_bound', 'power_cap'],
      ['idle', 'idle_held'],
      ['starved', 'input_copy'],
      ['fault', 'fatal'],
      ['balanced', null],
      ['idle', 'free'],
    ]);
    expect(new Set(gpus.map(({ host }) => host))).toEqual(new Set(['gpu-node-01']));
    expect(gpus.map(({ id }) => id).at(-1)).toMatch(/\/2$/);
  });

  test('joined with the engine page the pool waits for KV', () => {
    const { pools, gpus } = evaluateGpu({ dcgm: page, engine: vllmPage });
    expect(pools).toMatchObject([{ engine: 'vllm', verdict: 'queue_bound', subReason: 'kv_capacity' }]);
    expect(pools[0]?.gpus).toHaveLength(2);
    expect(gpus[2]?.verdict).toBe('idle');
  });
});

interface Case {
  name: string;
  window: VerdictWindow;
  verdict: [string, string | null];
}

const many = (scrape: Partial<Scrape>, count = 10): Partial<Scrape>[] => Array.from({ length: count }, () => scrape);
const busy = gpuWith({ tensorActive: 0.5 });

const cases: Case[] = [
  {
    name: 'a sticky XID from before is no news',
    window: windowOf(many({ gpu: gpuWith({ xid: 31 }) }), { previousXid: 31 }),
    verdict: ['balanced', null],
  },
  {
    name: 'an XID that changes is',
    window: windowOf([{ gpu: gpuWith({ xid: 0 }) }, { gpu: gpuWith({ xid: 31 }) }]),
    verdict: ['fault', 'application'],
  },
  {
    name: 'a remapped row is to be watched',
    window: windowOf([{ gpu: gpuWith({ xid: 0 }) }, { gpu: gpuWith({ xid: 63 }) }]),
    verdict: ['fault', 'row_remap'],
  },
  { name: 'no scrape for three intervals', window: windowOf([{ gpu: busy, atMs: -90_001 }]), verdict: ['stale', null] },
  { name: 'an empty page', window: windowOf([{}]), verdict: ['stale', null] },
  {
    name: 'a fifth of the window throttled',
    window: windowOf([
      ...many({ gpu: gpuWith({ clockEventReasons: 64 }) }, 2),
      ...many({ gpu: gpuWith({ clockEventReasons: 1 }) }, 8),
    ]),
    verdict: ['throttled', 'thermal'],
  },
  {
    name: 'less than a fifth',
    window: windowOf([
      { gpu: gpuWith({ clockEventReasons: 64 }) },
      ...many({ gpu: gpuWith({ clockEventReasons: 1 }) }, 9),
    ]),
    verdict: ['balanced', null],
  },
  {
    name: 'thermal violation for 5 % of the time',
    window: windowOf([{ gpu: gpuWith({ thermalViolationNs: 0 }) }, { gpu: gpuWith({ thermalViolationNs: 1.5e9 }) }]),
    verdict: ['throttled', 'thermal'],
  },
  {
    name: 'the power cap is a note',
    window: windowOf(many({ gpu: gpuWith({ clockEventReasons: 4, tensorActive: 0.4 }) })),
    verdict: ['compute_bound', 'power_cap'],
  },
  {
    name: 'weights are loading',
    window: windowOf([{ gpu: gpuWith({ smActive: 0.05, pcieRxBytes: 1e9 }) }], { engineReady: false }),
    verdict: ['cold_start', null],
  },
  {
    name: 'idle and held',
    window: windowOf(many({ gpu: gpuWith({ smActive: 0, fbUsedMib: 2000 }), engine: engineWith({ running: 0 }) })),
    verdict: ['idle', 'idle_held'],
  },
  {
    name: 'KV nearly full, 247 running and 740 waiting (vllm issue 6737)',
    window: windowOf([
      { gpu: gpuWith({ smActive: 0.2 }), engine: engineWith({ running: 247, waiting: 740, kvUsage: 0.997 }) },
    ]),
    verdict: ['queue_bound', 'kv_capacity'],
  },
  {
    name: 'preemptions rise',
    window: windowOf([
      { engine: engineWith({ waiting: 1, preemptions: 1 }) },
      { engine: engineWith({ waiting: 1, preemptions: 2 }) },
      { engine: engineWith({ waiting: 1, preemptions: 3 }) },
      { engine: engineWith({ waiting: 1, preemptions: 4 }) },
      { engine: engineWith({ waiting: 1, preemptions: 5 }) },
    ]),
    verdict: ['queue_bound', 'kv_capacity'],
  },
  {
    name: 'running stands at its cap',
    window: windowOf(many({ gpu: busy, engine: engineWith({ running: 64, waiting: 9 }) })),
    verdict: ['queue_bound', 'concurrency_cap'],
  },
  {
    name: 'waiting for compute',
    window: windowOf([8, 12, 10, 11].map((running) => ({ gpu: busy, engine: engineWith({ running, waiting: 9 }) }))),
    verdict: ['queue_bound', 'compute'],
  },
  {
    name: 'waiting for the host',
    window: windowOf(
      [8, 12, 10, 11].map((running) => ({ gpu: gpuWith({}), engine: engineWith({ running, waiting: 9 }) })),
    ),
    verdict: ['queue_bound', 'host'],
  },
  {
    name: 'SM busy with little memory traffic',
    window: windowOf([{ gpu: gpuWith({ smActive: 0.8, dramActive: 0.49 }) }]),
    verdict: ['compute_bound', null],
  },
  {
    name: 'decode',
    window: windowOf([{ gpu: gpuWith({ dramActive: 0.5, tensorActive: 0.1 }) }]),
    verdict: ['memory_bandwidth_bound', null],
  },
  {
    name: 'PCIe at 60 % of its link',
    window: windowOf([{ gpu: gpuWith({ smActive: 0.4, pcieTxBytes: 38.4e9 }) }]),
    verdict: ['interconnect_bound', 'pcie'],
  },
  {
    name: 'starved without a known reason',
    window: windowOf([{ gpu: gpuWith({ smActive: 0.1, dramActive: 0.1 }), engine: engineWith({}) }]),
    verdict: ['starved', null],
  },
  {
    name: 'only the old utilisation is exported',
    window: windowOf([
      { gpu: gpuWith({ smActive: null, dramActive: null, tensorActive: null, grEngineActive: null, gpuUtil: 0.98 }) },
    ]),
    verdict: ['unknown', null],
  },
  {
    name: 'four fifths agree',
    window: windowOf([...many({ gpu: busy }, 8), ...many({ gpu: gpuWith({}) }, 2)]),
    verdict: ['compute_bound', null],
  },
  {
    name: 'less than four fifths agree',
    window: windowOf([...many({ gpu: busy }, 7), ...many({ gpu: gpuWith({}) }, 3)]),
    verdict: ['mixed', null],
  },
];

describe('rules', () => {
  test.each(cases)('$name', ({ window, verdict }) => {
    const judged = judgeGpu(window);
    expect([judged.verdict, judged.subReason]).toEqual(verdict);
    expect(judged.evidence.length).toBeGreaterThan(0);
    expect(judged.nextStep).not.toBe('');
  });

  test('every rule has its own name', () => {
    const ids = [...windowRules, ...momentRules].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('canonical series', () => {
  test('DCGM 4.6 names, blanks and noise', () => {
    const read = readGpuPage(
      parseExposition(
        [
          'DCGM_FI_PROF_SM_UTIL_RATIO{UUID="A",gpu="0"} 1.003911',
          'DCGM_FI_DEV_BOARD_POWER_WATTS{UUID="A"} 300',
          'DCGM_FI_DEV_MEMORY_TEMP{UUID="A"} 9223372036854775794',
          'DCGM_FI_DEV_GPU_TEMP{UUID="A"} 2147483634',
          'DCGM_FI_PROF_DRAM_ACTIVE{UUID="A"} 140737488355330.0',
          'DCGM_FI_PROF_SM_OCCUPANCY{UUID="A"} 1.5',
          'DCGM_FI_DEV_GPU_UTIL{UUID="A"} 98',
          'DCGM_FI_DEV_GPU_UTIL{UUID="A"} 50',
          '# TYPE DCGM_FI_PROF_PCIE_RX_BYTES counter',
          'DCGM_FI_PROF_PCIE_RX_BYTES{UUID="A"} 5e12',
        ].join('\n'),
      ),
    );
    expect(read.samples[0]).toMatchObject({
      id: 'A',
      smActive: 1,
      powerWatts: 300,
      memoryTemperatureCelsius: null,
      temperatureCelsius: null,
      dramActive: null,
      smOccupancy: null,
      gpuUtil: 0.98,
      pcieRxBytes: null,
    });
    expect(read).toMatchObject({ duplicates: 1, warnings: [expect.stringContaining('SM_OCCUPANCY') as unknown] });
  });

  test('vLLM', () => {
    expect(llama).toMatchObject({
      engine: 'vllm',
      model: 'meta-llama/Llama-3.3-70B-Instruct',
      running: 62,
      waiting: 17,
      preemptions: 41,
      promptTokensComputed: 18449541,
      promptTokensCached: 11432192,
      generationTokens: 3870211,
      requests: 13968,
    });
    expect(llama.histograms.ttft?.at(-1)).toEqual({ le: Infinity, count: 13968 });
  });

  test.each([
    [
      'sglang',
      'sglang:num_running_reqs{model_name="m"} 3\nsglang:num_queue_reqs{model_name="m"} 4\nsglang:token_usage{model_name="m"} 0.5',
    ],
    [
      'triton',
      'nv_trt_llm_request_metrics{model="m",request_type="active"} 3\nnv_trt_llm_request_metrics{model="m",request_type="max"} 99\nnv_inference_pending_request_count{model="m",version="1"} 4\nnv_trt_llm_kv_cache_block_metrics{model="m",kv_cache_block_type="fraction"} 0.5',
    ],
  ])('%s', (engine, text) => {
    expect(readEnginePage(parseExposition(text))).toMatchObject([
      { engine, model: 'm', running: 3, waiting: 4, kvUsage: 0.5 },
    ]);
  });

  test('the prefill GPU is compute bound at its cap', () => {
    expect(judgeGpu(windowOf([{ gpu: prefill }])).evidence.map(({ value }) => value)).toContain(0.622918);
  });
});
