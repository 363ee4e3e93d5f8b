import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { type Project, silenceWrite } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { SilencesService } from './silences.service.js';

@Controller('api/v1/silences')
export class SilencesController {
  constructor(@Inject(SilencesService) private readonly silences: SilencesService) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.silences.list(project.id);
  }

  @Post()
  @HttpCode(201)
  create(@CurrentPrincipal() principal: Principal, @ZodBody(silenceWrite) body: z.output<typeof silenceWrite>) {
    return this.silences.create(principal.project.id, principal.actor, body);
  }

  @Delete(':id')
  @HttpCode(204)
  end(@CurrentProject() project: Project, @Param('id') id: string) {
    return this.silences.end(project.id, id);
  }
}
