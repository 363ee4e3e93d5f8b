import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { PricesModule } from '../cost/prices.module.js';
import { IngestRoutes } from './ingest.routes.js';
import { IngestService } from './ingest.service.js';
import { TalliesService } from './tallies.service.js';

/** Takes telemetry; for the roles `ingest` and `api`, whose ports both accept it. */
@Module({
  imports: [AccessModule, PricesModule],
  providers: [IngestRoutes, IngestService, TalliesService],
  exports: [IngestService],
})
export class IngestModule {}
