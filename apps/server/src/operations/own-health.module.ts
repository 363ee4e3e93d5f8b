import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectEntity } from '../access/access.entity.js';
import { SloModule } from '../slo/slo.module.js';
import { OwnHealthService } from './own-health.service.js';

/** The platform's own objectives; for the role `api`. */
@Module({ imports: [SloModule, TypeOrmModule.forFeature([ProjectEntity])], providers: [OwnHealthService] })
export class OwnHealthModule {}
