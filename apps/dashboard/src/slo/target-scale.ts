/** Targets that people choose, in the steps of a slider: each about halves what may fail. */
export const targetSteps = [
  '0.5',
  '0.6',
  '0.7',
  '0.75',
  '0.8',
  '0.85',
  '0.9',
  '0.92',
  '0.95',
  '0.97',
  '0.98',
  '0.99',
  '0.995',
  '0.998',
  '0.999',
  '0.9995',
  '0.9999',
] as const;

/** The step nearest to a target. */
export function stepOf(target: string): number {
  const value = Number(target);
  let best = 0;
  targetSteps.forEach((step, index) => {
    if (Math.abs(Number(step) - value) < Math.abs(Number(targetSteps[best]) - value)) best = index;
  });
  return best;
}

/** What may fail of what was counted, and what is left of it: 1 untouched, below 0 overspent; null without calls. */
export function budgetAt(
  target: string,
  counted: { eligible: number; bad: number },
): { allowed: number; remaining: number | null } {
  const allowed = (1 - Number(target)) * counted.eligible;
  return { allowed, remaining: allowed > 0 ? 1 - counted.bad / allowed : null };
}
