/**
 * False alarms and delays of the sustained-drop detector and of the outage rule, by simulation from the product's own functions.
 *
 *   npm run bench:detection -- [--runs 4000] [--seed 1]
 *
 * Every figure is compared with the one of the design (simulated there with other seeds and tools); it has to lie within
 * 15 %, or within three standard errors of the run where that is wider; the outage rule has to stay below its bounds.
 * Prints one JSON line a figure; exits 1 when one is missed.
 */
import { parseArgs } from 'node:util';
import { averagedDetectors, detectorFor, isAlarm, startDetectors, stepDetectors, type Detector } from '@plimsoll/slo';
import { generator, wilsonInterval } from '@plimsoll/statistics';
import { outageFigures } from './outage-detection.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '4000' }, seed: { type: 'string', default: '1' } },
});
const runs = Number(values.runs);
const budgetShare = 0.05;
const horizon = 2_000;
const single = [detectorFor(0.15, budgetShare)];
const averaged = averagedDetectors(budgetShare);

const random = generator(Number(values.seed));

/** Number of the sample that alarms; null when none of `limit` does. */
function alarmAt(detectors: readonly Detector[], threshold: number, badRate: number, limit: number): number | null {
  let state = startDetectors(detectors);
  for (let sample = 1; sample <= limit; sample++) {
    state = stepDetectors(detectors, state, random() < badRate ? 1 : 0);
    if (isAlarm(state, threshold)) return sample;
  }
  return null;
}

let missed = 0;

function report(figure: string, measured: number, designed: number, standardError: number): void {
  const allowed = Math.max(0.15 * designed, 3 * standardError);
  const holds = Math.abs(measured - designed) <= allowed;
  if (!holds) missed += 1;
  const rounded = (value: number): number => Number(value.toPrecision(4));
  process.stdout.write(
    `${JSON.stringify({ bench: 'detection', figure, measured: rounded(measured), designed, holds })}\n`,
  );
}

function reportShare(figure: string, hits: number, tries: number, designed: number): void {
  report(figure, hits / tries, designed, Math.sqrt((designed * (1 - designed)) / tries));
}

function reportMean(figure: string, samples: readonly number[], designed: number): void {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const spread = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples.length - 1);
  report(figure, mean, designed, Math.sqrt(spread / samples.length));
}

function delays(detectors: readonly Detector[], threshold: number, badRate: number, tries: number): number[] {
  return Array.from({ length: tries }, () => alarmAt(detectors, threshold, badRate, Infinity) ?? 0);
}

function falseAlarms(detectors: readonly Detector[], threshold: number, tries: number): number {
  let alarms = 0;
  for (let run = 0; run < tries; run++) if (alarmAt(detectors, threshold, budgetShare, horizon) !== null) alarms += 1;
  return alarms;
}

/** Fewer bad samples are not judged by Wilson's interval (and from the tenth sample on it would alarm in 38 % of runs). */
const leastBad = 5;

/** What one gets who looks at a confidence bound every ten samples. */
function peeking(tries: number): number {
  let alarms = 0;
  for (let run = 0; run < tries; run++) {
    let bad = 0;
    for (let sample = 1; sample <= horizon; sample++) {
      bad += random() < budgetShare ? 1 : 0;
      if (sample % 10 === 0 && bad >= leastBad && wilsonInterval(bad, sample, 0.9).low > budgetShare) {
        alarms += 1;
        break;
      }
    }
  }
  return alarms;
}

reportShare('false alarms, peeking at a 95 % bound', peeking(runs), runs, 0.326);
reportShare('false alarms, one detector, A = 1000', falseAlarms(single, 1_000, runs), runs, 0.061);
reportShare('false alarms, average of four, A = 1000', falseAlarms(averaged, 1_000, runs), runs, 0.055);
reportShare('false alarms, average of four, A = 18000', falseAlarms(averaged, 18_000, 2 * runs), 2 * runs, 0.0034);

const oneAt15 = delays(single, 1_000, 0.15, runs);
reportMean('delay, one detector, A = 1000, 15 % bad', oneAt15, 92);
reportShare(
  'alarm within 200 samples, one detector, 15 % bad',
  oneAt15.filter((delay) => delay <= 200).length,
  runs,
  0.959,
);
reportMean('delay, one detector, A = 1000, 10 % bad', delays(single, 1_000, 0.1, runs), 301);
reportMean(
  'samples between false alarms, one detector, A = 1000',
  delays(single, 1_000, budgetShare, Math.ceil(runs / 20)),
  30_000,
);

for (const [badRate, atThousand, atEighteen] of [
  [0.1, 305, 460],
  [0.15, 96, 139],
  [0.25, 35, 47],
] as const) {
  reportMean(
    `delay, average of four, A = 1000, ${badRate * 100} % bad`,
    delays(averaged, 1_000, badRate, runs),
    atThousand,
  );
  reportMean(
    `delay, average of four, A = 18000, ${badRate * 100} % bad`,
    delays(averaged, 18_000, badRate, runs),
    atEighteen,
  );
}
for (const { figure, measured, most } of outageFigures(Number(values.seed))) {
  const holds = measured <= most;
  if (!holds) missed += 1;
  process.stdout.write(`${JSON.stringify({ bench: 'detection', figure, measured, most, holds })}\n`);
}
if (missed > 0) process.exitCode = 1;
