import { PlimsollError } from '@plimsoll/contract';

export type Severity = 'page' | 'ticket';
export type IncidentState =
  'triggered' | 'acknowledged' | 'mitigated' | 'resolved' | 'reviewed' | 'merged' | 'false_alarm';

/** Everything that can happen to an incident. Events are appended and never changed; the state is their fold. */
export type IncidentEventBody =
  | { readonly kind: 'opened'; readonly severity: Severity; readonly tier: string; readonly recurrenceOf?: string }
  | { readonly kind: 'alert_fired'; readonly tier: string; readonly severity: Severity }
  | { readonly kind: 'alert_resolved'; readonly tier: string }
  | { readonly kind: 'alert_no_data'; readonly tier: string }
  | { readonly kind: 'severity_raised' | 'severity_lowered'; readonly severity: Severity }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'unacknowledged' }
  | { readonly kind: 'assigned'; readonly assignee: string | null }
  /** `turn`: which turn of the policy since it began, from 0; absent when somebody asked everyone for help. */
  | { readonly kind: 'escalated'; readonly turn?: number }
  | { readonly kind: 'mitigated' }
  | { readonly kind: 'resolved'; readonly automatic: boolean }
  | { readonly kind: 'reviewed' }
  | { readonly kind: 'reopened'; readonly severity: Severity; readonly tier: string | null }
  | { readonly kind: 'false_alarm' }
  | { readonly kind: 'merged'; readonly into: string }
  | { readonly kind: 'split'; readonly from: string }
  | { readonly kind: 'flapping_started' }
  | { readonly kind: 'flapping_ended' }
  | { readonly kind: 'snoozed'; readonly until: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'suspects_ranked' | 'suspect_accepted' | 'suspect_rejected'; readonly suspectId: string | null }
  /** A share of the objective's budget that was passed on the way down. */
  | { readonly kind: 'budget_crossed'; readonly threshold: number }
  /** A step of the runbook, by its number from 1, that somebody ticked or cleared. */
  | { readonly kind: 'runbook_step'; readonly step: number; readonly done: boolean }
  | { readonly kind: 'runbook_action'; readonly runId: string; readonly ok: boolean }
  /** Something that did not happen to the incident but belongs beside it: a change, a drift report, a GPU event. */
  | { readonly kind: 'noted'; readonly about: string };

export type IncidentEventKind = IncidentEventBody['kind'];

export interface IncidentEvent {
  /** 1, 2, 3 ... without gaps within an incident. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
  readonly body: IncidentEventBody;
}

export interface IncidentView {
  readonly seq: number;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly mitigatedAt: number | null;
  readonly resolvedAt: number | null;
  readonly assignee: string | null;
  readonly snoozedUntil: string | null;
  readonly mergedInto: string | null;
  readonly recurrenceOf: string | null;
  readonly flapping: boolean;
  /** Tiers that fire now, with their severity. */
  readonly firing: Readonly<Record<string, Severity>>;
  /** Tiers without data: they hold the incident open and never resolve it. */
  readonly noData: readonly string[];
  /** How often an alert fired. */
  readonly alerts: number;
  /** Instants of every opening and reopening, for flap control. */
  readonly firedAt: readonly number[];
}

const open: readonly IncidentState[] = ['triggered', 'acknowledged', 'mitigated'];
const closed: readonly IncidentState[] = ['resolved', 'reviewed'];

/** States in which each kind of event may happen; kinds that are not here may always happen. */
const allowedIn: Partial<Record<IncidentEventKind, readonly IncidentState[]>> = {
  acknowledged: ['triggered', 'acknowledged'],
  unacknowledged: ['acknowledged', 'triggered'],
  mitigated: ['triggered', 'acknowledged', 'mitigated'],
  resolved: [...open, 'resolved'],
  reviewed: ['resolved', 'reviewed', 'false_alarm'],
  reopened: [...closed, 'false_alarm'],
  false_alarm: [...open, ...closed, 'false_alarm'],
  merged: open,
  split: ['merged'],
  escalated: open,
  snoozed: open,
  severity_raised: open,
  severity_lowered: open,
};

export const isOpen = (state: IncidentState): boolean => open.includes(state);

/** Why an event cannot happen now, or null. Repeating an action that already holds is allowed: actions are idempotent. */
export function refusal(view: IncidentView, kind: IncidentEventKind): string | null {
  const allowed = allowedIn[kind];
  if (allowed === undefined || allowed.includes(view.state)) return null;
  return `an incident that is ${view.state.replace('_', ' ')} cannot become ${kind.replace('_', ' ')}`;
}

