import type { IncidentEventBody, IncidentView, Severity } from './lifecycle.js';
import { isOpen } from './lifecycle.js';

const minute = 60_000;
const hour = 60 * minute;

/** Fired again this soon after its end, it is the same incident. */
const reopenWithin: Readonly<Record<Severity, number>> = { page: 30 * minute, ticket: 6 * hour };
/** This many openings within a day are flapping. */
const flapCycles = 3;
const flapWindow = 24 * hour;
/** A flapping incident stays open at least this long after its alerts went quiet. */
const flapHold = 30 * minute;

/** A change of one alert's state, as far as its incident cares. */
export interface AlertChange {
  readonly to: 'firing' | 'resolved' | 'no_data';
  readonly tier: string;
  readonly severity: Severity;
  /** Start of the minute it belongs to, milliseconds since the epoch. */
  readonly at: number;
}

export type Placement = 'open' | 'attach' | 'reopen' | 'ignore';

/** Where an alert belongs: in the open incident of its key, in the one that just ended, or in a new one. */
export function placeAlert(change: AlertChange, latest: IncidentView | null): Placement {
  if (latest !== null && isOpen(latest.state)) return 'attach';
  if (change.to !== 'firing') return 'ignore';
  if (latest === null || latest.state === 'merged' || latest.resolvedAt === null) return 'open';
  return change.at - latest.resolvedAt < reopenWithin[change.severity] ? 'reopen' : 'open';
}

/** Events that an alert's change adds to the open incident it belongs to, in order. */
export function eventsForAlert(change: AlertChange, view: IncidentView): IncidentEventBody[] {
  const { tier, to } = change;
  if (to === 'firing') return eventsForFiring(change, view);
  if (to === 'no_data') return view.noData.includes(tier) ? [] : [{ kind: 'alert_no_data', tier }];
  if (!(tier in view.firing) && !view.noData.includes(tier)) return [];
  const events: IncidentEventBody[] = [{ kind: 'alert_resolved', tier }];
  const others = Object.keys(view.firing).filter((name) => name !== tier);
  const blind = view.noData.filter((name) => name !== tier);
  // Never on silence: a tier without data, or one that may flap back, keeps the incident open.
  if (others.length === 0 && blind.length === 0 && !view.flapping) events.push({ kind: 'resolved', automatic: true });
  return events;
}

function eventsForFiring({ tier, severity }: AlertChange, view: IncidentView): IncidentEventBody[] {
  if (view.firing[tier] === severity && !view.noData.includes(tier)) return [];
  const events: IncidentEventBody[] = [{ kind: 'alert_fired', tier, severity }];
  if (severity === 'page' && view.severity === 'ticket') events.push({ kind: 'severity_raised', severity });
  return events;
}

/** Events that bring an ended incident back, marked as flapping from the third cycle within a day. */
export function eventsForReopening({ tier, severity, at }: AlertChange, view: IncidentView): IncidentEventBody[] {
  const events: IncidentEventBody[] = [{ kind: 'reopened', severity, tier }];
  if (!view.flapping && isFlapping([...view.firedAt, at])) events.push({ kind: 'flapping_started' });
  return events;
}

/** Three openings or reopenings within 24 hours of the last one. */
export function isFlapping(firedAt: readonly number[]): boolean {
  const last = Math.max(...firedAt);
  return firedAt.filter((at) => last - at < flapWindow).length >= flapCycles;
}

/** Whether a flapping incident has been quiet for max(30 min, twice the short window) and may end. */
export function flappingIsOver(view: IncidentView, quietSince: number, now: number, shortWindowMs: number): boolean {
  if (!view.flapping || Object.keys(view.firing).length > 0 || view.noData.length > 0) return false;
  return now - quietSince >= Math.max(flapHold, 2 * shortWindowMs);
}
