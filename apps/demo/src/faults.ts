import { promptFault, type ModelName } from './catalogue.js';

const minute = 60_000;
const hour = 60 * minute;

/** What goes wrong, and when, in milliseconds relative to the first start. Only the first reaches into the last two hours. */
export const faultSchedule = {
  badPrompt: { from: -75 * minute, to: 8 * hour },
  modelSwap: { from: -52 * hour, to: -45 * hour },
  slowProvider: { from: -76 * hour, to: -74 * hour },
  costBlowUp: { from: -100 * hour, to: -97 * hour },
  gpuXid: { from: 10 * minute, to: 6 * hour },
} as const;
export type Fault = keyof typeof faultSchedule;

/** Faults that are active at an instant. */
export function activeFaults(timeMs: number, startMs: number): ReadonlySet<Fault> {
  const offset = timeMs - startMs;
  const names = Object.keys(faultSchedule) as Fault[];
  return new Set(names.filter((name) => offset >= faultSchedule[name].from && offset < faultSchedule[name].to));
}

/** Share of the traffic of a feature that the bad prompt version gets while it is out. */
export const badPromptShare = 0.7;
/** Share of its answers that break the JSON contract. */
export const badPromptFailures = 0.72;

export interface DemoChange {
  kind: 'prompt' | 'model' | 'release' | 'route';
  offsetMs: number;
  feature?: string;
  attribute: string;
  from: string;
  to: string;
  title: string;
}

/** What a deploy pipeline would have declared. The silent model swap and the provider's slowness are nobody's change. */
export const declaredChanges: readonly DemoChange[] = [
  {
    kind: 'prompt',
    offsetMs: faultSchedule.badPrompt.from - minute,
    feature: promptFault.feature,
    attribute: 'promptVersion',
    from: promptFault.good,
    to: promptFault.bad,
    title: `prompt ${promptFault.feature} ${promptFault.good} to ${promptFault.bad}`,
  },
  {
    kind: 'release',
    offsetMs: -4 * hour,
    attribute: 'release',
    from: '2026.11.3',
    to: '2026.11.4',
    title: 'release 2026.11.4',
  },
  {
    kind: 'prompt',
    offsetMs: -5 * 24 * hour,
    feature: promptFault.feature,
    attribute: 'promptVersion',
    from: 'v40',
    to: 'v41',
    title: 'prompt support-answer v40 to v41',
  },
  {
    kind: 'prompt',
    offsetMs: faultSchedule.costBlowUp.from,
    feature: 'code-review',
    attribute: 'promptVersion',
    from: 'v8',
    to: 'v9',
    title: 'prompt code-review v8 to v9 (whole files in the context)',
  },
];

export const modelSwap: { feature: string; from: ModelName; to: ModelName } = {
  feature: 'doc-summary',
  from: 'large',
  to: 'mini',
};
