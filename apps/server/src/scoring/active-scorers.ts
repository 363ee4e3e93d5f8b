import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  findRuleScorer,
  judgeRules,
  type PreparedScorer,
  type Rubric,
  rubricSettings,
  type SamplingRule,
} from '@plimsoll/scoring';
import { DataSource } from 'typeorm';
import type { BurstSlice } from './bursts.js';
import { burstSlices, noteBursts } from './bursts.queries.js';
import { activeScorerRows, type ActiveScorerRow } from './scorers.queries.js';
import { ScorersService } from './scorers.service.js';
import type { ScorerFilter } from './scoring.entity.js';
import type { DecisionRow } from './scoring-rows.js';

interface Base {
  readonly slug: string;
  /** Number of the version, as text. */
  readonly version: string;
  readonly filter: ScorerFilter;
  readonly sampleRate: number;
}

/** A scorer that is switched on, ready to be used. */
export type ActiveScorer =
  | (Base & { readonly kind: 'rule'; readonly score: PreparedScorer })
  | (Base & { readonly kind: 'judge'; readonly rubric: Rubric });

export interface ProjectScoring {
  readonly projectId: string;
  readonly scorers: readonly ActiveScorer[];
  readonly policyVersion: string;
  readonly rules: readonly SamplingRule[];
  /** Slices whose sampling is raised at the moment. */
  readonly bursts: readonly BurstSlice[];
}

/** The policy of a project that never made its own. */
const firstPolicy = { version: '1', rules: judgeRules } as const;

/** All projects' scorers as they stand now. Rule scorers are compiled once a version. */
@Injectable()
export class ActiveScorers {
  private readonly logger = new Logger('scoring');
  private readonly prepared = new Map<string, PreparedScorer>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ScorersService) private readonly scorers: ScorersService,
  ) {}

  async read(): Promise<Map<string, ProjectScoring>> {
    await this.scorers.ensureDefaults();
    const rows = await activeScorerRows(this.dataSource.manager);
    const bursts = await burstSlices(this.dataSource.manager);
    const projects = new Map<string, ProjectScoring & { scorers: ActiveScorer[] }>();
    for (const row of rows) {
      const active = this.activate(row);
      if (active === null) continue;
      const own = projects.get(row.project_id);
      if (own) own.scorers.push(active);
      else {
        projects.set(row.project_id, {
          projectId: row.project_id,
          scorers: [active],
          policyVersion: row.policy_version === null ? firstPolicy.version : String(row.policy_version),
          rules: row.rules ?? firstPolicy.rules,
          bursts: bursts.filter(({ projectId }) => projectId === row.project_id),
        });
      }
    }
    return projects;
  }

  /** Notes what `bursts` says now, so that incidents can tell when sampling was raised. */
  async noteBursts(): Promise<void> {
    await noteBursts(this.dataSource.manager);
  }

  /** Null for settings that no longer parse: one broken scorer must not stop the others. */
  private activate(row: ActiveScorerRow): ActiveScorer | null {
    const base = { slug: row.slug, version: String(row.version), filter: row.filter, sampleRate: row.sample_rate };
    try {
      if (row.kind === 'judge') return { ...base, kind: 'judge', rubric: rubricSettings.parse(row.settings) };
      const key = `${row.project_id} ${row.slug} ${row.version}`;
      const score = this.prepared.get(key) ?? findRuleScorer(row.kind)?.prepare(row.settings);
      if (score === undefined) throw new Error(`there is no scorer kind ${row.kind}`);
      this.prepared.set(key, score);
      return { ...base, kind: 'rule', score };
    } catch (error) {
      this.logger.error(
        `scorer ${row.slug} of ${row.project_id}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return null;
    }
  }
}

/** Whether a scorer wants a call; without a filter it wants every generation. */
export function wants(filter: ScorerFilter, call: { readonly feature: string; readonly kind: string }): boolean {
  const kinds = filter.kinds === undefined || filter.kinds.length === 0 ? ['generation'] : filter.kinds;
  const features = filter.features ?? [];
  return kinds.includes(call.kind) && (features.length === 0 || features.includes(call.feature));
}

/** Slugs of all scorers of this kind. */
export const slugsOf = (projects: ReadonlyMap<string, ProjectScoring>, kind: ActiveScorer['kind']): string[] => [
  ...new Set(
    [...projects.values()].flatMap(({ scorers }) => scorers.filter((one) => one.kind === kind).map(({ slug }) => slug)),
  ),
];

/** The scorer of a decision, if that version is still in force. */
export const scorerOf = (project: ProjectScoring | undefined, decision: DecisionRow): ActiveScorer | undefined =>
  project?.scorers.find(({ slug, version }) => slug === decision.scorer && version === decision.scorerVersion);
