import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { MaskingController } from './masking.controller.js';
import { maskingEntities } from './masking.entity.js';
import { MaskingPolicies } from './masking-policies.service.js';
import { MaskingService } from './masking.service.js';

/** Policies alone, for whoever stores what people wrote. */
@Module({
  imports: [TypeOrmModule.forFeature([...maskingEntities])],
  providers: [MaskingPolicies],
  exports: [MaskingPolicies],
})
export class MaskingModule {}

/** The policy over HTTP; for the role `api`. */
@Module({ imports: [MaskingModule, AccessModule], controllers: [MaskingController], providers: [MaskingService] })
export class MaskingApiModule {}
