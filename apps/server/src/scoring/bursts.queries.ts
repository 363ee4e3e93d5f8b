import type { EntityManager } from 'typeorm';
import type { BurstSlice } from './bursts.js';

interface BurstRow {
  project_id: string;
  scorer: string;
  filter: BurstSlice['filter'];
  group_key: string;
}

/** Tables and condition of `burstSlices`. */
const warned = `alert_instances AS instance
     JOIN objective_revisions AS revision ON revision.id = instance.revision_id AND revision.superseded_at IS NULL
     JOIN objectives AS objective ON objective.id = instance.objective_id AND objective.retired_at IS NULL
     JOIN scorers ON scorers.project_id = instance.project_id
       AND scorers.slug = revision.definition -> 'indicator' ->> 'scorer'
     JOIN scorer_versions AS version ON version.scorer_id = scorers.id AND version.version = scorers.version
     WHERE instance.status ->> 'warned' = 'true' AND (version.kind <> 'judge' OR EXISTS (
       SELECT 1 FROM judge_endpoints AS endpoint
       LEFT JOIN judge_spending AS spending ON spending.endpoint_id = endpoint.id
         AND spending.day = (now() AT TIME ZONE 'UTC')::date
       WHERE endpoint.id::text = version.settings ->> 'endpoint' AND coalesce(spending.spent, 0) < endpoint.daily_budget / 2))`;

/**
 * Slices of which an objective has an early warning now: its sustained-drop detectors stand at or above the square root
 * of what opens a ticket. A judge takes part while less than half of its endpoint's budget of the day is spent, and not
 * at all without a budget: nobody has said then what a burst may cost.
 */
export async function burstSlices(manager: EntityManager): Promise<BurstSlice[]> {
  const rows = await manager.query<BurstRow[]>(
    `SELECT DISTINCT instance.project_id, scorers.slug AS scorer, revision.definition -> 'filter' AS filter, instance.group_key
     FROM ${warned}`,
  );
  return rows.map((row) => ({
    projectId: row.project_id,
    scorer: row.scorer,
    filter: row.filter,
    group: row.group_key.startsWith('{') ? (JSON.parse(row.group_key) as Record<string, string>) : {},
  }));
}

/** Notes which bursts have begun and which are over since it was noted last, in one statement: workers may do it at once. */
export async function noteBursts(manager: EntityManager): Promise<void> {
  await manager.query(
    `WITH going AS (
       SELECT DISTINCT instance.project_id, instance.objective_id, instance.group_key, scorers.slug AS scorer FROM ${warned}
     ), over AS (
       UPDATE sampling_bursts AS burst SET ended_at = now() WHERE ended_at IS NULL AND NOT EXISTS (
         SELECT 1 FROM going WHERE going.objective_id = burst.objective_id AND going.group_key = burst.group_key
           AND going.scorer = burst.scorer)
     )
     INSERT INTO sampling_bursts (project_id, objective_id, group_key, scorer)
     SELECT project_id, objective_id, group_key, scorer FROM going
     ON CONFLICT (objective_id, group_key, scorer) WHERE ended_at IS NULL DO NOTHING`,
  );
}

export interface NotedBurst {
  readonly id: string;
  readonly scorer: string;
  readonly started_at: Date;
}

/** Bursts of a group of an objective that began in a range, oldest first. */
export async function burstsOf(
  manager: EntityManager,
  { objectiveId, groupKey }: { readonly objectiveId: string; readonly groupKey: string },
  from: Date,
  to: Date,
): Promise<NotedBurst[]> {
  return manager.query<NotedBurst[]>(
    `SELECT id, scorer, started_at FROM sampling_bursts
     WHERE objective_id = $1 AND group_key = $2 AND started_at >= $3 AND started_at < $4 ORDER BY started_at LIMIT 50`,
    [objectiveId, groupKey, from, to],
  );
}
