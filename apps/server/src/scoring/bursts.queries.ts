import type { EntityManager } from 'typeorm';
import type { BurstSlice } from './bursts.js';

interface BurstRow {
  project_id: string;
  scorer: string;
  filter: BurstSlice['filter'];
  group_key: string;
}

/**
 * Slices of which an objective has an early warning now: its sustained-drop detectors stand at or above the square root
 * of what opens a ticket. A judge takes part while less than half of its endpoint's budget of the day is spent, and not
 * at all without a budget: nobody has said then what a burst may cost.
 */
export async function burstSlices(manager: EntityManager): Promise<BurstSlice[]> {
  const rows = await manager.query<BurstRow[]>(
    `SELECT DISTINCT instance.project_id, scorers.slug AS scorer, revision.definition -> 'filter' AS filter, instance.group_key
     FROM alert_instances AS instance
     JOIN objective_revisions AS revision ON revision.id = instance.revision_id AND revision.superseded_at IS NULL
     JOIN objectives AS objective ON objective.id = instance.objective_id AND objective.retired_at IS NULL
     JOIN scorers ON scorers.project_id = instance.project_id
       AND scorers.slug = revision.definition -> 'indicator' ->> 'scorer'
     JOIN scorer_versions AS version ON version.scorer_id = scorers.id AND version.version = scorers.version
     WHERE instance.status ->> 'warned' = 'true' AND (version.kind <> 'judge' OR EXISTS (
       SELECT 1 FROM judge_endpoints AS endpoint
       LEFT JOIN judge_spending AS spending ON spending.endpoint_id = endpoint.id
         AND spending.day = (now() AT TIME ZONE 'UTC')::date
       WHERE endpoint.id::text = version.settings ->> 'endpoint' AND coalesce(spending.spent, 0) < endpoint.daily_budget / 2))`,
  );
  return rows.map((row) => ({
    projectId: row.project_id,
    scorer: row.scorer,
    filter: row.filter,
    group: row.group_key.startsWith('{') ? (JSON.parse(row.group_key) as Record<string, string>) : {},
  }));
}
