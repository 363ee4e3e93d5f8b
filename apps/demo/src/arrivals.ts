import type { Random } from './random.js';

const minute = 60_000;
export const historyDays = 7;

/** Requests a minute now, for a product whose traffic grows by the factor e in 36 hours, over a quiet base. */
const now = 8;
const growthMinutes = 36 * 60;
const base = 0.35;

/** Expected requests a minute, `ageMs` before the start; a wave over the day that people would recognise. */
export function ratePerMinute(ageMs: number, timeMs: number): number {
  const age = Math.max(0, ageMs) / minute;
  const hourOfDay = (timeMs / (60 * minute)) % 24;
  const wave = 1 + 0.25 * Math.sin(((hourOfDay - 8) / 24) * 2 * Math.PI);
  // The wave fades towards the start, so that the demo looks the same at whatever hour it is first run.
  const faded = 1 + (wave - 1) * Math.min(1, age / (24 * 60));
  return (base + (now - base) * Math.exp(-age / growthMinutes)) * faded;
}

/** Arrival times of the history, newest first: what a person will look at is there first. */
export function* historyArrivals(random: Random, startMs: number): Generator<number> {
  const oldest = startMs - historyDays * 24 * 60 * minute;
  for (let at = startMs - minute; at >= oldest; at -= minute) {
    const expected = ratePerMinute(startMs - at, at);
    const count = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
    for (let index = 0; index < count; index += 1) yield at + Math.floor(random.next() * minute);
  }
}

/** Milliseconds until the next live request: exponential, at today's rate. */
export function nextArrivalMs(random: Random): number {
  return Math.min(60_000, (-Math.log(1 - random.next()) * minute) / now);
}
