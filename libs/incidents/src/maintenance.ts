import type { Severity } from './lifecycle.js';
import { stretchAt, type WeeklyHours } from './weekly-hours.js';

/** Whom a maintenance window is about; an empty list: everyone. */
export interface MaintenanceMatchers {
  /** Slugs. */
  readonly objectives: readonly string[];
  readonly features: readonly string[];
  readonly environments: readonly string[];
  readonly severities: readonly Severity[];
}

/** Once, or the same hours every week between two instants. Milliseconds since the epoch; ends are exclusive. */
export type MaintenanceSchedule =
  | { readonly kind: 'once'; readonly startsAt: number; readonly endsAt: number }
  | {
      readonly kind: 'weekly';
      readonly hours: WeeklyHours;
      readonly startsAt: number;
      /** Null: until it is removed. */
      readonly endsAt: number | null;
    };

export interface MaintenanceSubject {
  readonly objective: string;
  /** Null when the incident is not about one feature: then only windows of all features hold. */
  readonly feature: string | null;
  readonly environment: string | null;
  readonly severity: Severity;
}

/** The stretch of a schedule that holds an instant, else its next one; null when it is over. */
export function maintenanceAt(
  schedule: MaintenanceSchedule,
  at: number,
): { readonly from: number; readonly to: number } | null {
  const { startsAt, endsAt } = schedule;
  if (endsAt !== null && at >= endsAt) return null;
  if (schedule.kind === 'once') return { from: startsAt, to: schedule.endsAt };
  const stretch = stretchAt(schedule.hours, Math.max(at, startsAt));
  if (stretch === null || (endsAt !== null && stretch.from >= endsAt)) return null;
  return { from: Math.max(stretch.from, startsAt), to: Math.min(stretch.to, endsAt ?? Number.POSITIVE_INFINITY) };
}

/** Whether a window keeps an incident from being told at an instant. */
export function isInMaintenance(
  matchers: MaintenanceMatchers,
  schedule: MaintenanceSchedule,
  subject: MaintenanceSubject,
  at: number,
): boolean {
  const stretch = maintenanceAt(schedule, at);
  if (stretch === null || at < stretch.from) return false;
  return (
    holds(matchers.objectives, subject.objective) &&
    holds(matchers.features, subject.feature) &&
    holds(matchers.environments, subject.environment) &&
    holds(matchers.severities, subject.severity)
  );
}

const holds = (wanted: readonly string[], value: string | null): boolean =>
  wanted.length === 0 || (value !== null && wanted.includes(value));
