import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError, type silence, type silenceWrite } from '@plimsoll/contract';
import { DataSource, MoreThan } from 'typeorm';
import type { z } from 'zod';
import { SilenceEntity } from './incidents.entity.js';

type SilenceView = z.output<typeof silence>;

/** Planned time in which nobody outside is told. Incidents open all the same, and say that they were held back. */
@Injectable()
export class SilencesService {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Those that hold now or are planned, the next to end first. */
  async list(projectId: string): Promise<{ items: SilenceView[]; nextCursor: null }> {
    const rows = await this.dataSource.manager.find(SilenceEntity, {
      where: { projectId, endsAt: MoreThan(new Date()) },
      order: { endsAt: 'ASC' },
    });
    return { items: rows.map(silenceView), nextCursor: null };
  }

  async create(projectId: string, actor: string, write: z.output<typeof silenceWrite>): Promise<SilenceView> {
    const startsAt = write.startsAt === undefined ? new Date() : new Date(write.startsAt);
    const endsAt = new Date(write.endsAt);
    if (endsAt <= startsAt)
      throw new PlimsollError('invalid_input', 'endsAt: must be in the future', { field: 'endsAt' });
    const { objectives, features, comment } = write;
    const row = this.dataSource.manager.create(SilenceEntity, {
      projectId,
      objectives,
      features,
      startsAt,
      endsAt,
      comment,
      createdBy: actor,
    });
    return silenceView(await this.dataSource.manager.save(SilenceEntity, row));
  }

  /** Ends it now; one that has not begun is removed. */
  async end(projectId: string, id: string): Promise<void> {
    const { manager } = this.dataSource;
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const row = isUuid ? await manager.findOneBy(SilenceEntity, { id, projectId }) : null;
    if (row === null) {
      throw new PlimsollError('not_found', `silence "${id}": no such silence in this project`, { field: 'id' });
    }
    const now = new Date();
    if (row.startsAt >= now) await manager.delete(SilenceEntity, { id });
    else if (row.endsAt > now) await manager.update(SilenceEntity, { id }, { endsAt: now });
  }
}

function silenceView(row: SilenceEntity): SilenceView {
  const now = new Date();
  return {
    id: row.id,
    objectives: row.objectives,
    features: row.features,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    comment: row.comment,
    createdBy: row.createdBy,
    active: row.startsAt <= now && now < row.endsAt,
  };
}
