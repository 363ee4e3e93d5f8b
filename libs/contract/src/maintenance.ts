import { z } from 'zod';
import { instant, page, type Route } from './http.js';
import { weeklyHours } from './on-call.js';
import { severity } from './severity.js';

/** Once, or the same hours every week from `startsAt` (now when absent) to `endsAt` (for good when absent). */
export const maintenanceSchedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('once'), startsAt: instant, endsAt: instant }),
  z.strictObject({
    kind: z.literal('weekly'),
    hours: weeklyHours,
    startsAt: instant.optional(),
    endsAt: instant.optional(),
  }),
]);

/**
 * Planned work in which nobody outside is told. Calls count, alerts fire, incidents open and keep their timeline all
 * the same; exclusion windows of objectives are what takes calls out of the figures.
 */
export const maintenanceWindowWrite = z.strictObject({
  name: z.string().min(1).max(80),
  /** Whom it is about; an empty list: everyone. */
  objectives: z.array(z.string()).max(500).default([]),
  features: z.array(z.string()).max(500).default([]),
  environments: z.array(z.string()).max(50).default([]),
  severities: z.array(severity).default([]),
  schedule: maintenanceSchedule,
  comment: z.string().min(1).max(1000),
});
export type MaintenanceWindowWrite = z.infer<typeof maintenanceWindowWrite>;
export const maintenanceWindow = maintenanceWindowWrite.extend({
  id: z.string(),
  createdBy: z.string(),
  active: z.boolean(),
  /** The stretch that holds now, else the next one; null when it is over. */
  next: z.object({ from: instant, to: instant }).nullable(),
});

export const maintenanceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/maintenance-windows',
    summary: 'Maintenance windows, past ones included',
    tag: 'incidents',
    scope: 'read',
    response: page(maintenanceWindow),
  },
  {
    method: 'POST',
    path: '/api/v1/maintenance-windows',
    summary: 'Plan maintenance, or replace the window of this name',
    tag: 'incidents',
    scope: 'write',
    body: maintenanceWindowWrite,
    response: maintenanceWindow,
  },
  {
    method: 'DELETE',
    path: '/api/v1/maintenance-windows/{id}',
    summary: 'Remove a maintenance window',
    tag: 'incidents',
    scope: 'write',
  },
];
