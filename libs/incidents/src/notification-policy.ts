import type { IncidentEventKind, IncidentView } from './lifecycle.js';

/** What a person outside is told about an incident. */
export type NotificationKind =
  'opened' | 'severity_raised' | 'reopened' | 'acknowledged' | 'resolved' | 'escalated' | 'split' | 'budget_crossed';

const told: Partial<Record<IncidentEventKind, NotificationKind>> = {
  opened: 'opened',
  severity_raised: 'severity_raised',
  reopened: 'reopened',
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  false_alarm: 'resolved',
  // For receivers it is over: the incident that took it in goes on.
  merged: 'resolved',
  escalated: 'escalated',
  split: 'split',
  budget_crossed: 'budget_crossed',
};

/**
 * What is sent for an event, if anything. A flapping incident is silent but for its final resolution: it has its
 * hourly digest. The event that makes it flapping is itself the last single notification.
 */
export function notificationFor(kind: IncidentEventKind, before: IncidentView | null): NotificationKind | null {
  const notification = told[kind] ?? null;
  if (before?.flapping === true && notification !== 'resolved' && notification !== 'escalated') return null;
  return notification;
}
