import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { notificationChannelWrite, type Project } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentProject } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { ChannelsService } from './channels.service.js';

@Controller('api/v1/channels')
export class ChannelsController {
  constructor(@Inject(ChannelsService) private readonly channels: ChannelsService) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.channels.list(project.id);
  }

  @Post()
  save(
    @CurrentProject() project: Project,
    @ZodBody(notificationChannelWrite) body: z.output<typeof notificationChannelWrite>,
  ) {
    return this.channels.save(project.id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.channels.remove(project.id, id);
  }

  @Post(':id/test')
  @HttpCode(200)
  test(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.channels.test(project, id);
  }
}
