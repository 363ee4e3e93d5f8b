import type { EntityManager } from 'typeorm';

/** A reservation counts no longer than this: the worker that made it is dead by then. */
const reservedSeconds = 600;

/**
 * Sets `amount` (decimal USD) aside from today's budget of an endpoint, in one statement, so that several workers
 * together cannot overspend. False when it does not fit; a budget of null has no limit.
 */
export async function reserveSpending(manager: EntityManager, endpointId: string, amount: string): Promise<boolean> {
  await manager.query(
    `INSERT INTO judge_spending (endpoint_id, day) VALUES ($1, (now() AT TIME ZONE 'UTC')::date) ON CONFLICT DO NOTHING`,
    [endpointId],
  );
  const rows = await manager.query<[{ day: string }[], number]>(
    `UPDATE judge_spending SET
      reserved = CASE WHEN reserved_until < now() THEN 0 ELSE reserved END + $2::numeric,
      reserved_until = now() + make_interval(secs => ${reservedSeconds})
    FROM judge_endpoints
    WHERE judge_endpoints.id = endpoint_id AND endpoint_id = $1 AND day = (now() AT TIME ZONE 'UTC')::date
      AND (daily_budget IS NULL
        OR spent + CASE WHEN reserved_until < now() THEN 0 ELSE reserved END + $2::numeric <= daily_budget)
    RETURNING day`,
    [endpointId, amount],
  );
  return rows[0].length > 0;
}

/** Turns a reservation into what was really spent (decimal USD); 0 for a call that was not charged. */
export async function settleSpending(
  manager: EntityManager,
  endpointId: string,
  reserved: string,
  spent: string,
): Promise<void> {
  await manager.query(
    `UPDATE judge_spending SET reserved = greatest(0, reserved - $2::numeric), spent = spent + $3::numeric, calls = calls + 1
    WHERE endpoint_id = $1 AND day = (SELECT max(day) FROM judge_spending WHERE endpoint_id = $1)`,
    [endpointId, reserved, spent],
  );
}

/** Whether less than half of today's budget is spent or set aside; never without a budget: nobody said what more may cost. */
export async function hasSpareBudget(manager: EntityManager, endpointId: string): Promise<boolean> {
  const rows = await manager.query<{ spare: boolean | null }[]>(
    `SELECT coalesce(spent, 0) + CASE WHEN reserved_until < now() THEN 0 ELSE coalesce(reserved, 0) END < daily_budget / 2 AS spare
     FROM judge_endpoints LEFT JOIN judge_spending ON endpoint_id = judge_endpoints.id
       AND day = (now() AT TIME ZONE 'UTC')::date
     WHERE judge_endpoints.id = $1`,
    [endpointId],
  );
  return rows[0]?.spare === true;
}

/** USD spent today by endpoint. */
export async function spentToday(manager: EntityManager, projectId: string): Promise<Map<string, string>> {
  const rows = await manager.query<{ endpoint_id: string; spent: string }[]>(
    `SELECT endpoint_id, trim_scale(spent)::text AS spent FROM judge_spending
    JOIN judge_endpoints ON judge_endpoints.id = endpoint_id
    WHERE project_id = $1 AND day = (now() AT TIME ZONE 'UTC')::date`,
    [projectId],
  );
  return new Map(rows.map(({ endpoint_id, spent }) => [endpoint_id, spent]));
}
