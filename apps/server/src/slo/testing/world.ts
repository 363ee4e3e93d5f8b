import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { objectiveWrite, readSettings, type AlertTransition, type Project } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { IncidentService } from '../../incidents/incident.service.js';
import { Retentions } from '../../rollups/retention.js';
import type { FinishedPass, RollupsService } from '../../rollups/rollups.service.js';
import type { TestStores } from '../../stores/testing/test-stores.js';
import { AlertInstance } from '../alert-instance.entity.js';
import { DecisionReview } from '../decision-review.entity.js';
import { AlertTransitionRow } from '../alert-transition.entity.js';
import { BackfillService } from '../backfill.service.js';
import { ExclusionsService } from '../exclusions.service.js';
import { EvaluationService } from '../evaluation.service.js';
import { ObjectiveGroup } from '../objective-group.entity.js';
import { ObjectiveBadge } from '../objective-badge.entity.js';
import { BadgesService } from '../badges.service.js';
import { ObjectiveExclusion } from '../objective-exclusion.entity.js';
import { ObjectiveSelfTest } from '../objective-self-test.entity.js';
import { ObjectiveStep } from '../objective-step.entity.js';
import { AlertRecorder } from '../alert-recorder.js';
import { SilenceService } from '../silence.service.js';
import { StepService } from '../step.service.js';
import { ObjectiveReports } from '../objective-reports.service.js';
import { ObjectiveTrials } from '../objective-trials.service.js';
import { ObjectiveRevision } from '../objective-revision.entity.js';
import { Objective } from '../objective.entity.js';
import { ObjectivesService } from '../objectives.service.js';
import { SliPointsRecompute } from '../sli-points.recompute.js';
import { windowTotals } from '../point-sums.queries.js';
import { TierBurnsService } from '../tier-burns.service.js';

export const minuteMs = 60_000;
/** The first minute of the stories below; three hours of history lie between it and now. */
export const start = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;

type Entity = new () => object;

export const sloEntities: readonly Entity[] = [
  Objective,
  ObjectiveRevision,
  ObjectiveGroup,
  ObjectiveSelfTest,
  ObjectiveStep,
  ObjectiveExclusion,
  ObjectiveBadge,
  DecisionReview,
  AlertInstance,
  AlertTransitionRow,
];

/** The services of a worker, wired as its module wires them. */
export function evaluationOf(
  database: DataSource,
  clickhouse: ClickHouse,
  rollups: RollupsService,
  incidents: IncidentService,
): EvaluationService {
  const recorder = new AlertRecorder(clickhouse, incidents);
  const silence = new SilenceService(database, clickhouse, recorder);
  const steps = new StepService(database, clickhouse, recorder, silence);
  return new EvaluationService(database, clickhouse, rollups, steps, silence);
}

/** One project with everything around it; passes and incidents are what the test says. */
export async function makeWorld({ database, store }: TestStores, realIncidents?: IncidentService) {
  await database.query('DELETE FROM organisations');
  const [organisation] = await database.query<{ id: string }[]>(
    `INSERT INTO organisations (slug, name) VALUES ($1, 'Test') RETURNING id`,
    [randomUUID()],
  );
  const [row] = await database.query<{ id: string }[]>(
    `INSERT INTO projects (organisation_id, slug, name) VALUES ($1, 'p', 'Shop') RETURNING id`,
    [organisation?.id],
  );
  const project = { id: row?.id ?? '' } as Project;
  const told: AlertTransition[] = [];
  const pass: { current: FinishedPass | null; incidentsFail: boolean } = { current: null, incidentsFail: false };
  const rollups = { lastPass: async () => pass.current } as unknown as RollupsService;
  const incidents = {
    recordTransition: async (_: unknown, transition: AlertTransition) => {
      if (pass.incidentsFail) throw new Error('no incident today');
      told.push(transition);
      return { incidentId: null };
    },
  } as unknown as IncidentService;
  const points = new SliPointsRecompute(database, store.clickhouse);
  const objectives = new ObjectivesService(database);
  const reports = new ObjectiveReports(database, store.clickhouse, rollups, objectives);
  return {
    project,
    told,
    pass,
    points,
    objectives,
    exclusions: new ExclusionsService(database, objectives),
    reports,
    badges: new BadgesService(database, objectives, reports),
    trials: new ObjectiveTrials(database, store.clickhouse, rollups),
    burns: new TierBurnsService(database, store.clickhouse, rollups),
    backfill: new BackfillService(database, store.clickhouse, points, new Retentions(database, readSettings({}))),
    /** A worker: state lives in the stores alone, so every call may be by another one. */
    evaluation: (clickhouse = store.clickhouse) =>
      evaluationOf(database, clickhouse, rollups, realIncidents ?? incidents),
    recorder: () => new AlertRecorder(store.clickhouse, realIncidents ?? incidents),
    /** A finished pass after which the minutes before `start + minute` are closed. */
    close: (minute: number) => {
      pass.current = { startedAt: new Date(start + (minute + 1) * minuteMs), finishedAt: new Date() };
    },
    recompute: () =>
      points.recompute({ projectId: project.id, from: new Date(start), to: new Date(start + 180 * minuteMs) }),
    create: async (definition: Partial<z.input<typeof objectiveWrite>>) =>
      objectives.create(project, objectiveWrite.parse({ ...errorObjective, ...definition }), 'test'),
  };
}

