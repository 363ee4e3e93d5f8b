import {
  confidenceOf,
  gpuEvidence,
  type Evidence,
  type Verdict,
  type VerdictWindow,
  type WindowRule,
} from './window.js';

const fatalXids = new Set([46, 48, 62, 64, 74, 79, 92, 95, 119, 120]);
const applicationXids = new Set([13, 31, 43, 45, 68, 69, 94]);
const ROW_REMAP = 63;

/** XIDs that are new in the window: counted by the exporter, or a change of the sticky gauge. */
function newXids(window: VerdictWindow): number[] {
  const found = new Set<number>();
  let last = window.previousXid;
  for (const { gpu } of window.scrapes) {
    if (gpu === null) continue;
    for (const code of Object.keys(gpu.xidCounts)) found.add(Number(code));
    if (gpu.xid === null) continue;
    if (last !== undefined && gpu.xid !== last && gpu.xid !== 0) found.add(gpu.xid);
    last = gpu.xid;
  }
  return [...found];
}

function judgeXid(code: number): { subReason: string; nextStep: string } {
  if (fatalXids.has(code)) {
    return { subReason: 'fatal', nextStep: `XID ${code}: drain the node, then reset or replace the GPU` };
  }
  if (applicationXids.has(code))
    return { subReason: 'application', nextStep: `XID ${code}: restart the application on this GPU` };
  if (code === ROW_REMAP)
    return { subReason: 'row_remap', nextStep: 'XID 63: a row was remapped; watch, and reset at the next drain' };
  return { subReason: 'other', nextStep: `XID ${code}: look it up in NVIDIA's XID catalogue` };
}

const fault: WindowRule = {
  id: 'fault',
  title: 'The driver reported an error',
  match(window) {
    const codes = newXids(window);
    const rank = (code: number): number =>
      ['fatal', 'application', 'other', 'row_remap'].indexOf(judgeXid(code).subReason);
    const worst = codes.sort((a, b) => rank(a) - rank(b))[0];
    if (worst === undefined) return null;
    const evidence = codes.map((code) => ({
      series: 'DCGM_FI_DEV_XID_ERRORS',
      value: code,
      threshold: 'new in the window',
    }));
    return { verdict: 'fault', ...judgeXid(worst), confidence: 'high', evidence };
  },
};

const stale: WindowRule = {
  id: 'stale',
  title: 'No recent scrape',
  match({ scrapes, atMs, intervalMs }) {
    const last = scrapes.findLast(({ gpu, engine }) => gpu !== null || engine !== null);
    const age = last === undefined ? null : (atMs - last.atMs) / 1000;
    if (age !== null && age * 1000 <= 3 * intervalMs) return null;
    return {
      verdict: 'stale',
      subReason: null,
      confidence: 'high',
      evidence: [{ series: 'seconds since the last scrape', value: age, threshold: `<= ${(3 * intervalMs) / 1000}` }],
      nextStep: 'No data, which is not idle: check that the exporter runs and its page is not empty',
    };
  },
};

/** Bits of the clock event mask and the exporter's names for them that mean lost performance. */
const throttles = [
  { bit: 8, event: 'hw_slowdown', subReason: 'hw_slowdown', nextStep: 'Check power delivery and cooling of the node' },
  {
    bit: 32,
    event: 'sw_thermal',
    subReason: 'thermal',
    nextStep: 'Check cooling and airflow; lower the load until it is fixed',
  },
  {
    bit: 64,
    event: 'hw_thermal',
    subReason: 'thermal',
    nextStep: 'Check cooling and airflow; lower the load until it is fixed',
  },
  {
    bit: 128,
    event: 'hw_power_brake',
    subReason: 'power_brake',
    nextStep: 'The rack asked for less power: check the power budget',
  },
] as const;
const THROTTLED_SHARE = 0.2;
const THERMAL_VIOLATION_SHARE = 0.05;
export const POWER_CAP_BIT = 4;

/** Share of the window with this clock event, from the bit mask or from the exporter's own window. */
export function clockEventShare(window: VerdictWindow, bit: number, event: string): number | null {
  const gpus = window.scrapes.flatMap(({ gpu }) => (gpu === null ? [] : [gpu]));
  const masks = gpus.flatMap(({ clockEventReasons }) => (clockEventReasons === null ? [] : [clockEventReasons]));
  if (masks.length > 0) return masks.filter((mask) => (mask & bit) !== 0).length / masks.length;
  const shares = gpus.flatMap(({ clockEventShares }) => clockEventShares[event] ?? []);
  return shares.length === 0 ? null : Math.max(...shares);
}

function thermalViolationShare({ scrapes }: VerdictWindow): number | null {
  const points = scrapes.flatMap(({ atMs, gpu }) =>
    gpu === null || gpu.thermalViolationNs === null ? [] : [{ atMs, ns: gpu.thermalViolationNs }],
  );
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs || last.ns < first.ns) return null;
  return (last.ns - first.ns) / ((last.atMs - first.atMs) * 1e6);
}

