/**
 * State of one tier of one objective and group. `insufficient` and `no_data` are side states: they say that nothing can
 * be judged, and never resolve anything.
 */
export const alertStates = [
  'inactive',
  'pending',
  'firing',
  'resolving',
  'resolved',
  'no_data',
  'insufficient',
] as const;
export type AlertState = (typeof alertStates)[number];

/**
 * `fired`: a first incident; `reopened`: again within the reopen window; `recurred`: later than that, a new incident
 * linked to the last. `relapsed` and `clearing` change the state without a notification.
 */
export type TransitionKind =
  | 'pending'
  | 'calmed'
  | 'fired'
  | 'reopened'
  | 'recurred'
  | 'clearing'
  | 'relapsed'
  | 'resolved'
  | 'data_absent'
  | 'data_returned'
  | 'insufficient'
  | 'sufficient';

/** All times are whole minutes. */
export interface AlertRule {
  /** Consecutive closed minutes for which the condition must hold. */
  readonly forMinutes: number;
  /** Clean minutes before an alert is resolved: max(5 min, S/2). */
  readonly holdMinutes: number;
  /** After a resolve, firing again this soon reopens the same incident. */
  readonly reopenMinutes: number;
  /** The hold of an alert that flaps: max(30 min, 2 S). */
  readonly flappingHoldMinutes: number;
}

/** What a closed minute says. `enter`: the tier's whole condition holds. `clean`: below the exit threshold. */
export type AlertSignal = 'no_data' | 'insufficient' | { readonly enter: boolean; readonly clean: boolean };

/** Plain data, so that it can be stored and picked up after a restart. Minutes are minutes since the epoch. */
export interface AlertStatus {
  readonly state: AlertState;
  /** The state that absent data interrupted. */
  readonly frozen: AlertState | null;
  readonly pendingSince: number | null;
  readonly cleanSince: number | null;
  readonly resolvedAt: number | null;
  /** Minutes at which it fired within the last day, oldest first. */
  readonly fires: readonly number[];
  readonly flapping: boolean;
}

export interface AlertTransitionStep {
  readonly minute: number;
  readonly from: AlertState;
  readonly to: AlertState;
  readonly kind: TransitionKind;
}

export interface AlertStepResult {
  readonly status: AlertStatus;
  readonly transition: AlertTransitionStep | null;
}

export const initialAlertStatus: AlertStatus = {
  state: 'inactive',
  frozen: null,
  pendingSince: null,
  cleanSince: null,
  resolvedAt: null,
  fires: [],
  flapping: false,
};

const DAY_MINUTES = 1440;
const FLAPPING_FIRES = 3;
const MIN_HOLD_MINUTES = 5;
const MIN_FLAPPING_HOLD_MINUTES = 30;
const reopenMinutes = { page: 30, ticket: 360 } as const;

/** Times of a tier: hold max(5 min, S/2), reopen 30 min for a page and 6 h for a ticket. */
export function alertRule(tier: {
  readonly severity: 'page' | 'ticket';
  readonly shortSeconds: number;
  readonly forMinutes: number;
}): AlertRule {
  const shortMinutes = tier.shortSeconds / 60;
  return {
    forMinutes: tier.forMinutes,
    holdMinutes: Math.max(MIN_HOLD_MINUTES, Math.ceil(shortMinutes / 2)),
    reopenMinutes: reopenMinutes[tier.severity],
    flappingHoldMinutes: Math.max(MIN_FLAPPING_HOLD_MINUTES, 2 * shortMinutes),
  };
}

/** One closed minute. Called once a minute and in order; live evaluation and backtest are this same fold. */
export function stepAlert(rule: AlertRule, status: AlertStatus, minute: number, signal: AlertSignal): AlertStepResult {
  if (signal === 'no_data') return stepNoData(status, minute);
  if (signal === 'insufficient') return stepInsufficient(status, minute);
  const { state, frozen } = status;
  if (state === 'no_data' || state === 'insufficient') {
    const resumed = { ...status, state: frozen ?? 'inactive', frozen: null, pendingSince: null, cleanSince: null };
    const next = stepWithData(rule, resumed, minute, signal).status;
    const fired = next.state === 'firing' && resumed.state !== 'firing' && resumed.state !== 'resolving';
    const back = state === 'no_data' ? 'data_returned' : 'sufficient';
    return moved(status, next, minute, fired ? firedKind(rule, resumed, minute) : back);
  }
  return stepWithData(rule, status, minute, signal);
}

function stepWithData(
  rule: AlertRule,
  status: AlertStatus,
  minute: number,
  signal: { readonly enter: boolean; readonly clean: boolean },
): AlertStepResult {
  switch (status.state) {
    case 'firing':
    case 'resolving':
      return stepOpen(rule, status, minute, signal);
    default:
      return stepClosed(rule, status, minute, signal.enter);
  }
}

