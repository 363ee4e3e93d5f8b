import type { EntityManager } from 'typeorm';

export interface DriftNote {
  readonly id: string;
  readonly feature: string;
  readonly verdict: string;
  readonly headline: string;
  readonly created_at: Date;
}

/** Drift reports of a range that found something. */
export async function driftReports(
  manager: EntityManager,
  projectId: string,
  from: Date,
  to: Date,
): Promise<DriftNote[]> {
  return manager.query<DriftNote[]>(
    `SELECT id, feature, verdict, headline, created_at FROM drift_reports
     WHERE project_id = $1 AND created_at >= $2 AND created_at < $3
       AND verdict IN ('regression', 'change', 'input_mix_changed')
     ORDER BY created_at LIMIT 50`,
    [projectId, from, to],
  );
}
