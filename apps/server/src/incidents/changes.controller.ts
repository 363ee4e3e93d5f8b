import { Controller, Get, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { changeCreate, changeKinds, pageQuery, rangeQuery } from '@plimsoll/contract';
import { z } from 'zod';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { ChangesService } from './changes.service.js';

const changeQuery = pageQuery
  .extend(rangeQuery.shape)
  .extend({ feature: z.string().optional(), kind: z.enum(changeKinds).optional() });

@Controller('api/v1/changes')
export class ChangesController {
  constructor(@Inject(ChangesService) private readonly changes: ChangesService) {}

  @Get()
  list(@CurrentPrincipal() principal: Principal, @ZodQuery(changeQuery) query: z.output<typeof changeQuery>) {
    return this.changes.list(principal.project.id, query);
  }

  @Post()
  @HttpCode(201)
  declare(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(changeCreate) body: z.output<typeof changeCreate>,
    @Headers('idempotency-key') idempotencyKey?: string,
  ) {
    return this.changes.declare(principal.project.id, principal.actor, body, idempotencyKey);
  }
}
