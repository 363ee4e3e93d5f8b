import { Inject, Injectable } from '@nestjs/common';
import { type maintenanceWindow, type MaintenanceWindowWrite, type Page, PlimsollError } from '@plimsoll/contract';
import { maintenanceAt } from '@plimsoll/incidents';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { MaintenanceWindowEntity } from './incidents.entity.js';
import { scheduleOf } from './maintenance-schedule.js';

type MaintenanceWindow = z.output<typeof maintenanceWindow>;

/** Planned work in which nobody outside is told. */
@Injectable()
export class MaintenanceService {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async list(projectId: string): Promise<Page<MaintenanceWindow>> {
    const where = { projectId };
    const rows = await this.dataSource.manager.find(MaintenanceWindowEntity, { where, order: { name: 'ASC' } });
    return { items: rows.map((row) => viewOf(row, Date.now())), nextCursor: null };
  }

  /** @throws PlimsollError `invalid_input` for a window that ends before it begins, or never comes. */
  async save(projectId: string, actor: string, write: MaintenanceWindowWrite): Promise<MaintenanceWindow> {
    const { startsAt, endsAt } = write.schedule;
    if (startsAt !== undefined && endsAt !== undefined && Date.parse(endsAt) <= Date.parse(startsAt)) {
      throw new PlimsollError('invalid_input', 'schedule.endsAt: must be after startsAt', { field: 'schedule.endsAt' });
    }
    if (maintenanceAt(scheduleOf(write), Date.now()) === null) {
      throw new PlimsollError('invalid_input', 'schedule: is over before it begins', { field: 'schedule' });
    }
    const { manager } = this.dataSource;
    const { name } = write;
    const row = { projectId, name, definition: write as object, createdBy: actor };
    await manager.upsert(MaintenanceWindowEntity, row, ['projectId', 'name']);
    return viewOf(await manager.findOneByOrFail(MaintenanceWindowEntity, { projectId, name }), Date.now());
  }

  /** @throws PlimsollError `not_found` */
  async remove(projectId: string, id: string): Promise<void> {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const { manager } = this.dataSource;
    const found = isUuid ? await manager.delete(MaintenanceWindowEntity, { id, projectId }) : { affected: 0 };
    if (found.affected !== 1) {
      throw new PlimsollError('not_found', `maintenance window "${id}": not in this project`, { field: 'id' });
    }
  }
}

function viewOf({ id, definition, createdBy }: MaintenanceWindowEntity, now: number): MaintenanceWindow {
  const next = maintenanceAt(scheduleOf(definition), now);
  return {
    ...definition,
    id,
    createdBy,
    active: next !== null && now >= next.from,
    next: next === null ? null : { from: new Date(next.from).toISOString(), to: new Date(next.to).toISOString() },
  };
}
