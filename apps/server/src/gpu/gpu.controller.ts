import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { gpuRateWrite, type Project, rangeQuery, scrapeTargetWrite } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { GpuService } from './gpu.service.js';
import { TargetsService } from './targets.service.js';

@Controller('api/v1')
export class GpuController {
  constructor(
    @Inject(GpuService) private readonly gpus: GpuService,
    @Inject(TargetsService) private readonly targets: TargetsService,
  ) {}

  @Get('gpus')
  fleet(@CurrentProject() project: Project) {
    return this.gpus.fleet(project);
  }

  @Get('gpus/:id/series')
  series(
    @CurrentProject() project: Project,
    @Param('id') id: string,
    @ZodQuery(rangeQuery) range: z.output<typeof rangeQuery>,
  ) {
    return this.gpus.series(project, id, range);
  }

  @Get('scrape-targets')
  listTargets(@CurrentProject() project: Project) {
    return this.targets.list(project.id);
  }

  @Post('scrape-targets')
  setTarget(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(scrapeTargetWrite) body: z.output<typeof scrapeTargetWrite>,
  ) {
    return this.targets.set(principal, body);
  }

  @Delete('scrape-targets/:id')
  @HttpCode(204)
  removeTarget(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    return this.targets.remove(principal, id);
  }

  @Put('gpu-rates')
  setRate(@CurrentProject() project: Project, @ZodBody(gpuRateWrite) body: z.output<typeof gpuRateWrite>) {
    return this.gpus.setRate(project.id, body);
  }
}
