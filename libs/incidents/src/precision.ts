import { wilsonInterval } from '@plimsoll/statistics';

/** What people said of an incident: something was wrong, nothing was, or nobody said. */
export type IncidentLabel = 'real' | 'false_alarm' | null;

/** Fewer judged ones than a handful say nothing of the next. */
const fewestJudged = 5;
const level = 0.95;

/** How many were real of those that people judged. */
export interface Precision {
  /** Judged or not. */
  readonly of: number;
  readonly judged: number;
  readonly real: number;
  /** Null while fewer than a handful are judged. */
  readonly share: number | null;
  /** Wilson. */
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | null;
}

/** Precision of what alerted, from the verdicts on it. */
export function precisionOf(labels: readonly IncidentLabel[]): Precision {
  const real = labels.filter((label) => label === 'real').length;
  const judged = labels.filter((label) => label !== null).length;
  const counts = { of: labels.length, judged, real };
  if (judged < fewestJudged) return { ...counts, share: null, interval: null };
  const { low, high } = wilsonInterval(real, judged, level);
  return { ...counts, share: real / judged, interval: { low, high, level } };
}

/** An incident that somebody may have judged, in milliseconds since the epoch. */
export interface LabelledIncident {
  readonly id: string;
  readonly reference: string;
  readonly label: IncidentLabel;
  readonly fromMs: number;
  /** Infinity while it is open. */
  readonly toMs: number;
  /** Values of group-by that it is about; empty for the whole. */
  readonly group: Readonly<Record<string, string>>;
}

interface AlertSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly group: Readonly<Record<string, string>>;
}

/** The incident that an alert would have been part of: of those that it overlaps a real one, else a false alarm, else any. */
export function incidentOf(alert: AlertSpan, incidents: readonly LabelledIncident[]): LabelledIncident | null {
  const overlapping = incidents.filter(
    ({ fromMs, toMs, group }) => fromMs <= alert.toMs && toMs >= alert.fromMs && isSameGroup(group, alert.group),
  );
  const labelled = (label: IncidentLabel) => overlapping.find((incident) => incident.label === label);
  return labelled('real') ?? labelled('false_alarm') ?? overlapping[0] ?? null;
}

/** Groups differ where both name a dimension and not the same value: what one of them does not name, it leaves open. */
const isSameGroup = (a: AlertSpan['group'], b: AlertSpan['group']): boolean =>
  Object.entries(a).every(([dimension, value]) => b[dimension] === undefined || b[dimension] === value);
