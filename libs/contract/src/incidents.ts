import { z } from 'zod';
import { change } from './changes.js';
import { instant, interval, money, page, pageQuery, type Route } from './http.js';
import { incidentFigure } from './incident-figures.js';
import { incidentEscalation } from './on-call.js';
import { incidentRunbook } from './runbooks.js';
import { severity } from './severity.js';
import { sparkPoint } from './objective-views.js';

export const incidentState = z.enum([
  'triggered',
  'acknowledged',
  'mitigated',
  'resolved',
  'reviewed',
  'merged',
  'false_alarm',
]);

export const suspect = z.object({
  id: z.string(),
  rank: z.number().int(),
  kind: z.string(),
  /** `prompt support-answer v41 to v42`; `unknown` for the remainder. */
  title: z.string(),
  attribute: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  changedAt: instant.nullable(),
  changeId: z.string().nullable(),
  band: z.enum(['strong', 'possible', 'weak', 'excluded']),
  score: z.number(),
  share: z.number(),
  /** Share of the rise in bad calls that this change explains. */
  explained: z.number().nullable(),
  /** Rise of the bad share among exposed calls, others held fixed: 0.31 means 31 points. */
  riskDifference: z.number().nullable(),
  exposedShare: z.number().nullable(),
  beforeRate: z.number().nullable(),
  afterRate: z.number().nullable(),
  /** Calls that have it, and those that they were compared with; sampled ones count by their weight. */
  exposed: z.object({ n: z.number(), bad: z.number() }).nullable().default(null),
  unexposed: z.object({ n: z.number(), bad: z.number() }).nullable().default(null),
  /** What it was compared with: calls of the same time, of the day before, the same calls scored again, or shares of traffic. */
  control: z.enum(['concurrent', 'baseline', 'rescored', 'mix']).nullable().default(null),
  minutesBeforeOnset: z.number().nullable(),
  groupedWith: z.array(z.string()),
  excludedReason: z.string().nullable(),
  verdict: z.enum(['open', 'accepted', 'rejected']),
});
export type Suspect = z.infer<typeof suspect>;

