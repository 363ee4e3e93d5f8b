import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError, type Exclusion, type ExclusionWrite } from '@plimsoll/contract';
import { DataSource, In, IsNull } from 'typeorm';
import { floorMinute } from './as-of.js';
import { ObjectiveExclusion } from './objective-exclusion.entity.js';
import { Objective } from './objective.entity.js';
import { ObjectivesService } from './objectives.service.js';

const minuteMs = 60_000;
const longestMs = 92 * 86_400_000;

/** Exclusion windows: signed when they are made and when they are taken back, and never deleted. */
@Injectable()
export class ExclusionsService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
  ) {}

  /** The newest first. */
  async list(projectId: string): Promise<{ items: Exclusion[]; nextCursor: null }> {
    const rows = await this.database
      .getRepository(ObjectiveExclusion)
      .find({ where: { projectId }, order: { startsAt: 'DESC', id: 'ASC' } });
    const ids = rows.flatMap(({ objectiveId }) => objectiveId ?? []);
    const named = await this.database.getRepository(Objective).findBy({ id: In(ids) });
    const slugs = new Map(named.map(({ id, slug }) => [id, slug]));
    return { items: rows.map((row) => viewOf(row, slugs.get(row.objectiveId ?? '') ?? null)), nextCursor: null };
  }

  /** Whole minutes, those that it begins or ends in included. @throws PlimsollError `invalid_input`, `not_found`. */
  async create(projectId: string, actor: string, body: ExclusionWrite): Promise<Exclusion> {
    const startsAt = new Date(floorMinute(Date.parse(body.from)));
    const endsAt = new Date(Math.ceil(Date.parse(body.to) / minuteMs) * minuteMs);
    if (endsAt <= startsAt) throw new PlimsollError('invalid_input', 'to: must be after from', { field: 'to' });
    if (endsAt.getTime() - startsAt.getTime() > longestMs) {
      throw new PlimsollError('invalid_input', 'to: at most 92 days after from; retire what never counts', {
        field: 'to',
      });
    }
    const objective =
      body.objective === undefined ? null : (await this.objectives.get(projectId, body.objective)).objective;
    const repository = this.database.getRepository(ObjectiveExclusion);
    const row = await repository.save(
      repository.create({
        projectId,
        objectiveId: objective?.id ?? null,
        startsAt,
        endsAt,
        reason: body.reason,
        createdBy: actor,
        createdAt: new Date(),
        revokedAt: null,
        revokedBy: null,
      }),
    );
    return viewOf(row, objective?.slug ?? null);
  }

  /** Taken back once; who was first signs it. @throws PlimsollError `not_found`. */
  async revoke(projectId: string, actor: string, id: string): Promise<void> {
    const repository = this.database.getRepository(ObjectiveExclusion);
    const known = await repository.findOneBy({ id, projectId });
    if (known === null) throw new PlimsollError('not_found', `no exclusion "${id}"`, { field: 'id' });
    await repository.update({ id, projectId, revokedAt: IsNull() }, { revokedAt: new Date(), revokedBy: actor });
  }
}

function viewOf(row: ObjectiveExclusion, objective: string | null): Exclusion {
  return {
    id: row.id,
    objective,
    from: row.startsAt.toISOString(),
    to: row.endsAt.toISOString(),
    reason: row.reason,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
  };
}
