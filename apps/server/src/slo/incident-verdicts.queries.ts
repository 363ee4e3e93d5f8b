import type { AlertPrecision } from '@plimsoll/contract';
import { type IncidentLabel, type LabelledIncident, precisionOf } from '@plimsoll/incidents';
import type { DataSource } from 'typeorm';

/**
 * Incidents of an objective with what people said of them: of a merged one, what was said of the incident that it went
 * into. False alarm: marked so since it was last reopened. Real: reviewed since then, or with a suspect that somebody
 * confirmed. Those that ended by themselves and that nobody looked at have no verdict.
 */
const judgedIncidents = `WITH RECURSIVE lineage AS (
    SELECT id, id AS final, merged_into FROM incidents
    WHERE project_id = $1 AND objective_id = $2 AND imported IS NULL
    UNION ALL
    SELECT lineage.id, next.id, next.merged_into FROM lineage JOIN incidents AS next ON next.id = lineage.merged_into
  ), judged AS (
    SELECT lineage.id, lineage.final, final.resolved_at,
      CASE
        WHEN event.last_false_alarm > event.last_reopened THEN 'false_alarm'
        WHEN event.last_review > event.last_reopened OR EXISTS (
          SELECT 1 FROM suspects WHERE suspects.incident_id = final.id AND suspects.verdict = 'accepted') THEN 'real'
      END AS label,
      final.state IN ('resolved', 'reviewed', 'false_alarm') AS closed
    FROM lineage JOIN incidents AS final ON final.id = lineage.final AND final.merged_into IS NULL
    CROSS JOIN LATERAL (
      SELECT coalesce(max(seq) FILTER (WHERE kind = 'reopened'), 0) AS last_reopened,
        coalesce(max(seq) FILTER (WHERE kind = 'false_alarm'), 0) AS last_false_alarm,
        coalesce(max(seq) FILTER (WHERE kind = 'reviewed'), 0) AS last_review
      FROM incident_events WHERE incident_id = final.id
    ) AS event
  )`;

interface VerdictRow {
  readonly label: IncidentLabel;
  /** Tiers of the policy that fired in it. */
  readonly tiers: readonly string[];
}

/** How many of an objective's closed incidents were real of those judged: all of them, and by the tiers that fired. */
export async function alertPrecision(
  database: DataSource,
  projectId: string,
  objectiveId: string,
): Promise<AlertPrecision> {
  // Incidents that were merged are one: groups of the objective fire together. Tiers of foreign ones that were merged into it are named after them: `INC-7 page fast`.
  const rows = await database.query<VerdictRow[]>(
    `${judgedIncidents}
     SELECT label, array_agg(DISTINCT event.tier) AS tiers
     FROM judged CROSS JOIN LATERAL (
       SELECT body ->> 'tier' AS tier FROM incident_events
       WHERE incident_id = judged.id AND kind IN ('opened', 'alert_fired', 'reopened')
         AND body ->> 'tier' !~ '^INC-[0-9]+ '
     ) AS event
     WHERE closed GROUP BY judged.final, label`,
    [projectId, objectiveId],
  );
  const tiers = [...new Set(rows.flatMap((row) => row.tiers))].toSorted();
  return {
    ...precisionOf(rows.map(({ label }) => label)),
    tiers: tiers.map((name) => ({
      name,
      ...precisionOf(rows.filter((row) => row.tiers.includes(name)).map(({ label }) => label)),
    })),
  };
}

interface LabelledRow {
  readonly id: string;
  readonly number: number;
  readonly label: IncidentLabel;
  readonly labels: Record<string, string>;
  readonly since: Date;
  readonly resolved_at: Date | null;
}

/** The objective's incidents of a range, oldest first, with what people said of those that are over. */
export async function labelledIncidents(
  database: DataSource,
  projectId: string,
  objectiveId: string,
  range: { readonly from: Date; readonly to: Date },
): Promise<LabelledIncident[]> {
  const rows = await database.query<LabelledRow[]>(
    `${judgedIncidents}
     SELECT own.id, own.number, CASE WHEN judged.closed THEN judged.label END AS label, own.labels,
       least(own.onset_at, own.opened_at) AS since, judged.resolved_at
     FROM judged JOIN incidents AS own ON own.id = judged.id
     WHERE least(own.onset_at, own.opened_at) < $4 AND (judged.resolved_at IS NULL OR judged.resolved_at >= $3)
     ORDER BY since`,
    [projectId, objectiveId, range.from, range.to],
  );
  return rows.map(({ id, number, label, labels, since, resolved_at }) => ({
    id,
    reference: `INC-${number}`,
    label,
    group: labels,
    fromMs: since.getTime(),
    toMs: resolved_at?.getTime() ?? Infinity,
  }));
}
