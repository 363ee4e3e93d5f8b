import type { SamplingRule } from '@plimsoll/scoring';
import type { EntityManager } from 'typeorm';
import type { ScorerFilter } from './scoring.entity.js';

/** Gives every project the scorers it never had; one that was hidden stays hidden. */
export async function insertDefaultScorers(
  manager: EntityManager,
  { slugs, names, kinds }: { readonly slugs: string[]; readonly names: string[]; readonly kinds: string[] },
): Promise<void> {
  await manager.query(
    `WITH made AS (
      INSERT INTO scorers (project_id, slug, name, kind)
      SELECT projects.id, wanted.slug, wanted.name, wanted.kind
      FROM projects CROSS JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted(slug, name, kind)
      WHERE NOT EXISTS (SELECT 1 FROM scorers WHERE scorers.project_id = projects.id AND scorers.slug = wanted.slug)
      ON CONFLICT (project_id, slug) DO NOTHING RETURNING id, kind)
    INSERT INTO scorer_versions (scorer_id, version, kind, settings, filter, sample_rate, created_by)
    SELECT id, 1, kind, '{}', '{}', 1, 'system' FROM made`,
    [slugs, names, kinds],
  );
}

/** Two writers of one scorer follow each other until the end of their transactions. */
export async function lockScorer(manager: EntityManager, projectId: string, slug: string): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`scorer ${projectId} ${slug}`]);
}

export interface ActiveScorerRow {
  project_id: string;
  slug: string;
  kind: string;
  version: number;
  settings: Record<string, unknown>;
  filter: ScorerFilter;
  sample_rate: number;
  /** Null: the project never made a policy of its own, likewise its rules. */
  policy_version: number | null;
  rules: SamplingRule[] | null;
}

/** The versions in force of all scorers that are switched on, with their projects' newest sampling policy. */
export async function activeScorerRows(manager: EntityManager): Promise<ActiveScorerRow[]> {
  return manager.query<ActiveScorerRow[]>(
    `SELECT scorers.project_id, slug, version.kind, version.version, settings, filter, sample_rate,
      policy.version AS policy_version, rules
    FROM scorers
    JOIN scorer_versions AS version ON version.scorer_id = scorers.id AND version.version = scorers.version
    LEFT JOIN LATERAL (
      SELECT sampling_policies.version, rules FROM sampling_policies
      WHERE sampling_policies.project_id = scorers.project_id
      ORDER BY sampling_policies.version DESC LIMIT 1) AS policy ON true
    WHERE enabled AND hidden_at IS NULL ORDER BY slug`,
  );
}
