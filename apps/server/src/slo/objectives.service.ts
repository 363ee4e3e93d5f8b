import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError, type ObjectiveWrite, type Project } from '@plimsoll/contract';
import { checkDefinition, objectiveWindow } from '@plimsoll/slo';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { completeReview } from './decision-reviews.queries.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { Objective } from './objective.entity.js';

/** An objective with the revision that is judged now. */
export interface CurrentObjective {
  readonly objective: Objective;
  readonly revision: ObjectiveRevision;
}

/** What people decided: objectives and their revisions. History is never rewritten, an edit makes a new revision. */
@Injectable()
export class ObjectivesService {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async list(projectId: string): Promise<CurrentObjective[]> {
    const revisions = await this.database.getRepository(ObjectiveRevision).find({
      where: { projectId, supersededAt: IsNull(), objective: { retiredAt: IsNull() } },
      relations: { objective: true },
      order: { objective: { slug: 'ASC' } },
    });
    return revisions.map((revision) => ({ objective: revision.objective, revision }));
  }

  /** @throws PlimsollError `not_found`. */
  async get(projectId: string, slug: string): Promise<CurrentObjective> {
    const found = await this.find(this.database.manager, projectId, slug);
    if (found === null) throw new PlimsollError('not_found', `no objective "${slug}"`, { field: 'slug' });
    return found;
  }

  /** Of any project, null once it is retired: for what was given an address of its own. */
  async byId(objectiveId: string): Promise<CurrentObjective | null> {
    const revision = await this.database.getRepository(ObjectiveRevision).findOne({
      where: { objectiveId, supersededAt: IsNull(), objective: { retiredAt: IsNull() } },
      relations: { objective: true },
    });
    return revision === null ? null : { objective: revision.objective, revision };
  }

  /** @throws PlimsollError `conflict` when the slug is taken, `invalid_input` for what can never be judged. */
  async create(project: Project, definition: ObjectiveWrite, actor: string): Promise<CurrentObjective> {
    return this.write(project, definition, actor, (existing) => {
      if (existing !== null) {
        throw new PlimsollError('conflict', `slug: "${definition.slug}" is taken`, { field: 'slug' });
      }
    });
  }

  /** Creates or replaces by slug; the same definition again changes nothing. */
  async replace(project: Project, slug: string, definition: ObjectiveWrite, actor: string): Promise<CurrentObjective> {
    if (definition.slug !== slug) {
      throw new PlimsollError('invalid_input', `slug: must be "${slug}" as in the address`, { field: 'slug' });
    }
    return this.write(project, definition, actor, () => undefined);
  }

  /** Deletes by retiring: judged no more, history stays. @throws PlimsollError `not_found`. */
  async retire(projectId: string, slug: string): Promise<void> {
    const result = await this.database
      .getRepository(Objective)
      .update({ projectId, slug, retiredAt: IsNull() }, { retiredAt: new Date(), updatedAt: new Date() });
    if (result.affected === 0) throw new PlimsollError('not_found', `no objective "${slug}"`, { field: 'slug' });
  }

  /** The decision behind an objective was looked at again. @throws PlimsollError `conflict` where there is none. */
  async completeReview({ objective, revision }: CurrentObjective, actor: string): Promise<void> {
    if (revision.definition.decision === undefined) {
      throw new PlimsollError('conflict', `"${objective.slug}" watches over no decision`, { field: 'slug' });
    }
    await completeReview(this.database, objective, actor, new Date());
  }

  private async write(
    project: Project,
    definition: ObjectiveWrite,
    actor: string,
    check: (existing: CurrentObjective | null) => void,
  ): Promise<CurrentObjective> {
    const now = new Date();
    checkDefinition(definition, now.getTime());
    return this.database.transaction(async (manager) => {
      const existing = await this.find(manager, project.id, definition.slug, true);
      check(existing);
      if (existing !== null && sameDefinition(existing.revision.definition, definition)) return existing;
      const objective = await this.objectiveFor(manager, project.id, definition.slug, existing, now);
      if (existing !== null) await manager.update(ObjectiveRevision, existing.revision.id, { supersededAt: now });
      const revision = await manager.save(
        manager.create(ObjectiveRevision, {
          projectId: project.id,
          objectiveId: objective.id,
          revision: (existing?.revision.revision ?? 0) + 1,
          definition,
          createdBy: actor,
          supersededAt: null,
          pointsFrom: null,
          pointsWantedFrom: new Date(objectiveWindow(definition, now.getTime()).start),
        }),
      );
      revision.objective = objective;
      return { objective, revision };
    });
  }

  private async objectiveFor(
    manager: EntityManager,
    projectId: string,
    slug: string,
    existing: CurrentObjective | null,
    now: Date,
  ): Promise<Objective> {
    if (existing === null) {
      return manager.save(manager.create(Objective, { projectId, slug, updatedAt: now, retiredAt: null }));
    }
    await manager.update(Objective, existing.objective.id, { updatedAt: now });
    existing.objective.updatedAt = now;
    return existing.objective;
  }

  private async find(
    manager: EntityManager,
    projectId: string,
    slug: string,
    lock = false,
  ): Promise<CurrentObjective | null> {
    const objective = await manager.findOne(Objective, {
      where: { projectId, slug, retiredAt: IsNull() },
      ...(lock ? { lock: { mode: 'pessimistic_write' as const } } : {}),
    });
    if (objective === null) return null;
    const revision = await manager.findOneByOrFail(ObjectiveRevision, {
      objectiveId: objective.id,
      supersededAt: IsNull(),
    });
    revision.objective = objective;
    return { objective, revision };
  }
}

/** Equal whatever order PostgreSQL gives the keys of a jsonb. */
function sameDefinition(a: ObjectiveWrite, b: ObjectiveWrite): boolean {
  return stableText(a) === stableText(b);
}

function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${stableText(each)}`).join(',')}}`;
}
