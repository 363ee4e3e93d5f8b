export type Severity = 'page' | 'ticket';
export type NotificationKind =
  | 'opened'
  | 'severity_raised'
  | 'reopened'
  | 'acknowledged'
  | 'resolved'
  | 'escalated'
  | 'split'
  | 'budget_crossed'
  | 'renewed'
  | 'digest';

/** An incident as it is told outside: frozen when the event happened, the same at every retry. */
export interface NotifiedIncident {
  readonly id: string;
  /** `INC-204` */
  readonly reference: string;
  readonly dedupKey: string;
  readonly severity: Severity;
  readonly state: string;
  /** A sentence with value and target. */
  readonly title: string;
  readonly objective: string;
  /** latency, error, quality or cost. */
  readonly sliKind: string;
  readonly group: Readonly<Record<string, string>>;
  /** Groups of one objective that fire together are one incident: how many, and the first by name. */
  readonly groups?: { readonly count: number; readonly named: readonly string[] } | undefined;
  readonly feature: string | null;
  readonly environment: string | null;
  readonly burnRate: number | null;
  /** Share of the budget that remains; negative when overspent. */
  readonly budgetRemaining: number | null;
  readonly openedAt: string;
  readonly onsetAt: string | null;
  readonly resolvedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly topSuspect: { readonly title: string; readonly band: string } | null;
  /** The formula with the numbers put in, one line each. */
  readonly whyFired: readonly string[];
  /** Page of the incident in the dashboard; null while the platform does not know its public address. */
  readonly url: string | null;
}

interface Told {
  /** Stable over retries: receivers drop what they have seen. */
  readonly id: string;
  readonly at: string;
  readonly project: { readonly id: string; readonly name: string };
}

export interface IncidentNotification extends Told {
  readonly type: 'incident';
  readonly kind: NotificationKind;
  readonly incident: NotifiedIncident;
}

export interface ChangeNotification extends Told {
  readonly type: 'change';
  readonly change: {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    readonly feature: string | null;
    readonly from: string | null;
    readonly to: string | null;
    readonly link: string | null;
  };
}

/** Sent by the test button. Receivers that page people get a form of it that does not. */
export interface TestNotification extends Told {
  readonly type: 'test';
  readonly channelName: string;
}

/** A money budget that passed marks. Amounts are exact decimal text in USD. */
export interface BudgetNotification extends Told {
  readonly type: 'budget';
  readonly budget: {
    readonly id: string;
    readonly name: string;
    readonly amount: string;
    readonly spent: string;
    /** At the end of the period, with its 95 % interval; null while that cannot be said. */
    readonly forecast: string | null;
    readonly forecastLow: string | null;
    readonly forecastHigh: string | null;
    /** month, quarter or year, from an instant to another. */
    readonly period: string;
    readonly from: string;
    readonly to: string;
    /** Spent / (amount x elapsed share of the period). */
    readonly pace: number | null;
    /** Those that are told by this: `50 %`, `80 %`, `100 %` or `forecast 100 %`. */
    readonly marks: readonly string[];
    /** The last of them. */
    readonly threshold: string;
    /** All of it in one line, for people. */
    readonly text: string;
    /** The costs page; null while the platform does not know its public address. */
    readonly url: string | null;
  };
}

export type Notification = IncidentNotification | ChangeNotification | BudgetNotification | TestNotification;

/** `[PAGE] INC-204 support-answer quality 0.73 is below its target 0.90` */
export function headline({ kind, incident }: IncidentNotification): string {
  if (kind === 'budget_crossed') {
    const left = incident.budgetRemaining === null ? '' : ` ${(incident.budgetRemaining * 100).toFixed(1)} % left`;
    return `[BUDGET${left}] ${incident.reference} ${incident.title}`;
  }
  const over = incident.state === 'merged' ? 'MERGED' : 'RESOLVED';
  const label = kind === 'resolved' ? over : incident.severity.toUpperCase();
  const again = kind === 'reopened' ? ' (again)' : '';
  const others = (incident.groups?.count ?? 0) > 1 ? `, in ${incident.groups?.count} groups` : '';
  return `[${label}] ${incident.reference} ${incident.title}${others}${again}`;
}

/** `Groups: customer=acme, customer=bolt and 38 more` */
function groupsLine({ count, named }: NonNullable<NotifiedIncident['groups']>): string {
  const more = count > named.length ? ` and ${count - named.length} more, all on its page` : '';
  return `${count === 1 ? 'Group' : `${count} groups`}: ${named.join('; ')}${more}`;
}

/** One line a fact, for people. */
export function facts(incident: NotifiedIncident): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const lines: string[] = [];
  if (incident.groups !== undefined) lines.push(groupsLine(incident.groups));
  if (incident.burnRate !== null) lines.push(`Burn rate ${incident.burnRate.toPrecision(3)}x`);
  if (incident.budgetRemaining !== null) lines.push(`Budget left ${percent(incident.budgetRemaining)}`);
  if (incident.onsetAt !== null) lines.push(`Since ${incident.onsetAt}`);
  if (incident.topSuspect !== null) {
    lines.push(`First suspect: ${incident.topSuspect.title} (${incident.topSuspect.band})`);
  }
  if (incident.acknowledgedBy !== null) lines.push(`Acknowledged by ${incident.acknowledgedBy}`);
  return lines;
}
