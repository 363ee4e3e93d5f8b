import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { PlimsollError, type Project, type Remap, type RemapCreate, remapCreate } from '@plimsoll/contract';
import { DataSource, In } from 'typeorm';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { WorkOrders } from '../operations/queue.module.js';
import { RemapEntity } from './remap.entity.js';

const shownRuns = 50;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function remapOf(row: RemapEntity): Remap {
  const { id, dryRun, state, total, scanned, changed, notMappable, fields, error } = row;
  return {
    id,
    from: row.fromAt.toISOString(),
    to: row.toAt.toISOString(),
    dryRun,
    state,
    total,
    scanned,
    changed,
    notMappable,
    fields,
    error,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

/** Runs that map stored spans again: asked for here, done by the worker. */
@Controller('api/v1/remaps')
export class RemapController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(WorkOrders) private readonly orders: WorkOrders,
  ) {}

  @Get()
  async list(@CurrentProject() project: Project) {
    const rows = await this.runs().find({
      where: { projectId: project.id },
      order: { createdAt: 'DESC' },
      take: shownRuns,
    });
    return { items: rows.map(remapOf), nextCursor: null };
  }

  @Post()
  async create(@CurrentPrincipal() principal: Principal, @ZodBody(remapCreate) body: RemapCreate): Promise<Remap> {
    const { id } = await this.runs().save(
      this.runs().create({
        projectId: principal.project.id,
        fromAt: new Date(body.from),
        toAt: new Date(body.to),
        dryRun: body.dryRun,
        createdBy: principal.actor,
      }),
    );
    await this.audit.record(principal, { action: 'remap.create', subject: id, detail: { ...body } });
    // The scheduled order would come within seconds; this one comes at once, and it may be lost.
    await this.orders.add('ingest', 'remap', {});
    return remapOf(await this.find(principal.project, id));
  }

  @Get(':id')
  async read(@CurrentProject() project: Project, @Param('id') id: string): Promise<Remap> {
    return remapOf(await this.find(project, id));
  }

  @Delete(':id')
  @HttpCode(204)
  async stop(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    const run = await this.find(principal.project, id);
    await this.runs().update(
      { id: run.id, state: In(['waiting', 'running']) },
      { state: 'cancelled', finishedAt: new Date() },
    );
    await this.audit.record(principal, { action: 'remap.stop', subject: id });
  }

  private runs() {
    return this.dataSource.getRepository(RemapEntity);
  }

  private async find(project: Project, id: string): Promise<RemapEntity> {
    const row = uuid.test(id) ? await this.runs().findOneBy({ id, projectId: project.id }) : null;
    if (row === null) throw new PlimsollError('not_found', `no remap "${id}"`, { field: 'id' });
    return row;
  }
}
