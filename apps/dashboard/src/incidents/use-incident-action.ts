import type { Incident } from '@plimsoll/contract';
import { ApiError } from '../api/client.js';
import { useCall } from '../api/queries.js';
import { announceFailure } from '../shell/announce.js';
import { announceWithUndo } from './undo.js';

export type IncidentAction =
  | 'acknowledge'
  | 'unacknowledge'
  | 'mitigate'
  | 'resolve'
  | 'review'
  | 'reopen'
  | 'false_alarm'
  | 'escalate'
  | 'assign'
  | 'set_severity'
  | 'merge'
  | 'split'
  | 'comment'
  | 'snooze'
  | 'accept_suspect'
  | 'reject_suspect';

export interface ActionDetail {
  seq?: number;
  comment?: string;
  suspectId?: string;
  until?: string;
  assignee?: string;
  severity?: 'page' | 'ticket';
  into?: string;
}

const done: Partial<Record<IncidentAction, { text: string; undo?: IncidentAction }>> = {
  acknowledge: { text: 'Acknowledged', undo: 'unacknowledge' },
  resolve: { text: 'Resolved', undo: 'reopen' },
  escalate: { text: 'Escalated' },
  assign: { text: 'Assigned' },
  set_severity: { text: 'Severity changed' },
  merge: { text: 'Merged', undo: 'split' },
  split: { text: 'Taken out again' },
  mitigate: { text: 'Marked as mitigated' },
  false_alarm: { text: 'Marked as a false alarm', undo: 'reopen' },
  reopen: { text: 'Reopened' },
  snooze: { text: 'Snoozed' },
  comment: { text: 'Note added' },
  accept_suspect: { text: 'Suspect confirmed' },
  reject_suspect: { text: 'Suspect rejected' },
};

/** Does something to an incident; a race tells who was first, and what can be taken back offers it for 5 seconds. */
export function useIncidentAction() {
  const call = useCall<Incident>(['/incidents']);
  return (incident: { id: string; reference: string }, action: IncidentAction, detail: ActionDetail = {}) => {
    const send = (name: IncidentAction, body: ActionDetail) =>
      call.mutateAsync({ path: `/incidents/${incident.id}/actions`, method: 'POST', body: { action: name, ...body } });
    send(action, detail).then(
      () => {
        const outcome = done[action];
        if (!outcome) return;
        const { undo } = outcome;
        announceWithUndo(`${incident.reference}: ${outcome.text}`, undo ? () => void send(undo, {}) : undefined);
      },
      (error: unknown) => {
        const raced = error instanceof ApiError && error.status === 409;
        announceFailure(raced ? 'Somebody was faster' : `${incident.reference} could not be changed`, error);
      },
    );
  };
}