export const errorObjective = {
  slug: 'errors',
  name: 'Errors',
  indicator: { kind: 'error' },
  target: '0.99',
  window: '7d',
} as const satisfies z.input<typeof objectiveWrite>;

export interface Call {
  readonly minute: number;
  readonly id: number;
  readonly failed?: boolean;
  readonly customer?: string;
  readonly feature?: string;
  readonly latencyMs?: number;
  readonly cost?: string | null;
  readonly errorType?: string;
  readonly httpStatus?: number;
  readonly models?: readonly [asked: string, answered: string];
  readonly attributes?: Readonly<Record<string, string>>;
  readonly resource?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

export async function send({ store }: TestStores, project: Project, calls: readonly Call[]): Promise<void> {
  const rows = calls.map((call) => {
    const time = new Date(start + call.minute * minuteMs + 1000);
    return {
      project: project.id,
      trace_id: call.id.toString(16).padStart(32, '0'),
      span_id: call.id.toString(16).padStart(16, '0'),
      time,
      start_time: new Date(time.getTime() - (call.latencyMs ?? 500)),
      end_time: time,
      finished: 1,
      kind: 'generation',
      name: 'chat',
      feature: call.feature ?? 'support',
      customer: call.customer ?? 'acme',
      status: call.failed === true ? 'error' : 'ok',
      error_type: call.errorType ?? '',
      http_status: call.httpStatus ?? null,
      cost: call.cost ?? null,
      request_model: call.models?.[0] ?? '',
      response_model: call.models?.[1] ?? '',
      attributes: call.attributes ?? {},
      resource: call.resource ?? {},
      metadata: call.metadata ?? {},
      tags: call.tags ?? [],
      sample_p: 1,
      expires_on: '2149-01-01',
    };
  });
  await store.clickhouse.insert('spans', rows);
  await store.clickhouse.insert('minute_rollup', [
    { project: project.id, minute: new Date(start - 3600_000), spans: 1, expires_on: '2149-01-01', version: 1 },
  ]);
}

/** `perMinute` calls in each minute of [from, to), the first `bad` of them failed. */
export function traffic(from: number, to: number, perMinute: number, bad: number): Call[] {
  const calls: Call[] = [];
  for (let minute = from; minute < to; minute++) {
    for (let index = 0; index < perMinute; index++) {
      calls.push({ minute, id: minute * 1000 + index + 1, failed: index < bad });
    }
  }
  return calls;
}

export async function totalsByGroup({ store }: TestStores, projectId: string, revisionId: string) {
  const range = {
    projectId,
    revisionIds: [revisionId],
    excluded: [],
    from: new Date(start),
    to: new Date(start + 180 * minuteMs),
  };
  const rows = await windowTotals(store.clickhouse, range);
  return new Map(rows.map(({ groupKey, totals }) => [groupKey, totals]));
}
