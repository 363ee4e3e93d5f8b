import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { PricesModule } from '../cost/prices.module.js';
import { FreeDiskModule } from '../operations/free-disk.js';
import { MaskingModule } from '../operations/masking.module.js';
import { Admission } from './admission.js';
import { BytesInFlight, mostBytesInFlight } from './bytes-in-flight.js';
import { FreshnessService } from './freshness.service.js';
import { IngestGrpc } from './ingest.grpc.js';
import { IngestRoutes } from './ingest.routes.js';
import { IngestService } from './ingest.service.js';
import { ReceptionService } from './reception.service.js';
import { RefusedEvents } from './refused-events.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsService } from './receipts.service.js';
import { TalliesService } from './tallies.service.js';

/** Takes telemetry over HTTP; for the roles `ingest` and `api`, whose ports both accept it. */
@Module({
  imports: [AccessModule, FreeDiskModule, MaskingModule, PricesModule],
  providers: [
    Admission,
    FreshnessService,
    IngestRoutes,
    IngestService,
    ReceiptsService,
    ReceptionService,
    TalliesService,
    { provide: BytesInFlight, useFactory: () => new BytesInFlight(mostBytesInFlight) },
  ],
  exports: [ReceptionService, ReceiptsService, TalliesService],
})
export class IngestModule {}

/** Receipts over HTTP, and the account of refused events; for the role `api`. */
@Module({
  imports: [AccessModule, IngestModule],
  controllers: [ReceiptsController],
  providers: [RefusedEvents],
})
export class ReceiptsModule {}

/** Takes telemetry over gRPC as well; for the role `ingest`, which has the port. */
@Module({ imports: [IngestModule], providers: [IngestGrpc] })
export class IngestGrpcModule {}
