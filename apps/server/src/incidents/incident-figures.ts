import type { Incident, incidentCall, IncidentFigure, ObjectiveWrite } from '@plimsoll/contract';
import type { z } from 'zod';
import type { CallRow } from './incident-calls.queries.js';
import type { TimeRange } from './incident-evidence.queries.js';
import type { IncidentEntity, IncidentEventEntity } from './incidents.entity.js';

/** What the chart of an incident shows: a while before it as well, in steps of so many seconds. */
export interface SeriesRange extends TimeRange {
  readonly incident: TimeRange;
  readonly step: number;
}

type Measured = Pick<Incident, 'impact' | 'affected' | 'series'>;
type Field = IncidentFigure['field'];

interface Asked {
  readonly range: TimeRange;
  readonly bad?: boolean;
  readonly feature?: string | null;
  readonly customer?: string | null;
}

/** The latest alert's counts, and the minute that it was decided by. */
export interface AlertWindow {
  readonly minute: Date;
  /** The objective of a cost per outcome: its counts are outcomes, and what is bad of them is money. */
  readonly outcomesOf: string | null;
  readonly evidence: {
    readonly longSeconds: number;
    readonly shortSeconds: number;
    readonly eligibleLong: number;
    readonly badLong: number;
    readonly eligibleShort: number;
    readonly badShort: number;
  };
}

const alerting: readonly string[] = ['opened', 'reopened', 'alert_fired'];

/** The alert whose numbers the incident shows. */
export function alertWindowOf(
  { evidence, objectiveSlug }: IncidentEntity,
  { indicator }: ObjectiveWrite,
  events: readonly IncidentEventEntity[],
): AlertWindow | null {
  const outcomesOf = indicator.kind === 'cost' && indicator.per === 'outcome' ? objectiveSlug : null;
  const { eligibleLong, badLong, burnLong } = evidence;
  const last = events.findLast(
    ({ kind, snapshot }) =>
      alerting.includes(kind) &&
      snapshot['eligibleLong'] === eligibleLong &&
      snapshot['badLong'] === badLong &&
      snapshot['burnLong'] === burnLong,
  );
  return last === undefined ? null : { minute: last.at, outcomesOf, evidence };
}

/** Every figure of an incident with the question that lists the calls behind it. */
export function figuresOf(
  id: string,
  { impact, affected, series }: Measured,
  shown: SeriesRange,
  alert: AlertWindow | null,
): IncidentFigure[] {
  const range = shown.incident;
  const figure = (name: string, value: number | string | null, field: Field, asked: Asked): IncidentFigure[] =>
    value === null ? [] : [{ figure: name, value, field, query: queryOf(id, asked) }];
  const bad = { range, bad: true };
  return [
    ...figure('impact.calls', impact?.calls ?? null, 'total', bad),
    ...figure('impact.users', impact?.users ?? null, 'users', bad),
    ...figure('impact.cost', impact?.cost ?? null, 'cost', bad),
    ...affected.flatMap(({ feature, customer, calls, bad: badCalls, users, cost }, index) => {
      const whose = { range, feature, customer };
      return [
        ...figure(`affected.${index}.calls`, calls, 'total', whose),
        ...figure(`affected.${index}.bad`, badCalls, 'bad', whose),
        ...figure(`affected.${index}.users`, users, 'users', { ...whose, bad: true }),
        ...figure(`affected.${index}.cost`, cost, 'cost', whose),
      ];
    }),
    ...series.flatMap(({ t, eligible }, index) => {
      const from = new Date(Math.max(Date.parse(t), shown.from.getTime()));
      const to = new Date(Math.min(Date.parse(t) + shown.step * 1000, shown.to.getTime()));
      return figure(`series.${index}.eligible`, eligible, 'total', { range: { from, to } });
    }),
    ...(alert === null ? [] : alert.outcomesOf === null ? alertFigures(alert, figure) : outcomeFigures(id, alert)),
  ];
}

/** Counts at the instant of the alert: late calls have come since when these differ. */
function alertFigures(
  { minute, evidence }: AlertWindow,
  figure: (name: string, value: number, field: Field, asked: Asked) => IncidentFigure[],
): IncidentFigure[] {
  const to = new Date(minute.getTime() + 60_000);
  const within = (seconds: number): Asked => ({ range: { from: new Date(to.getTime() - seconds * 1000), to } });
  const { longSeconds, shortSeconds } = evidence;
  return [
    ...figure('alert.eligibleLong', evidence.eligibleLong, 'total', within(longSeconds)),
    ...figure('alert.badLong', evidence.badLong, 'bad', within(longSeconds)),
    ...figure('alert.eligibleShort', evidence.eligibleShort, 'total', within(shortSeconds)),
    ...figure('alert.badShort', evidence.badShort, 'bad', within(shortSeconds)),
  ];
}

/** The outcomes of the alert's windows, as the incident's own definition and group count them. */
function outcomeFigures(incident: string, { minute, outcomesOf, evidence }: AlertWindow): IncidentFigure[] {
  const to = minute.getTime() + 60_000;
  const listed = (name: string, value: number, seconds: number): IncidentFigure => {
    const range = { from: new Date(to - seconds * 1000).toISOString(), to: new Date(to).toISOString() };
    const query = new URLSearchParams({ ...range, incident });
    const path = `/api/v1/objectives/${encodeURIComponent(outcomesOf ?? '')}/outcomes`;
    return { figure: name, value, field: 'outcomes', query: `${path}?${query.toString()}` };
  };
  return [
    listed('alert.eligibleLong', evidence.eligibleLong, evidence.longSeconds),
    listed('alert.eligibleShort', evidence.eligibleShort, evidence.shortSeconds),
  ];
}

function queryOf(id: string, { range, bad, feature, customer }: Asked): string {
  const query = new URLSearchParams({ from: range.from.toISOString(), to: range.to.toISOString() });
  if (bad === true) query.set('bad', 'true');
  // A call without a feature is one of its own kind: the empty value asks for those.
  if (feature !== undefined) query.set('feature', feature ?? '');
  if (customer !== undefined) query.set('customer', customer ?? '');
  return `/api/v1/incidents/${id}/calls?${query.toString()}`;
}

const orNull = (text: string): string | null => (text === '' ? null : text);

/** A stored call as the API shows it. */
export function callOf(row: CallRow): z.output<typeof incidentCall> {
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    at: row.time,
    feature: orNull(row.feature),
    customer: orNull(row.customer),
    promptVersion: orNull(row.prompt_version),
    model: orNull(row.model),
    userId: orNull(row.user_id),
    badness: row.x,
    reason: orNull(row.reason),
    latencyMs: row.latency_ms,
    cost: row.cost,
  };
}
