/** Money of one project-day in pico-units (1e-12); `limit` null means unlimited. */
export interface Budget {
  readonly limit: bigint | null;
  readonly spent: bigint;
  readonly reserved: bigint;
}

/** The budget with `amount` set aside, or null when it would not fit: what is over budget is never judged. */
export function reserve(budget: Budget, amount: bigint): Budget | null {
  const fits = budget.limit === null || budget.spent + budget.reserved + amount <= budget.limit;
  return fits ? { ...budget, reserved: budget.reserved + amount } : null;
}

/** Turns a reservation into what the call really cost (0 for one that failed before it was charged). */
export function settle(budget: Budget, reserved: bigint, actual: bigint): Budget {
  return { ...budget, reserved: budget.reserved - reserved, spent: budget.spent + actual };
}