function stepClosed(rule: AlertRule, status: AlertStatus, minute: number, enter: boolean): AlertStepResult {
  if (!enter) {
    if (status.state !== 'pending') return { status, transition: null };
    const calm = {
      ...status,
      state: status.resolvedAt === null ? 'inactive' : 'resolved',
      pendingSince: null,
    } as const;
    return moved(status, calm, minute, 'calmed');
  }
  const pendingSince = status.pendingSince ?? minute;
  if (minute - pendingSince + 1 < rule.forMinutes) {
    if (status.state === 'pending') return { status, transition: null };
    return moved(status, { ...status, state: 'pending', pendingSince }, minute, 'pending');
  }
  const fires = [...status.fires.filter((at) => minute - at < DAY_MINUTES), minute];
  const next: AlertStatus = {
    ...status,
    state: 'firing',
    pendingSince: null,
    cleanSince: null,
    fires,
    flapping: fires.length >= FLAPPING_FIRES,
  };
  return moved(status, next, minute, firedKind(rule, status, minute));
}

function firedKind(rule: AlertRule, status: AlertStatus, minute: number): TransitionKind {
  if (status.resolvedAt === null) return 'fired';
  return minute - status.resolvedAt <= rule.reopenMinutes ? 'reopened' : 'recurred';
}

function stepOpen(
  rule: AlertRule,
  status: AlertStatus,
  minute: number,
  signal: { readonly enter: boolean; readonly clean: boolean },
): AlertStepResult {
  if (signal.enter || !signal.clean) {
    if (status.state === 'firing') return { status: { ...status, cleanSince: null }, transition: null };
    return moved(status, { ...status, state: 'firing', cleanSince: null }, minute, 'relapsed');
  }
  const cleanSince = status.cleanSince ?? minute;
  const hold = status.flapping ? rule.flappingHoldMinutes : rule.holdMinutes;
  if (minute - cleanSince >= hold) {
    const next = { ...status, state: 'resolved', cleanSince: null, resolvedAt: minute } as const;
    return moved(status, next, minute, 'resolved');
  }
  if (status.state === 'resolving') return { status: { ...status, cleanSince }, transition: null };
  return moved(status, { ...status, state: 'resolving', cleanSince }, minute, 'clearing');
}

/** Freezes: what fires keeps firing underneath, however long the silence lasts. */
function stepNoData(status: AlertStatus, minute: number): AlertStepResult {
  if (status.state === 'no_data') return { status, transition: null };
  const frozen = status.state === 'insufficient' || status.state === 'pending' ? closedState(status) : status.state;
  const next = { ...status, state: 'no_data', frozen, pendingSince: null, cleanSince: null } as const;
  return moved(status, next, minute, 'data_absent');
}

/** Too few samples: an open alert stays as it is and its hold starts anew, a closed one turns grey. */
function stepInsufficient(status: AlertStatus, minute: number): AlertStepResult {
  if (status.state === 'insufficient') return { status, transition: null };
  const open = status.state === 'no_data' ? status.frozen : status.state;
  if (open === 'firing' || open === 'resolving') {
    const next = { ...status, state: 'firing', frozen: null, cleanSince: null } as const;
    if (status.state === 'firing') return { status: next, transition: null };
    return moved(status, next, minute, status.state === 'no_data' ? 'data_returned' : 'relapsed');
  }
  const next = { ...status, state: 'insufficient', frozen: closedState(status), pendingSince: null } as const;
  return moved(status, next, minute, 'insufficient');
}

function closedState(status: AlertStatus): AlertState {
  return status.resolvedAt === null ? 'inactive' : 'resolved';
}

function moved(from: AlertStatus, to: AlertStatus, minute: number, kind: TransitionKind): AlertStepResult {
  return { status: to, transition: { minute, from: from.state, to: to.state, kind } };
}

export interface ReplayedIncident {
  readonly openedAt: number;
  readonly reopenedAt: readonly number[];
  /** null while it is open. */
  readonly resolvedAt: number | null;
  /** Index of the incident that this one recurs. */
  readonly recurrenceOf: number | null;
}

/** Folds transitions into the incidents they open, reopen and resolve. */
export function replayIncidents(transitions: readonly AlertTransitionStep[]): ReplayedIncident[] {
  const incidents: ReplayedIncident[] = [];
  for (const { kind, minute } of transitions) {
    const last = incidents.at(-1);
    if (kind === 'fired' || kind === 'recurred' || (kind === 'reopened' && last === undefined)) {
      const recurrenceOf = last === undefined ? null : incidents.length - 1;
      incidents.push({ openedAt: minute, reopenedAt: [], resolvedAt: null, recurrenceOf });
    } else if (kind === 'reopened' && last !== undefined) {
      incidents[incidents.length - 1] = { ...last, reopenedAt: [...last.reopenedAt, minute], resolvedAt: null };
    } else if (kind === 'resolved' && last !== undefined) {
      incidents[incidents.length - 1] = { ...last, resolvedAt: minute };
    }
  }
  return incidents;
}
