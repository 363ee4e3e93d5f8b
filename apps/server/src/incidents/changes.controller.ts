import { Controller, Get, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { changeCreate, changeKinds, oneOrMany, pageQuery, rangeQuery } from '@plimsoll/contract';
import { z } from 'zod';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { ChangesService } from './changes.service.js';
import { maskChanges } from './masked-changes.js';

const changeQuery = pageQuery
  .extend(rangeQuery.shape)
  .extend({ feature: z.string().optional(), kind: z.enum(changeKinds).optional() });

const changesBody = oneOrMany(changeCreate);

@Controller('api/v1/changes')
export class ChangesController {
  constructor(
    @Inject(ChangesService) private readonly changes: ChangesService,
    @Inject(MaskingPolicies) private readonly masking: MaskingPolicies,
  ) {}

  @Get()
  list(@CurrentPrincipal() principal: Principal, @ZodQuery(changeQuery) query: z.output<typeof changeQuery>) {
    return this.changes.list(principal.project.id, query);
  }

  @Post()
  @HttpCode(201)
  async declare(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(changesBody) body: z.output<typeof changesBody>,
    @Headers('idempotency-key') idempotencyKey?: string,
  ) {
    const changes = await maskChanges(this.masking, principal.project.id, Array.isArray(body) ? body : [body]);
    const items = await this.changes.declare(principal.project.id, principal.actor, changes, idempotencyKey);
    return { items, nextCursor: null };
  }
}
