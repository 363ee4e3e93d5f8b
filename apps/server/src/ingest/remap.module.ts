import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module.js';
import { PricesModule } from '../cost/prices.module.js';
import { MaskingModule } from '../operations/masking.module.js';
import { RemapController } from './remap.controller.js';
import { RemapEntity } from './remap.entity.js';
import { RemapProcessor } from './remap.processor.js';
import { RemapService } from './remap.service.js';

const entities = TypeOrmModule.forFeature([RemapEntity]);

/** Runs that map stored spans again, over HTTP; for the role `api`. */
@Module({ imports: [AccessModule, entities], controllers: [RemapController] })
export class RemapModule {}

/** Works them off; for the role `worker`. */
@Module({ imports: [entities, PricesModule, MaskingModule], providers: [RemapService, RemapProcessor] })
export class RemapWorkerModule {}
