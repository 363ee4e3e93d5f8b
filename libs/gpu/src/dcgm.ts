import type { ExpositionPage, Sample } from './exposition/exposition.js';

/** Canonical series of one GPU or MIG instance at one scrape. Null: not exported, or blank; never 0 for missing. */
export interface GpuReadings {
  /** Share of time in which a kernel ran; says nothing of how much of the GPU it used. */
  gpuUtil: number | null;
  grEngineActive: number | null;
  smActive: number | null;
  smOccupancy: number | null;
  tensorActive: number | null;
  dramActive: number | null;
  memCopyUtil: number | null;
  fbUsedMib: number | null;
  fbFreeMib: number | null;
  fbReservedMib: number | null;
  powerWatts: number | null;
  /** Counter, millijoules. */
  energyMj: number | null;
  temperatureCelsius: number | null;
  memoryTemperatureCelsius: number | null;
  smClockMhz: number | null;
  memoryClockMhz: number | null;
  /** Bytes per second. */
  pcieTxBytes: number | null;
  pcieRxBytes: number | null;
  nvlinkBytes: number | null;
  /** The last XID, sticky until a reset: only its change is news. */
  xid: number | null;
  /** Bit mask, see `clockEventBits`. */
  clockEventReasons: number | null;
  /** Counters, nanoseconds of throttled time. */
  powerViolationNs: number | null;
  thermalViolationNs: number | null;
}

export interface GpuSample extends GpuReadings {
  /** UUID, with the MIG instance id after a slash; never the index, which moves. */
  id: string;
  host: string;
  index: string;
  model: string;
  migProfile: string | null;
  pod: string | null;
  namespace: string | null;
  container: string | null;
  /** XIDs counted inside the exporter's sliding window, by code. */
  xidCounts: Record<string, number>;
  /** Clock events inside the sliding window as a share of its seconds, by name. */
  clockEventShares: Record<string, number>;
  /** Every other series of the device. */
  extra: Record<string, number>;
}

export interface GpuPage {
  samples: GpuSample[];
  duplicates: number;
  /** What was read but could not be believed, one sentence a series. */
  warnings: string[];
}

type Reading = keyof GpuReadings;
type Scale = 'ratio' | 'percent' | 'plain' | 'rate';

/**
 * Names without `DCGM_FI_`, before and after the renames of DCGM 4.6, to one canonical series. `rate` series are
 * believed only as gauges: older pages had counters under the same names, and the declared type tells.
 */
const aliases: Readonly<Record<string, readonly [Reading, Scale]>> = {
  DEV_GPU_UTIL: ['gpuUtil', 'percent'],
  DEV_GPU_UTIL_RATIO: ['gpuUtil', 'ratio'],
  PROF_GR_ENGINE_ACTIVE: ['grEngineActive', 'ratio'],
  PROF_GR_ENGINE_UTIL_RATIO: ['grEngineActive', 'ratio'],
  PROF_SM_ACTIVE: ['smActive', 'ratio'],
  PROF_SM_UTIL_RATIO: ['smActive', 'ratio'],
  PROF_SM_OCCUPANCY: ['smOccupancy', 'ratio'],
  PROF_SM_OCCUPANCY_RATIO: ['smOccupancy', 'ratio'],
  PROF_PIPE_TENSOR_ACTIVE: ['tensorActive', 'ratio'],
  PROF_TENSOR_UTIL_RATIO: ['tensorActive', 'ratio'],
  PROF_DRAM_ACTIVE: ['dramActive', 'ratio'],
  PROF_DRAM_UTIL_RATIO: ['dramActive', 'ratio'],
  DEV_MEM_COPY_UTIL: ['memCopyUtil', 'percent'],
  DEV_MEM_COPY_UTIL_RATIO: ['memCopyUtil', 'ratio'],
  DEV_FB_USED: ['fbUsedMib', 'plain'],
  DEV_FB_FREE: ['fbFreeMib', 'plain'],
  DEV_FB_RESERVED: ['fbReservedMib', 'plain'],
  DEV_POWER_USAGE: ['powerWatts', 'plain'],
  DEV_BOARD_POWER_WATTS: ['powerWatts', 'plain'],
  DEV_TOTAL_ENERGY_CONSUMPTION: ['energyMj', 'plain'],
  DEV_GPU_TEMP: ['temperatureCelsius', 'plain'],
  DEV_GPU_TEMP_CELSIUS: ['temperatureCelsius', 'plain'],
  DEV_MEMORY_TEMP: ['memoryTemperatureCelsius', 'plain'],
  DEV_MEMORY_TEMP_CELSIUS: ['memoryTemperatureCelsius', 'plain'],
  DEV_SM_CLOCK: ['smClockMhz', 'plain'],
  DEV_MEM_CLOCK: ['memoryClockMhz', 'plain'],
  PROF_PCIE_TX_BYTES: ['pcieTxBytes', 'rate'],
  PROF_PCIE_RX_BYTES: ['pcieRxBytes', 'rate'],
  PROF_NVLINK_TX_BYTES: ['nvlinkBytes', 'rate'],
  PROF_NVLINK_RX_BYTES: ['nvlinkBytes', 'rate'],
  DEV_XID_ERRORS: ['xid', 'plain'],
  DEV_XID_ERROR: ['xid', 'plain'],
  DEV_CLOCK_THROTTLE_REASONS: ['clockEventReasons', 'plain'],
  DEV_CLOCKS_EVENT_REASONS: ['clockEventReasons', 'plain'],
  DEV_POWER_VIOLATION: ['powerViolationNs', 'plain'],
  DEV_THERMAL_VIOLATION: ['thermalViolationNs', 'plain'],
};

