import type { IncidentEvent, IncidentEventKind, Severity } from './lifecycle.js';
import { nextWithin, type WeeklyHours } from './weekly-hours.js';

const minuteMs = 60_000;

export interface EscalationStep {
  /** Minutes that this step waits for an acknowledgement before the next one. */
  readonly waitMinutes: number;
}

export interface EscalationPolicy {
  readonly steps: readonly EscalationStep[];
  /** How often the steps begin again after the last one, 0 to 9. */
  readonly repeat: number;
  /** Minutes without any action of a person after which an acknowledgement is taken back; null: never. */
  readonly acknowledgedForMinutes: number | null;
  /** Tickets wait for these hours; pages do not. Null: at any time. */
  readonly businessHours: WeeklyHours | null;
}

/** What an escalation does now. */
export type EscalationState =
  | { readonly kind: 'stopped'; readonly reason: 'acknowledged' | 'mitigated' | 'over' | 'exhausted' | 'no steps' }
  /** Nothing before `at`; `held`: only because of business hours or a snooze. */
  | { readonly kind: 'waiting'; readonly at: number; readonly held: boolean; readonly turn: EscalationTurn }
  | { readonly kind: 'due'; readonly turn: EscalationTurn }
  /** An acknowledgement that nobody followed: it is taken back, which starts the steps again. */
  | { readonly kind: 'acknowledgement_due' };

export interface EscalationTurn {
  /** Sequence number of the event that started the steps: with `taken` the identity of a turn. */
  readonly armedBy: number;
  /** Turns before this one since then. */
  readonly taken: number;
  /** Index of the step. */
  readonly step: number;
  /** 0 for the first time through. */
  readonly round: number;
}

/** What people do with an incident: each of these shows that somebody is at it. */
const activity: readonly IncidentEventKind[] = [
  'acknowledged',
  'assigned',
  'comment',
  'mitigated',
  'snoozed',
  'suspect_accepted',
  'suspect_rejected',
  'runbook_step',
  'runbook_action',
];
const arming: readonly IncidentEventKind[] = ['opened', 'reopened', 'split', 'unacknowledged'];
const stopping: readonly IncidentEventKind[] = ['resolved', 'reviewed', 'false_alarm', 'merged'];

interface Progress {
  readonly phase: 'armed' | 'acknowledged' | 'mitigated' | 'over';
  readonly armedBy: number;
  readonly taken: number;
  /** When the steps began, or the last one was told. */
  readonly since: number;
  readonly lastActivity: number;
  readonly severity: Severity;
  /** Since when it is a page; infinite while it is a ticket. */
  readonly pageSince: number;
  readonly snoozedUntil: number;
}

/**
 * Where the escalation of an incident stands: a fold of its events under a policy. A changed policy holds from the next
 * turn on; turns that were taken stay taken.
 * @param events all events of the incident; `at` must be the instant they were recorded, on the clock of `now`
 */
export function escalationOf(events: readonly IncidentEvent[], policy: EscalationPolicy, now: number): EscalationState {
  const progress = events.reduce(follow, start);
  if (progress.phase === 'over' || progress.phase === 'mitigated') return { kind: 'stopped', reason: progress.phase };
  if (policy.steps.length === 0) return { kind: 'stopped', reason: 'no steps' };
  if (progress.phase === 'acknowledged') return acknowledgement(progress, policy, now);
  const { taken, armedBy, since } = progress;
  if (taken >= policy.steps.length * (1 + policy.repeat)) return { kind: 'stopped', reason: 'exhausted' };
  const step = taken % policy.steps.length;
  const turn = { armedBy, taken, step, round: Math.floor(taken / policy.steps.length) };
  const wait = taken === 0 ? 0 : (policy.steps[(taken - 1) % policy.steps.length]?.waitMinutes ?? 0);
  const due = since + wait * minuteMs;
  const at = release(progress, policy, due);
  return now >= at ? { kind: 'due', turn } : { kind: 'waiting', at, held: at > due && now >= due, turn };
}

function acknowledgement(progress: Progress, policy: EscalationPolicy, now: number): EscalationState {
  const { acknowledgedForMinutes } = policy;
  if (acknowledgedForMinutes === null) return { kind: 'stopped', reason: 'acknowledged' };
  const due = release(progress, policy, progress.lastActivity + acknowledgedForMinutes * minuteMs);
  return now >= due ? { kind: 'acknowledgement_due' } : { kind: 'stopped', reason: 'acknowledged' };
}

/** When something that is due may happen: tickets wait for business hours, or until they become a page. */
function release({ pageSince, snoozedUntil }: Progress, { businessHours }: EscalationPolicy, due: number): number {
  const awake = Math.max(due, snoozedUntil);
  if (businessHours === null || awake >= pageSince) return awake;
  return Math.min(nextWithin(businessHours, awake), Math.max(awake, pageSince));
}

const start: Progress = {
  phase: 'over',
  armedBy: 0,
  taken: 0,
  since: 0,
  lastActivity: 0,
  severity: 'ticket',
  pageSince: Number.POSITIVE_INFINITY,
  snoozedUntil: 0,
};

function follow(before: Progress, event: IncidentEvent): Progress {
  const progress = withSeverity(before, event);
  const { at, seq, body } = event;
  if (arming.includes(body.kind)) {
    return { ...progress, phase: 'armed', armedBy: seq, taken: 0, since: at, snoozedUntil: 0 };
  }
  if (stopping.includes(body.kind)) return { ...progress, phase: 'over' };
  if (body.kind === 'acknowledged' || body.kind === 'mitigated') {
    return { ...progress, phase: body.kind, lastActivity: at };
  }
  if (body.kind === 'snoozed') return { ...progress, lastActivity: at, snoozedUntil: Date.parse(body.until) };
  if (body.kind === 'escalated' && body.turn !== undefined) {
    return { ...progress, taken: body.turn + 1, since: at };
  }
  return activity.includes(body.kind) ? { ...progress, lastActivity: at } : progress;
}

function withSeverity(progress: Progress, { at, body }: IncidentEvent): Progress {
  const severity = 'severity' in body && body.kind !== 'alert_fired' ? body.severity : progress.severity;
  if (severity === progress.severity) return progress;
  return { ...progress, severity, pageSince: severity === 'page' ? at : Number.POSITIVE_INFINITY };
}
