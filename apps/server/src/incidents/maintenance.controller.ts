import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { maintenanceWindowWrite, type MaintenanceWindowWrite, type Project } from '@plimsoll/contract';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { MaintenanceService } from './maintenance.service.js';

@Controller('api/v1/maintenance-windows')
export class MaintenanceController {
  constructor(
    @Inject(MaintenanceService) private readonly windows: MaintenanceService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.windows.list(project.id);
  }

  @Post()
  async save(@CurrentPrincipal() principal: Principal, @ZodBody(maintenanceWindowWrite) body: MaintenanceWindowWrite) {
    const saved = await this.windows.save(principal.project.id, principal.actor, body);
    await this.audit.record(principal, { action: 'maintenance.save', subject: body.name, detail: { ...body } });
    return saved;
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.windows.remove(principal.project.id, id);
    await this.audit.record(principal, { action: 'maintenance.remove', subject: id });
  }
}
