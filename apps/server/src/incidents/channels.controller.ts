import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { notificationChannelWrite, type Project } from '@plimsoll/contract';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { ChannelsService } from './channels.service.js';

@Controller('api/v1/channels')
export class ChannelsController {
  constructor(
    @Inject(ChannelsService) private readonly channels: ChannelsService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.channels.list(project.id);
  }

  @Post()
  async save(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(notificationChannelWrite) body: z.output<typeof notificationChannelWrite>,
  ) {
    const saved = await this.channels.save(principal.project.id, body);
    const { name, kind, host, enabled } = saved;
    await this.audit.record(principal, { action: 'channel.save', subject: name, detail: { kind, host, enabled } });
    return saved;
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.channels.remove(principal.project.id, id);
    await this.audit.record(principal, { action: 'channel.remove', subject: id });
  }

  @Post(':id/test')
  @HttpCode(200)
  test(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.channels.test(project, id);
  }
}
