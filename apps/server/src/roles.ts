import type { DynamicModule, Type } from '@nestjs/common';
import type { Role, Settings } from '@plimsoll/contract';
import type { QueueBackend } from '@plimsoll/queue';
import { AccessApiModule, AccessModule } from './access/access.module.js';
import { CostModule } from './cost/cost.module.js';
import { DriftModule, DriftWorkerModule } from './drift/drift.module.js';
import { GpuModule, GpuWorkerModule } from './gpu/gpu.module.js';
import { IncidentsApiModule, IncidentsWorkerModule } from './incidents/incidents.module.js';
import { IngestGrpcModule, IngestModule, ReceiptsModule } from './ingest/ingest.module.js';
import { RemapModule, RemapWorkerModule } from './ingest/remap.module.js';
import { MaskingApiModule } from './operations/masking.module.js';
import { OperationsModule, OperationsWorkerModule } from './operations/operations.module.js';
import { OwnHealthModule } from './operations/own-health.module.js';
import { QueueModule } from './operations/queue.module.js';
import { RollupsModule, RollupsWorkerModule } from './rollups/rollups.module.js';
import { ScoringModule, ScoringWorkerModule } from './scoring/scoring.module.js';
import { PrometheusModule } from './slo/prometheus.module.js';
import { SloModule, SloWorkerModule } from './slo/slo.module.js';
import { StoresModule } from './stores/stores.module.js';
import { TracesModule } from './traces/traces.module.js';

type Modules = readonly (Type | DynamicModule)[];

/**
 * What each role of the server is made of. A capability has one module for its services and controllers and one
 * (`...WorkerModule`) for its processors; the ingest port takes telemetry only, so that no page slows it.
 */
const modules = {
  ingest: [AccessModule, IngestModule, IngestGrpcModule, OperationsModule],
  api: [
    AccessModule,
    AccessApiModule,
    CostModule,
    DriftModule,
    GpuModule,
    IncidentsApiModule,
    IngestModule,
    MaskingApiModule,
    OperationsModule,
    OwnHealthModule,
    PrometheusModule,
    ReceiptsModule,
    RemapModule,
    RollupsModule,
    ScoringModule,
    SloModule,
    TracesModule,
  ],
  worker: [
    DriftWorkerModule,
    GpuWorkerModule,
    IncidentsWorkerModule,
    OperationsWorkerModule,
    RemapWorkerModule,
    RollupsWorkerModule,
    ScoringWorkerModule,
    SloWorkerModule,
  ],
} as const satisfies Record<Role, Modules>;

/** Root modules are made per role and process, never declared twice. */
export function rootModule(role: Role, settings: Settings, queue: QueueBackend): DynamicModule {
  class RootModule {}
  return {
    module: RootModule,
    imports: [StoresModule.for(settings, role), QueueModule.for(role, queue), ...modules[role]],
  };
}