export const timelineEntry = z.object({
  seq: z.number().int(),
  at: instant,
  kind: z.string(),
  title: z.string(),
  detail: z.string().nullable(),
  actor: z.string().nullable(),
  link: z.string().nullable(),
  /** The numbers at that instant, frozen. */
  snapshot: z.record(z.string(), z.unknown()),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const affected = z.object({
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  calls: z.number().int(),
  bad: z.number().int(),
  badShare: z.number().nullable(),
  users: z.number().int(),
  cost: money.nullable(),
});

export const incidentSummary = z.object({
  id: z.string(),
  /** `INC-204` */
  reference: z.string(),
  severity,
  state: incidentState,
  /** A sentence with value and target: `support-answer quality 0.73 is below its target 0.90`. */
  title: z.string(),
  objectiveSlug: z.string(),
  objectiveName: z.string(),
  kind: z.enum(['latency', 'error', 'quality', 'cost']),
  group: z.record(z.string(), z.string()),
  feature: z.string().nullable(),
  value: z.number().nullable(),
  valueInterval: interval.nullable(),
  target: z.string(),
  burnRate: z.number().nullable(),
  openedAt: instant,
  onsetAt: instant.nullable(),
  resolvedAt: instant.nullable(),
  assignee: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  topSuspect: z.object({ title: z.string(), band: z.string() }).nullable(),
  /** Alerts folded into this incident. */
  alerts: z.number().int(),
  flapping: z.boolean(),
  spark: z.array(sparkPoint),
});
export type IncidentSummary = z.infer<typeof incidentSummary>;

/** One bad and one good call of the same kind, side by side. */
export const exemplar = z.object({
  traceId: z.string(),
  spanId: z.string(),
  at: instant,
  feature: z.string().nullable(),
  customer: z.string().nullable(),
  promptVersion: z.string().nullable(),
  model: z.string().nullable(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  reason: z.string().nullable(),
  latencyMs: z.number().nullable(),
  cost: money.nullable(),
});
export const attributeComparison = z.object({
  attribute: z.string(),
  difference: z.number(),
  values: z.array(z.object({ value: z.string(), badShare: z.number(), goodShare: z.number() })),
});

/** One message to one receiver. */
export const incidentNotification = z.object({
  /** `opened`, `severity_raised`, `escalated`, `resolved`, ... */
  kind: z.string(),
  channel: z.string(),
  /** A person's own address within the channel. */
  recipient: z.string().nullable(),
  status: z.enum(['pending', 'delivered', 'failed']),
  at: instant,
  deliveredAt: instant.nullable(),
  error: z.string().nullable(),
});

/** One group of an objective whose groups fire together, with the incident that has its figures. */
export const incidentGroup = z.object({
  incidentId: z.string(),
  reference: z.string(),
  group: z.record(z.string(), z.string()),
  title: z.string(),
  /** Tiers that fire now; empty once the group has recovered. */
  firing: z.array(z.string()),
});

export const incident = incidentSummary.extend({
  seq: z.number().int(),
  /** Where several groups of the objective fired together: all of them, its own first; its figures are those of its own. */
  groups: z.array(incidentGroup).default([]),
  onsetInterval: z.object({ from: instant, to: instant }).nullable(),
  budgetRemaining: z.number().nullable(),
  budgetExhaustsAt: instant.nullable(),
  coverage: z.object({ scored: z.number().int(), population: z.number().int() }).nullable(),
  /** The formula with the numbers put in, one line each. */
  whyFired: z.array(z.string()),
  /** Null while the store of calls is away. */
  impact: z
    .object({
      calls: z.number().int(),
      users: z.number().int(),
      cost: money.nullable(),
      budgetSpent: z.number().nullable(),
    })
    .nullable(),
  /**
   * Not null: the store of calls does not answer, so whatever is counted from calls is missing (impact, affected, series,
   * coverage, changes, spark, figures); the rest is whole. `since`: when it last answered, null where nobody knows.
   */
  storeAway: z.object({ since: instant.nullable() }).nullable().default(null),
  suspects: z.array(suspect),
  suspectVerdict: z.string(),
  unknownShare: z.number().nullable(),
  timeline: z.array(timelineEntry),
  affected: z.array(affected),
  changes: z.array(change),
  series: z.array(
    z.object({
      t: instant,
      eligible: z.number(),
      bad: z.number(),
      ratio: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
    }),
  ),
  /** Text of the runbook; `runbookDetail` has its steps and actions. */
  runbook: z.string().nullable(),
  runbookDetail: incidentRunbook.nullable(),
  /** Null where no escalation policy is for its objective. */
  escalation: incidentEscalation.nullable(),
  /** Who was told of what, and when; reminders aside. */
  notifications: z.array(incidentNotification),
  figures: z.array(incidentFigure),
  /** True for one that was imported from an export: its figures are those of then. */
  imported: z.boolean(),
  nextSteps: z.array(z.object({ title: z.string(), command: z.string().nullable(), link: z.string().nullable() })),
});
export type Incident = z.infer<typeof incident>;

export const incidentExamples = z.object({
  bad: z.array(exemplar),
  good: z.array(exemplar),
  comparison: z.array(attributeComparison),
  /** Values of up to three attributes that hold more of the bad calls than their part, without any known change. */
  concentrations: z.array(
    z.object({
      where: z.record(z.string(), z.string()),
      n: z.number(),
      bad: z.number(),
      /** Share of all bad calls. */
      share: z.number(),
      /** Bad share here over that of all calls. */
      lift: z.number(),
      /** Benjamini-Hochberg over all that were looked at. */
      q: z.number(),
    }),
  ),
  /** Attributes that explain most of the rise against the day before, most surprising first. */
  explanations: z.array(
    z.object({
      attribute: z.string(),
      /** Part of the rise that the values below explain. */
      explanatoryPower: z.number(),
      surprise: z.number(),
      values: z.array(z.object({ value: z.string(), explanatoryPower: z.number(), surprise: z.number() })),
    }),
  ),
});

/** `seq` of the state the person saw; a race answers 409 with who was first. */
export const incidentAction = z.strictObject({
  action: z.enum([
    'acknowledge',
    'unacknowledge',
    'mitigate',
    'resolve',
    'review',
    'reopen',
    'false_alarm',
    'escalate',
    /** To `assignee`; to nobody without one. */
    'assign',
    /** To `severity`; a tier that fires as a page later raises it again. */
    'set_severity',
    'comment',
    'snooze',
    'accept_suspect',
    'reject_suspect',
    /** Into another open incident, named by `into`; `split` takes it out again. */
    'merge',
    'split',
  ]),
  seq: z.number().int().optional(),
  comment: z.string().max(8000).optional(),
  assignee: z.string().max(200).optional(),
  severity: severity.optional(),
  until: instant.optional(),
  suspectId: z.string().optional(),
  /** Id or reference of the incident to merge into. */
  into: z.string().optional(),
});

export const incidentQuery = pageQuery.extend({
  state: z.enum(['open', 'acknowledged', 'resolved', 'all']).default('open'),
  /** Name of a person; `none` for those that nobody has. */
  assignee: z.string().max(200).optional(),
  severity: severity.optional(),
  objective: z.string().max(80).optional(),
});

export const incidentsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/incidents',
    summary: 'List incidents',
    tag: 'incidents',
    scope: 'read',
    query: incidentQuery,
    response: page(incidentSummary).extend({
      counts: z.object({ open: z.number().int(), acknowledged: z.number().int(), resolved: z.number().int() }),
    }),
  },
  {
    method: 'GET',
    path: '/api/v1/incidents/{id}',
    summary: 'An incident with suspects and timeline',
    tag: 'incidents',
    scope: 'read',
    response: incident,
  },
  {
    method: 'GET',
    path: '/api/v1/incidents/{id}/examples',
    summary: 'Bad and good calls of the same kind',
    tag: 'incidents',
    scope: 'read',
    response: incidentExamples,
  },
  {
    method: 'POST',
    path: '/api/v1/incidents/{id}/actions',
    summary: 'Acknowledge, resolve, comment, judge a suspect',
    tag: 'incidents',
    scope: 'write',
    body: incidentAction,
    response: incident,
  },
  {
    method: 'GET',
    path: '/api/v1/incidents/{id}/export',
    summary: 'Post-incident draft, whole incident, timeline, or bad calls as JSON lines',
    tag: 'incidents',
    scope: 'read',
    query: z.object({ format: z.enum(['md', 'json', 'csv', 'traces']).default('md') }),
    produces: 'text/markdown',
  },
  {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Server-sent events: incident, objective, trace',
    tag: 'incidents',
    scope: 'read',
    produces: 'text/event-stream',
  },
];
