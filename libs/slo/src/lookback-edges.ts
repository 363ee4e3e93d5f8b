import { sliKindOf } from './kinds/index.js';
import type { JudgedObjective } from './objective-judge.js';
import { grownShortSeconds } from './objective-judge.js';
import { outageWindows } from './outage.js';

const DAY_MINUTES = 1440;

/** Lengths, in minutes, of every lookback that judging an objective may ask for. */
export function lookbackLengths(objective: JudgedObjective): number[] {
  const sampled = sliKindOf(objective.definition.indicator.kind).sampled;
  const lengths = objective.tiers.flatMap((tier) => [
    ...(tier.rule === 'outage' ? outageWindows : [tier.longSeconds]),
    ...(sampled ? grownShortSeconds(tier) : [tier.shortSeconds]),
  ]);
  const whole = objective.definition.volumeAware || objective.tiers.some(({ rule }) => rule === 'exhaustion');
  if (whole) lengths.push(objective.windowSeconds);
  const minutes = lengths.map((seconds) => seconds / 60);
  if (sampled) minutes.push(DAY_MINUTES);
  return [...new Set(minutes)];
}

/**
 * The minutes at which a sum may begin or end while the minutes from <= m < to are stepped. Sums between neighbouring
 * edges are all that a fold needs: a step of one minute reads some twenty of them and not the 4,320 minutes of three
 * days.
 */
export function lookbackEdges(objective: JudgedObjective, from: number, to: number): number[] {
  const edges = new Set<number>();
  const lengths = lookbackLengths(objective);
  for (let minute = from; minute < to; minute++) {
    const end = minute + 1;
    edges.add(minute).add(end);
    for (const length of lengths) edges.add(Math.ceil(end - length));
  }
  return [...edges];
}
