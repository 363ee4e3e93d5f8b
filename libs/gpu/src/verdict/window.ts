import type { GpuVerdictName } from '@plimsoll/contract';
import type { GpuReadings, GpuSample } from '../dcgm.js';
import type { EngineSample } from '../engines.js';

export interface Evidence {
  series: string;
  value: number | null;
  threshold: string;
}

export interface Verdict {
  verdict: GpuVerdictName;
  subReason: string | null;
  confidence: 'high' | 'medium' | 'low';
  evidence: Evidence[];
  nextStep: string;
}

/** One moment: the device and, where its pool has one, the serving engine. */
export interface Scrape {
  atMs: number;
  gpu: GpuSample | null;
  engine: EngineSample | null;
}

/** What a verdict may know: the scrapes of the last five minutes, oldest first, and a clock. */
export interface VerdictWindow {
  scrapes: readonly Scrape[];
  atMs: number;
  intervalMs: number;
  /** XID before the window; undefined when nobody looked. */
  previousXid?: number | null;
  /** Who holds the device (pod or deployment); null for nobody. */
  owner: string | null;
  /** Decimal USD of the device an hour, for idle devices. */
  hourlyCost?: string | null;
  engineReady?: boolean | null;
  /** Usual seconds from start to first request of this pool. */
  usualStartSeconds?: number | null;
}

/** A rule over the whole window; null when it does not match. */
export interface WindowRule {
  id: GpuVerdictName;
  title: string;
  match(window: VerdictWindow): Verdict | null;
}

/** What one scrape says; the window rules have already passed. */
export interface Moment {
  gpu: GpuSample | null;
  engine: EngineSample | null;
  before: Scrape | null;
  window: VerdictWindow;
}

export interface MomentRule {
  id: GpuVerdictName;
  title: string;
  match(moment: Moment): Verdict | null;
}

const seriesNames: Partial<Record<keyof GpuReadings, string>> = {
  gpuUtil: 'DCGM_FI_DEV_GPU_UTIL',
  grEngineActive: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  smActive: 'DCGM_FI_PROF_SM_ACTIVE',
  tensorActive: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
  dramActive: 'DCGM_FI_PROF_DRAM_ACTIVE',
  fbUsedMib: 'DCGM_FI_DEV_FB_USED',
  pcieRxBytes: 'DCGM_FI_PROF_PCIE_RX_BYTES',
  pcieTxBytes: 'DCGM_FI_PROF_PCIE_TX_BYTES',
  nvlinkBytes: 'DCGM_FI_PROF_NVLINK_BYTES',
  xid: 'DCGM_FI_DEV_XID_ERRORS',
};

export function gpuEvidence(gpu: GpuSample | null, reading: keyof GpuReadings, threshold: string): Evidence {
  return { series: seriesNames[reading] ?? reading, value: gpu?.[reading] ?? null, threshold };
}

export function engineEvidence(
  engine: EngineSample | null,
  series: 'running' | 'waiting' | 'kvUsage',
  threshold: string,
): Evidence {
  return { series: `engine ${series}`, value: engine?.[series] ?? null, threshold };
}

/** High when every series that the rule looks at is there; each absent one costs a step. */
export function confidenceOf(evidence: readonly Evidence[]): Verdict['confidence'] {
  const absent = evidence.filter(({ value }) => value === null).length;
  return absent === 0 ? 'high' : absent === 1 ? 'medium' : 'low';
}
