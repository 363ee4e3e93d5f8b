import { fromWallTime, toWallTime } from '../time/zone.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** When "tomorrow" begins for people. */
const morningMs = 9 * hourMs;

/** How long one puts something aside. */
export const pauseChoices = [
  { id: '1h', label: '1 hour' },
  { id: '4h', label: '4 hours' },
  { id: 'tomorrow', label: 'until tomorrow, 9:00' },
] as const;

/** The instant at which a choice ends; `tomorrow` is nine on the next morning of the zone's clock. */
export function pauseEnd(choice: string, now: number, zone: string): number {
  if (choice === '4h') return now + 4 * hourMs;
  if (choice !== 'tomorrow') return now + hourMs;
  const midnight = Math.floor(toWallTime(now, zone) / dayMs) * dayMs;
  return fromWallTime(midnight + dayMs + morningMs, zone);
}