export const throttled: WindowRule = {
  id: 'throttled',
  title: 'Clocks are held down',
  match(window) {
    const found = throttles
      .map((throttle) => ({ throttle, share: clockEventShare(window, throttle.bit, throttle.event) ?? 0 }))
      .filter(({ share }) => share >= THROTTLED_SHARE)
      .sort((a, b) => b.share - a.share);
    const evidence: Evidence[] = found.map(({ throttle, share }) => ({
      series: `clock event ${throttle.event}`,
      value: share,
      threshold: `>= ${THROTTLED_SHARE} of the window`,
    }));
    const violation = thermalViolationShare(window);
    const violated = violation !== null && violation >= THERMAL_VIOLATION_SHARE;
    if (violated)
      evidence.push({
        series: 'DCGM_FI_DEV_THERMAL_VIOLATION',
        value: violation,
        threshold: `>= ${THERMAL_VIOLATION_SHARE} of the time`,
      });
    const cause = found[0]?.throttle ?? (violated ? throttles[1] : undefined);
    if (cause === undefined) return null;
    return { verdict: 'throttled', subReason: cause.subReason, confidence: 'high', evidence, nextStep: cause.nextStep };
  },
};

const COLD_PCIE_BYTES = 1e9;
const COLD_SM_ACTIVE = 0.1;

const coldStart: WindowRule = {
  id: 'cold_start',
  title: 'A model is being loaded',
  match(window) {
    const last = window.scrapes.findLast(({ gpu }) => gpu !== null);
    const gpu = last?.gpu ?? null;
    if (gpu === null || gpu.pcieRxBytes === null || gpu.smActive === null) return null;
    const started = window.scrapes.findLast(({ engine }) => engine !== null)?.engine?.processStart ?? null;
    const age = started === null ? null : window.atMs / 1000 - started;
    const young = age !== null && typeof window.usualStartSeconds === 'number' && age < 2 * window.usualStartSeconds;
    if (window.engineReady !== false && !young) return null;
    if (gpu.pcieRxBytes < COLD_PCIE_BYTES || gpu.smActive >= COLD_SM_ACTIVE) return null;
    const evidence = [gpuEvidence(gpu, 'pcieRxBytes', '>= 1e9 B/s'), gpuEvidence(gpu, 'smActive', '< 0.1')];
    if (age !== null)
      evidence.push({ series: 'seconds since engine start', value: age, threshold: 'less than twice the usual start' });
    return {
      verdict: 'cold_start',
      subReason: null,
      confidence: confidenceOf(evidence),
      evidence,
      nextStep: 'Weights are loading: keep a warm replica, or load from local disk if this is frequent',
    };
  },
};

const IDLE_SHARE = 0.95;
const IDLE_ACTIVITY = 0.01;
const HELD_FB_MIB = 1024;

/** How active a device is by the best series there is. */
function activity(window: VerdictWindow, gpu: NonNullable<VerdictWindow['scrapes'][number]['gpu']>): Evidence {
  const threshold = `< ${IDLE_ACTIVITY}`;
  for (const reading of ['smActive', 'grEngineActive', 'gpuUtil'] as const) {
    if (gpu[reading] === null) continue;
    const highest = window.scrapes.map((scrape) => scrape.gpu?.[reading] ?? null).filter((value) => value !== null);
    return { ...gpuEvidence(gpu, reading, threshold), value: Math.max(...highest) };
  }
  return gpuEvidence(gpu, 'smActive', threshold);
}

const idle: WindowRule = {
  id: 'idle',
  title: 'Nothing runs',
  match(window) {
    const gpu = window.scrapes.findLast((scrape) => scrape.gpu !== null)?.gpu ?? null;
    const states = window.scrapes.flatMap(({ engine }) => (engine === null || engine.running === null ? [] : [engine]));
    const quiet = states.filter(({ running, waiting }) => running === 0 && (waiting ?? 0) === 0).length;
    if (states.length > 0 && quiet < IDLE_SHARE * states.length) return null;
    if (gpu === null) return states.length === 0 ? null : idleVerdict(window, [], null, 'low');
    const active = activity(window, gpu);
    if (active.value === null || active.value >= IDLE_ACTIVITY) return null;
    const evidence = [active, gpuEvidence(gpu, 'fbUsedMib', `> ${HELD_FB_MIB} MiB is held`)];
    if (states.length > 0)
      evidence.unshift({
        series: 'share of scrapes with running = 0 and waiting = 0',
        value: quiet / states.length,
        threshold: `>= ${IDLE_SHARE}`,
      });
    const confidence = gpu.smActive === null ? 'low' : states.length === 0 ? 'medium' : 'high';
    return idleVerdict(window, evidence, gpu.fbUsedMib, confidence);
  },
};

function idleVerdict(
  window: VerdictWindow,
  evidence: Evidence[],
  fbUsedMib: number | null,
  confidence: Verdict['confidence'],
): Verdict {
  const held = window.owner !== null || (fbUsedMib ?? 0) > HELD_FB_MIB;
  const price = typeof window.hourlyCost === 'string' ? ` at ${window.hourlyCost} USD an hour` : '';
  return {
    verdict: 'idle',
    subReason: held ? 'idle_held' : 'free',
    confidence,
    evidence,
    nextStep: held
      ? `Held by ${window.owner ?? 'an unknown process'}${price} without work: scale it down or share the GPU`
      : `Free${price}: schedule work here or return it`,
  };
}

/** In order of precedence. */
export const windowRules: readonly WindowRule[] = [fault, stale, throttled, coldStart, idle];
