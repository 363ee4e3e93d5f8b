import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { expiresOn } from '../ingest/span-row.js';
import { type Retention, Retentions } from '../rollups/retention.js';
import { ActiveScorers, type ProjectScoring, scorerOf, slugsOf } from './active-scorers.js';
import { ContentsService, keyText } from './contents.service.js';
import { type Call, decisionsOf, raisedByThumbsDown, unwanted, versionText } from './decision-rows.js';
import { Reweighing } from './reweighing.js';
import { RuleScoring } from './rule-scoring.service.js';
import { decisionsAfterThumbsDown, insertDecisions, settledVersions } from './scoring.queries.js';

/** A version is new for this many calls. */
const newVersionCalls = 200;

/** What decisions of one pass go by. */
export interface Standing {
  readonly projects: ReadonlyMap<string, ProjectScoring>;
  readonly retentionOf: (projectId: string) => Retention;
}

/** Decides which of some calls are scored, and has rules score them. What is scored is what the stored decision says. */
@Injectable()
export class CallDecisions {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(Retentions) private readonly retentions: Retentions,
    @Inject(ActiveScorers) private readonly active: ActiveScorers,
    @Inject(ContentsService) private readonly contents: ContentsService,
    @Inject(RuleScoring) private readonly rules: RuleScoring,
  ) {}

  async standing(): Promise<Standing> {
    await this.active.noteBursts();
    const projects = await this.active.read();
    return { projects, retentionOf: await this.retentions.read() };
  }

  async decide(calls: readonly Call[], { projects, retentionOf }: Standing): Promise<void> {
    const subjects = await this.contents.subjects(calls.filter(({ hasContent }) => hasContent));
    const settled = await this.settledVersions(calls, projects);
    const decisions = calls.flatMap((call) => {
      const project = projects.get(call.project);
      const expires = expiresOn(call.time, retentionOf(call.project).spanDays);
      if (project === undefined) return [unwanted(call, expires)];
      const isNew = settled.get(call.project)?.has(call.version) === false;
      return decisionsOf({ call, isNew, subject: subjects.get(keyText(call)) ?? null, project, expires });
    });
    await insertDecisions(this.clickhouse, decisions);
    const sessions = new Map(calls.map((call) => [keyText(call), call.sessionId]));
    await this.rules.score(decisions, subjects, projects, sessions);
  }

  /** A thumbs-down is new information: it raises the probability, and scores that exist get the new weight. */
  async afterThumbsDown(since: bigint, { projects }: Standing): Promise<void> {
    const known = await decisionsAfterThumbsDown(this.clickhouse, since, slugsOf(projects, 'judge'));
    const raised = known.flatMap((decision) => {
      const project = projects.get(decision.project);
      const scorer = scorerOf(project, decision);
      if (project === undefined || scorer?.kind !== 'judge') return [];
      return raisedByThumbsDown(decision, scorer, project) ?? [];
    });
    await insertDecisions(this.clickhouse, raised);
    await new Reweighing(this.clickhouse).apply(raised.filter(({ outcome }) => outcome === 'scored'));
  }

  /** By project: the versions that are no longer new. Asked only where a judge's probability depends on it. */
  private async settledVersions(
    calls: readonly Call[],
    projects: Standing['projects'],
  ): Promise<Map<string, ReadonlySet<string>>> {
    const found = new Map<string, ReadonlySet<string>>();
    for (const projectId of new Set(calls.map(({ project }) => project))) {
      const project = projects.get(projectId);
      if (!project?.scorers.some(({ kind }) => kind === 'judge')) continue;
      const versions = await settledVersions(this.clickhouse, projectId, newVersionCalls);
      found.set(projectId, new Set(versions.map(versionText)));
    }
    return found;
  }
}
