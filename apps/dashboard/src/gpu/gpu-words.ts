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
  /** What the exporter's value is divided by, so that axes have round values of the unit that is shown. */
  divisor?: number;
  /** Of a value that was divided. */
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
  fbUsedMib: { label: 'Memory used', source: 'DCGM_FI_DEV_FB_USED', divisor: 1024, format: unit('GiB') },
  fbTotalMib: {
    label: 'Memory total',
    source: 'DCGM_FI_DEV_FB_USED + FREE + RESERVED',
    divisor: 1024,
    format: unit('GiB'),
  },
  powerWatts: { label: 'Power', source: 'DCGM_FI_DEV_POWER_USAGE', format: unit('W') },
  temperatureCelsius: { label: 'Temperature', source: 'DCGM_FI_DEV_GPU_TEMP', format: unit('°C') },
  smClockMhz: { label: 'SM clock', source: 'DCGM_FI_DEV_SM_CLOCK', divisor: 1000, format: unit('GHz') },
  pcieRxBytes: { label: 'PCIe in', source: 'DCGM_FI_PROF_PCIE_RX_BYTES', divisor: 1e9, format: unit('GB/s') },
  pcieTxBytes: { label: 'PCIe out', source: 'DCGM_FI_PROF_PCIE_TX_BYTES', divisor: 1e9, format: unit('GB/s') },
  xid: {
    label: 'Last XID',
    source: 'DCGM_FI_DEV_XID_ERRORS',
    format: (value) => (value === 0 ? 'none' : String(value)),
  },
};

export const notExported = 'not exported by your DCGM configuration';

export function formatReading(name: ReadingName, value: number | null): string {
  const shown = shownValue(name, value);
  return shown === null ? noValue : readings[name].format(shown);
}

/** In the unit that is shown. */
export function shownValue(name: ReadingName, value: number | null): number | null {
  return value === null ? null : value / (readings[name].divisor ?? 1);
}

const reasonWords: Readonly<Record<string, string>> = {
  idle_held: 'held without work',
  input_copy: 'copies input',
  free: 'free',
};

/** What the verdict is narrowed down to, in words. */
export function reasonText(subReason: string): string {
  return reasonWords[subReason] ?? subReason.replaceAll('_', ' ');
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
