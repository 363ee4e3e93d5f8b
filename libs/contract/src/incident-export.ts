import { z } from 'zod';
import { alertEvidence } from './alerts.js';
import { instant, type Route } from './http.js';
import { incident } from './incidents.js';
import { objectiveFilter } from './objective-definition.js';

/** An incident as a file: what it shows, and the events that it is made of. */
export const incidentExport = z.object({
  schema: z.literal('plimsoll.incident'),
  /** Raised when a field changes its meaning. */
  schemaVersion: z.literal(2),
  incident,
  evidence: alertEvidence,
  filter: objectiveFilter,
  environment: z.string().nullable(),
  events: z
    .array(
      z.object({
        seq: z.number().int(),
        at: instant,
        actor: z.string(),
        kind: z.string(),
        body: z.looseObject({ kind: z.string() }),
        title: z.string(),
        detail: z.string().nullable(),
        link: z.string().nullable(),
        snapshot: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
});
export type IncidentExport = z.infer<typeof incidentExport>;

export const incidentExportRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/incidents/import',
    summary: 'Take in an incident that was exported as JSON',
    tag: 'incidents',
    scope: 'admin',
    body: incidentExport,
    response: incident,
  },
];
