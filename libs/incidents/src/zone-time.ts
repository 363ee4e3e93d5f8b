const dayMs = 86_400_000;

/** `2026-11-22` as the wall clock's midnight, `24:00` and the like added in minutes. */
export const wallOf = (day: string, time: string): number => Date.parse(`${day}T00:00:00Z`) + minutesOf(time) * 60_000;

/** `09:30` in minutes since midnight. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** The wall clock's midnight of the day that it shows. */
export const midnightOf = (wall: number): number => Math.floor(wall / dayMs) * dayMs;

/** ISO 8601: Monday is 1, Sunday 7. */
export const weekdayOf = (wall: number): number => ((new Date(wall).getUTCDay() + 6) % 7) + 1;
