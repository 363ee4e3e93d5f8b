import { clockEventShare, POWER_CAP_BIT } from './window-rules.js';
import {
  confidenceOf,
  engineEvidence,
  gpuEvidence,
  type Evidence,
  type Moment,
  type MomentRule,
  type Verdict,
} from './window.js';

const KV_FULL = 0.9;
const TENSOR_BUSY = 0.4;
const SM_BUSY = 0.8;

function verdict(id: Verdict['verdict'], subReason: string | null, evidence: Evidence[], nextStep: string): Verdict {
  return { verdict: id, subReason, confidence: confidenceOf(evidence), evidence, nextStep };
}

function atLeast(value: number | null | undefined, limit: number): boolean {
  return value !== null && value !== undefined && value >= limit;
}

function below(value: number | null | undefined, limit: number): boolean {
  return value !== null && value !== undefined && value < limit;
}

function preemptionsRise({ engine, before }: Moment): boolean {
  const [now, then] = [engine?.preemptions, before?.engine?.preemptions];
  return typeof now === 'number' && typeof then === 'number' && now > then;
}

/** Running requests stand flat at the window's maximum in at least half of the scrapes: a cap, not a coincidence. */
function atConcurrencyCap({ window }: Moment): boolean {
  const running = window.scrapes.flatMap(({ engine }) => engine?.running ?? []);
  const highest = Math.max(...running);
  return (
    running.length >= 2 && highest > 0 && running.filter((value) => value === highest).length >= running.length / 2
  );
}

const queueBound: MomentRule = {
  id: 'queue_bound',
  title: 'Requests wait',
  match(moment) {
    const { gpu, engine } = moment;
    if (engine === null || engine.waiting === null || engine.waiting <= 0) return null;
    const evidence = [
      engineEvidence(engine, 'waiting', '> 0'),
      engineEvidence(engine, 'running', 'at its maximum'),
      engineEvidence(engine, 'kvUsage', `>= ${KV_FULL}`),
    ];
    if (atLeast(engine.kvUsage, KV_FULL) || preemptionsRise(moment)) {
      return verdict(
        'queue_bound',
        'kv_capacity',
        evidence,
        'KV cache is full: shorten contexts, give it more memory, or add a replica',
      );
    }
    if (below(engine.kvUsage, KV_FULL) && atConcurrencyCap(moment)) {
      return verdict(
        'queue_bound',
        'concurrency_cap',
        evidence,
        'Running requests stand at their cap with KV to spare: raise max_num_seqs first',
      );
    }
    evidence.push(gpuEvidence(gpu, 'tensorActive', `>= ${TENSOR_BUSY}`), gpuEvidence(gpu, 'smActive', `>= ${SM_BUSY}`));
    if (atLeast(gpu?.tensorActive, TENSOR_BUSY) || atLeast(gpu?.smActive, SM_BUSY)) {
      return verdict('queue_bound', 'compute', evidence, 'The GPU is busy computing: add GPUs or a replica');
    }
    return verdict(
      'queue_bound',
      'host',
      evidence,
      'Neither KV nor compute is full: look at the host (CPU, tokeniser, network)',
    );
  },
};

const computeBound: MomentRule = {
  id: 'compute_bound',
  title: 'Limited by arithmetic',
  match({ gpu, window }) {
    const tensor = atLeast(gpu?.tensorActive, TENSOR_BUSY);
    if (!tensor && !(atLeast(gpu?.smActive, SM_BUSY) && below(gpu?.dramActive, 0.5))) return null;
    const evidence = [
      gpuEvidence(gpu, 'tensorActive', `>= ${TENSOR_BUSY}`),
      gpuEvidence(gpu, 'smActive', `>= ${SM_BUSY}`),
      gpuEvidence(gpu, 'dramActive', '< 0.5'),
    ];
    const capped = clockEventShare(window, POWER_CAP_BIT, 'power_cap') ?? 0;
    if (capped < 0.2)
      return verdict('compute_bound', null, evidence, 'Well used: add GPUs for more throughput, or quantise');
    evidence.push({
      series: 'clock event power_cap',
      value: capped,
      threshold: '>= 0.2 of the window (a note, not a fault)',
    });
    return verdict(
      'compute_bound',
      'power_cap',
      evidence,
      'Well used, at its power cap: add GPUs for more throughput, or quantise',
    );
  },
};

const memoryBound: MomentRule = {
  id: 'memory_bandwidth_bound',
  title: 'Limited by memory bandwidth',
  match({ gpu }) {
    const low = atLeast(gpu?.dramActive, 0.5) && below(gpu?.tensorActive, 0.25);
    if (!atLeast(gpu?.dramActive, 0.6) && !low) return null;
    const evidence = [
      gpuEvidence(gpu, 'dramActive', '>= 0.6, or >= 0.5 with tensor < 0.25'),
      gpuEvidence(gpu, 'tensorActive', '< 0.25'),
    ];
    return verdict(
      'memory_bandwidth_bound',
      null,
      evidence,
      'Normal for decode: larger batches, quantisation or speculative decoding raise throughput',
    );
  },
};

