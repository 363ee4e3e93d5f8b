import { createHash } from 'node:crypto';

/** What makes two alerts the same incident. Neither severity nor tier nor rule: three tiers of one objective are one. */
export interface IncidentSubject {
  readonly organisationId: string;
  readonly projectId: string;
  readonly environment: string | null;
  readonly objectiveId: string;
  /** Group-by labels with their values; empty when ungrouped. */
  readonly group: Readonly<Record<string, string>>;
}

/** Stable, 64 hexadecimal digits (PagerDuty takes up to 255 characters); independent of the order of labels. */
export function dedupKeyOf(subject: IncidentSubject): string {
  const labels = Object.entries(subject.group).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const parts = [subject.organisationId, subject.projectId, subject.environment, subject.objectiveId, labels];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