/**
 * State of an incident from its events.
 * @throws PlimsollError `internal` when a sequence number is missing or the first event does not open it.
 */
export function foldIncident(events: readonly IncidentEvent[]): IncidentView {
  const [first, ...rest] = events;
  if (first === undefined || first.body.kind !== 'opened' || first.seq !== 1) {
    throw new PlimsollError('internal', 'an incident begins with the event that opened it, seq 1');
  }
  const { severity, tier, recurrenceOf } = first.body;
  const opened: IncidentView = {
    seq: 1,
    state: 'triggered',
    severity,
    openedAt: first.at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    mitigatedAt: null,
    resolvedAt: null,
    assignee: null,
    snoozedUntil: null,
    mergedInto: null,
    recurrenceOf: recurrenceOf ?? null,
    flapping: false,
    firing: { [tier]: severity },
    noData: [],
    alerts: 1,
    firedAt: [first.at],
  };
  return rest.reduce(applyEvent, opened);
}

/** One step of the fold. */
export function applyEvent(view: IncidentView, event: IncidentEvent): IncidentView {
  if (event.seq !== view.seq + 1) {
    throw new PlimsollError('internal', `event ${event.seq} does not follow ${view.seq}`);
  }
  return { ...view, ...effectOf(view, event), seq: event.seq };
}

function effectOf(view: IncidentView, { at, actor, body }: IncidentEvent): Partial<IncidentView> {
  switch (body.kind) {
    case 'opened':
      throw new PlimsollError('internal', 'an incident is opened once');
    case 'alert_fired':
      return {
        firing: { ...view.firing, [body.tier]: body.severity },
        noData: view.noData.filter((tier) => tier !== body.tier),
        alerts: view.alerts + 1,
      };
    case 'alert_resolved':
      return { firing: without(view.firing, body.tier), noData: view.noData.filter((tier) => tier !== body.tier) };
    case 'alert_no_data':
      return { noData: [...new Set([...view.noData, body.tier])] };
    case 'severity_raised':
    case 'severity_lowered':
      return { severity: body.severity };
    case 'acknowledged':
      return view.state === 'acknowledged'
        ? {}
        : { state: 'acknowledged', acknowledgedAt: view.acknowledgedAt ?? at, acknowledgedBy: actor };
    case 'unacknowledged':
      return { state: 'triggered', acknowledgedBy: null };
    case 'assigned':
      return { assignee: body.assignee };
    case 'mitigated':
      return { state: 'mitigated', mitigatedAt: view.mitigatedAt ?? at };
    case 'resolved':
      return { state: 'resolved', resolvedAt: view.resolvedAt ?? at, snoozedUntil: null };
    case 'reviewed':
      return view.state === 'false_alarm' ? {} : { state: 'reviewed' };
    case 'reopened':
      return reopen(view, at, body);
    case 'false_alarm':
      return { state: 'false_alarm', resolvedAt: view.resolvedAt ?? at };
    case 'merged':
      return { state: 'merged', mergedInto: body.into, resolvedAt: at };
    case 'split':
      return { state: 'triggered', mergedInto: null, resolvedAt: null };
    case 'flapping_started':
      return { flapping: true };
    case 'flapping_ended':
      return { flapping: false };
    case 'snoozed':
      return { snoozedUntil: body.until };
    default:
      return {};
  }
}

function reopen(
  view: IncidentView,
  at: number,
  body: Extract<IncidentEventBody, { kind: 'reopened' }>,
): Partial<IncidentView> {
  return {
    state: 'triggered',
    severity: body.severity,
    resolvedAt: null,
    mitigatedAt: null,
    acknowledgedBy: null,
    firing: body.tier === null ? {} : { [body.tier]: body.severity },
    noData: [],
    alerts: view.alerts + (body.tier === null ? 0 : 1),
    firedAt: [...view.firedAt, at],
  };
}

function without(firing: IncidentView['firing'], tier: string): IncidentView['firing'] {
  return Object.fromEntries(Object.entries(firing).filter(([name]) => name !== tier));
}

/** The higher of the severities; `page` outranks `ticket`. */
export const highestSeverity = (severities: readonly Severity[]): Severity =>
  severities.includes('page') ? 'page' : 'ticket';