/** Bytes per second of the links by GPU model: NVIDIA's data sheets, PCIe x16 per direction, NVLink both together. */
const links: readonly { model: RegExp; pcie: number; nvlink: number | null }[] = [
  { model: /B200|GB200|B100/, pcie: 64e9, nvlink: 1800e9 },
  { model: /H100|H200|H800|GH200/, pcie: 64e9, nvlink: 900e9 },
  { model: /A100|A800/, pcie: 32e9, nvlink: 600e9 },
  { model: /L40|L4|A10|A30|A40|RTX/, pcie: 32e9, nvlink: null },
  { model: /V100|T4|P100/, pcie: 16e9, nvlink: null },
];
const LINK_SHARE = 0.6;

const interconnectBound: MomentRule = {
  id: 'interconnect_bound',
  title: 'Limited by links between devices',
  match({ gpu }) {
    const link = links.find(({ model }) => model.test(gpu?.model ?? ''));
    if (gpu === null || link === undefined || !below(gpu.smActive, 0.5)) return null;
    const pcie = Math.max(gpu.pcieRxBytes ?? 0, gpu.pcieTxBytes ?? 0) / link.pcie;
    const nvlink = link.nvlink === null ? 0 : (gpu.nvlinkBytes ?? 0) / link.nvlink;
    if (pcie < LINK_SHARE && nvlink < LINK_SHARE) return null;
    const evidence = [
      { series: 'PCIe share of the link', value: pcie, threshold: `>= ${LINK_SHARE}` },
      { series: 'NVLink share of the link', value: nvlink, threshold: `>= ${LINK_SHARE}` },
      gpuEvidence(gpu, 'smActive', '< 0.5'),
    ];
    return verdict(
      'interconnect_bound',
      nvlink >= LINK_SHARE ? 'nvlink' : 'pcie',
      evidence,
      'Traffic between devices limits: check placement and tensor parallelism',
    );
  },
};

const STARVED_ACTIVITY = 0.3;
const INPUT_COPY_BYTES = 5e9;

const starved: MomentRule = {
  id: 'starved',
  title: 'Waits for its input',
  match({ gpu, engine }) {
    const running = engine?.running ?? null;
    // Without an engine's page a kernel that ran is the only sign of work.
    const works = running === null ? atLeast(gpu?.grEngineActive, 0.01) || atLeast(gpu?.gpuUtil, 0.01) : running > 0;
    if (!works || !below(gpu?.smActive, STARVED_ACTIVITY) || !below(gpu?.dramActive, STARVED_ACTIVITY)) return null;
    const evidence = [
      engineEvidence(engine, 'running', '> 0'),
      gpuEvidence(gpu, 'smActive', `< ${STARVED_ACTIVITY}`),
      gpuEvidence(gpu, 'dramActive', `< ${STARVED_ACTIVITY}`),
    ];
    if (!atLeast(gpu?.pcieRxBytes, INPUT_COPY_BYTES)) {
      return verdict(
        'starved',
        null,
        evidence,
        'The GPU waits: look at the host CPU, storage and network in front of it',
      );
    }
    evidence.push(gpuEvidence(gpu, 'pcieRxBytes', '>= 5e9 B/s'));
    return verdict(
      'starved',
      'input_copy',
      evidence,
      'Input is copied while the GPU waits: prefetch, pin memory, or move preprocessing to the GPU',
    );
  },
};

const balanced: MomentRule = {
  id: 'balanced',
  title: 'No single limit',
  match({ gpu }) {
    if (gpu === null || gpu.smActive === null || gpu.dramActive === null) return null;
    const evidence = [
      gpuEvidence(gpu, 'smActive', 'no limit reached'),
      gpuEvidence(gpu, 'dramActive', 'no limit reached'),
    ];
    return verdict('balanced', null, evidence, 'Nothing to do');
  },
};

const unknown: MomentRule = {
  id: 'unknown',
  title: 'Not enough series',
  match({ gpu }) {
    const evidence = [
      gpuEvidence(gpu, 'smActive', 'needed'),
      gpuEvidence(gpu, 'dramActive', 'needed'),
      gpuEvidence(gpu, 'gpuUtil', 'only says that a kernel ran'),
    ];
    const nextStep =
      "Enable the profiling fields (DCGM_FI_PROF_SM_ACTIVE, _DRAM_ACTIVE, _PIPE_TENSOR_ACTIVE) in the exporter's counters file";
    return { verdict: 'unknown', subReason: null, confidence: 'low', evidence, nextStep };
  },
};

/** In order of precedence; the last always matches. */
export const momentRules: readonly MomentRule[] = [
  queueBound,
  computeBound,
  memoryBound,
  interconnectBound,
  starved,
  balanced,
  unknown,
];