/** The four blank 64-bit integers all read as 2^63 in a double. */
const BLANK_INT64 = 2 ** 63;

/** DCGM writes these in place of a value that it does not have. */
function isBlank(value: number): boolean {
  return (
    value >= BLANK_INT64 ||
    (value >= 2147483632 && value <= 2147483635) ||
    (value >= 140737488355328 && value <= 140737488355331)
  );
}

/** A ratio a little over 1 is sampling noise and is 1; far over 1 it cannot be believed. */
function readRatio(value: number): number | null {
  if (value < 0 || value > 1.02) return null;
  return Math.min(value, 1);
}

function emptySample(id: string, labels: ReadonlyMap<string, string>): GpuSample {
  const label = (...names: string[]): string | null => {
    for (const name of names) {
      const value = labels.get(name);
      if (value !== undefined && value !== '') return value;
    }
    return null;
  };
  return {
    id,
    host: label('Hostname', 'hostname') ?? '',
    index: label('gpu') ?? '',
    model: label('modelName', 'model_name') ?? '',
    migProfile: label('GPU_I_PROFILE'),
    pod: label('pod', 'exported_pod'),
    namespace: label('namespace', 'exported_namespace'),
    container: label('container', 'exported_container'),
    gpuUtil: null,
    grEngineActive: null,
    smActive: null,
    smOccupancy: null,
    tensorActive: null,
    dramActive: null,
    memCopyUtil: null,
    fbUsedMib: null,
    fbFreeMib: null,
    fbReservedMib: null,
    powerWatts: null,
    energyMj: null,
    temperatureCelsius: null,
    memoryTemperatureCelsius: null,
    smClockMhz: null,
    memoryClockMhz: null,
    pcieTxBytes: null,
    pcieRxBytes: null,
    nvlinkBytes: null,
    xid: null,
    clockEventReasons: null,
    powerViolationNs: null,
    thermalViolationNs: null,
    xidCounts: {},
    clockEventShares: {},
    extra: {},
  };
}

function identityOf(labels: ReadonlyMap<string, string>): string | null {
  const uuid = labels.get('UUID') ?? labels.get('uuid') ?? labels.get('gpu_uuid') ?? '';
  if (uuid === '') return null;
  const instance = labels.get('GPU_I_ID') ?? '';
  return instance === '' ? uuid : `${uuid}/${instance}`;
}

class PageReader {
  private readonly gpus = new Map<string, GpuSample>();
  private readonly seen = new Set<string>();
  private readonly warnings: string[] = [];
  private duplicates = 0;

  constructor(private readonly page: ExpositionPage) {}

  read(): GpuPage {
    for (const sample of this.page.samples) {
      const id = sample.name.startsWith('DCGM_') ? identityOf(sample.labels) : null;
      if (id === null || !Number.isFinite(sample.value)) continue;
      let gpu = this.gpus.get(id);
      if (gpu === undefined) this.gpus.set(id, (gpu = emptySample(id, sample.labels)));
      this.add(gpu, sample);
    }
    return { samples: [...this.gpus.values()], duplicates: this.duplicates, warnings: this.warnings };
  }

  private add(gpu: GpuSample, { name, labels, value }: Sample): void {
    const windowSeconds = Number(labels.get('window_size_in_ms') ?? 0) / 1000;
    const event = labels.get('clock_event');
    const xid = labels.get('xid');
    if (name === 'DCGM_EXP_CLOCK_EVENTS_COUNT') {
      if (event !== undefined && windowSeconds > 0) gpu.clockEventShares[event] = Math.min(1, value / windowSeconds);
    } else if (name === 'DCGM_EXP_XID_ERRORS_COUNT') {
      if (xid !== undefined && value > 0) gpu.xidCounts[xid] = value;
    } else if (this.first(gpu.id, name)) this.addReading(gpu, name, value);
  }

  /** Of duplicate series the first is kept. */
  private first(id: string, name: string): boolean {
    const key = `${id} ${name}`;
    if (this.seen.has(key)) {
      this.duplicates += 1;
      return false;
    }
    this.seen.add(key);
    return true;
  }

  private addReading(gpu: GpuSample, name: string, value: number): void {
    if (isBlank(value)) return;
    const alias = aliases[name.replace(/^DCGM_FI_/, '')];
    if (alias === undefined) {
      gpu.extra[name] = value;
      return;
    }
    const [reading, scale] = alias;
    if (scale === 'rate' && this.page.types.get(name) === 'counter') {
      gpu.extra[name] = value;
      return;
    }
    const converted = scale === 'ratio' ? readRatio(value) : scale === 'percent' ? readRatio(value / 100) : value;
    if (converted === null) this.warnings.push(`${name} of ${gpu.id} is ${value}, outside 0 to 1: taken as missing`);
    else if (reading === 'nvlinkBytes') gpu.nvlinkBytes = (gpu.nvlinkBytes ?? 0) + converted;
    else gpu[reading] = converted;
  }
}

/** The devices of a dcgm-exporter page; a page of anything else gives none. */
export function readGpuPage(page: ExpositionPage): GpuPage {
  return new PageReader(page).read();
}

/** Total frame buffer: used + free + reserved, null when used or free is unknown. */
export function frameBufferTotalMib(
  sample: Pick<GpuReadings, 'fbUsedMib' | 'fbFreeMib' | 'fbReservedMib'>,
): number | null {
  const { fbUsedMib, fbFreeMib, fbReservedMib } = sample;
  return fbUsedMib === null || fbFreeMib === null ? null : fbUsedMib + fbFreeMib + (fbReservedMib ?? 0);
}
