import { accessRoutes } from './access.js';
import { badgesRoutes } from './badges.js';
import { callsRoutes } from './calls.js';
import { changesRoutes } from './changes.js';
import { channelsRoutes } from './channels.js';
import { costRoutes } from './cost.js';
import { driftRoutes } from './drift.js';
import { gpuRoutes } from './gpu.js';
import { hooksRoutes } from './hooks.js';
import type { Route } from './http.js';
import { incidentExportRoutes } from './incident-export.js';
import { incidentCourseRoutes } from './incident-course.js';
import { incidentFiguresRoutes } from './incident-figures.js';
import { incidentsRoutes } from './incidents.js';
import { maintenanceRoutes } from './maintenance.js';
import { maskingRoutes } from './masking.js';
import { onCallRoutes } from './on-call.js';
import { operationsRoutes } from './operations.js';
import { prometheusRoutes } from './prometheus.js';
import { receiptsRoutes } from './receipts.js';
import { remapRoutes } from './remap.js';
import { runbooksRoutes } from './runbooks.js';
import { scoringRoutes } from './scoring.js';
import { exclusionsRoutes } from './exclusions.js';
import { sloRoutes } from './slo.js';
import { tierBurnsRoutes } from './tier-burns.js';
import { traceHeatmapRoutes } from './trace-heatmap.js';
import { tracesRoutes } from './traces.js';

/** Every route of the HTTP API. OpenAPI is made from this list; a test holds the controllers against it. */
export const routes: readonly Route[] = [
  ...accessRoutes,
  ...traceHeatmapRoutes,
  ...tracesRoutes,
  ...scoringRoutes,
  ...sloRoutes,
  ...exclusionsRoutes,
  ...tierBurnsRoutes,
  ...badgesRoutes,
  ...callsRoutes,
  ...incidentsRoutes,
  ...incidentCourseRoutes,
  ...incidentFiguresRoutes,
  ...incidentExportRoutes,
  ...channelsRoutes,
  ...onCallRoutes,
  ...maintenanceRoutes,
  ...runbooksRoutes,
  ...changesRoutes,
  ...hooksRoutes,
  ...driftRoutes,
  ...costRoutes,
  ...gpuRoutes,
  ...maskingRoutes,
  ...operationsRoutes,
  ...prometheusRoutes,
  ...receiptsRoutes,
  ...remapRoutes,
];
