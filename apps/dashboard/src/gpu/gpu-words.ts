import type { Gpu } from '@plimsoll/contract';
import { formatPercent, formatSignificant, noValue } from '../design/format.js';
import type { StateColor } from '../design/theme.js';

export const verdictWords: Record<Gpu['verdict'], { word: string; color: StateColor }> = {
  fault: { word: 'Fault', color: 'failing' },
  stale: { word: 'No data', color: 'risk' },
  throttled: { word: 'Throttled', color: 'risk' },
  cold_start: { word: 'Cold start', color: 'data' },
  idle: { word: 'Idle', color: 'muted' },
  queue_bound: { word: 'Queue-bound', color: 'risk' },
  compute_bound: { word: 'Compute-bound', color: 'ok' },
  memory_bandwidth_bound: { word: 'Memory-bound', color: 'ok' },
  interconnect_bound: { word: 'Interconnect-bound', color: 'risk' },
  starved: { word: 'Starved', color: 'risk' },
  balanced: { word: 'Balanced', color: 'ok' },
  unknown: { word: 'Unknown', color: 'muted' },
  mixed: { word: 'Mixed', color: 'data' },
};

export type ReadingName = keyof Gpu['reading'];

interface ReadingWords {
  label: string;
  /** The exporter's own name, for whoever configures it. */
  source: string;
  format: (value: number) => string;
}

const ratio = (value: number) => formatPercent(value, 0);
const unit = (name: string) => (value: number) => `${formatSignificant(value)} ${name}`;

export const readings: Record<ReadingName, ReadingWords> = {
  smActive: { label: 'SM active', source: 'DCGM_FI_PROF_SM_ACTIVE', format: ratio },
  tensorActive: { label: 'Tensor active', source: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE', format: ratio },
  dramActive: { label: 'Memory active', source: 'DCGM_FI_PROF_DRAM_ACTIVE', format: ratio },
  gpuUtil: { label: 'A kernel ran', source: 'DCGM_FI_DEV_GPU_UTIL', format: ratio },
  smOccupancy: { label: 'SM occupancy', source: 'DCGM_FI_PROF_SM_OCCUPANCY', format: ratio },
  fbUsedMib: { label: 'Memory used', source: 'DCGM_FI_DEV_FB_USED', format: (value) => unit('GiB')(value / 1024) },
  fbTotalMib: {
    label: 'Memory total',
    source: 'DCGM_FI_DEV_FB_USED + FREE + RESERVED',
    format: (value) => unit('GiB')(value / 1024),
  },
  powerWatts: { label: 'Power', source: 'DCGM_FI_DEV_POWER_USAGE', format: unit('W') },
  temperatureCelsius: { label: 'Temperature', source: 'DCGM_FI_DEV_GPU_TEMP', format: unit('°C') },
  smClockMhz: {
    label: 'SM clock',
    source: 'DCGM_FI_DEV_SM_CLOCK',
    format: (value) => unit('GHz')(value / 1000),
  },
  pcieRxBytes: {
    label: 'PCIe in',
    source: 'DCGM_FI_PROF_PCIE_RX_BYTES',
    format: (value) => unit('GB/s')(value / 1e9),
  },
  pcieTxBytes: {
    label: 'PCIe out',
    source: 'DCGM_FI_PROF_PCIE_TX_BYTES',
    format: (value) => unit('GB/s')(value / 1e9),
  },
  xid: {
    label: 'Last XID',
    source: 'DCGM_FI_DEV_XID_ERRORS',
    format: (value) => (value === 0 ? 'none' : String(value)),
  },
};

export const notExported = 'not exported by your DCGM configuration';

export function formatReading(name: ReadingName, value: number | null): string {
  return value === null ? noValue : readings[name].format(value);
}

/** What a cell of the fleet shows: how busy the GPU really is. */
export function busyReading(gpu: Gpu): { name: ReadingName; value: number | null } {
  return gpu.reading.smActive === null
    ? { name: 'gpuUtil', value: gpu.reading.gpuUtil }
    : { name: 'smActive', value: gpu.reading.smActive };
}

export function gpuTitle(gpu: Gpu): string {
  return `${gpu.host} GPU ${gpu.index}${gpu.migProfile ? ` (${gpu.migProfile})` : ''}`;
}
