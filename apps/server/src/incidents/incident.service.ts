import { Inject, Injectable } from '@nestjs/common';
import type { AlertTransition, incidentAction } from '@plimsoll/contract';
import { PlimsollError } from '@plimsoll/contract';
import {
  type AlertChange,
  dedupKeyOf,
  eventsForAlert,
  eventsForReopening,
  type IncidentEventBody,
  type IncidentView,
  placeAlert,
  type Placement,
  refusal,
} from '@plimsoll/incidents';
import { DataSource, type EntityManager } from 'typeorm';
import type { z } from 'zod';
import { alertTitle, incidentTitle } from './incident-wording.js';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { foreignTier, IncidentMerging } from './incident-merging.js';
import { EscalationService } from './escalation.service.js';
import { GroupingService } from './grouping.service.js';
import { IncidentEntity, SuspectEntity } from './incidents.entity.js';
import { findProject, lockDedupKey, lockIncident, nextIncidentNumber } from './incidents.queries.js';

export type IncidentAction = z.output<typeof incidentAction>;

/** What happens to incidents: alerts open, feed and end them; people act on them. */
@Injectable()
export class IncidentService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
    @Inject(IncidentMerging) private readonly merging: IncidentMerging,
    @Inject(EscalationService) private readonly escalations: EscalationService,
    @Inject(GroupingService) private readonly grouping: GroupingService,
  ) {}

  /**
   * Opens, feeds, reopens or ends the incident of an alert. Events and notifications are written with `manager`, in the
   * caller's transaction: either the transition is stored with all that follows from it, or nothing is.
   */
  async recordTransition(manager: EntityManager, transition: AlertTransition): Promise<{ incidentId: string | null }> {
    const change = alertChangeOf(transition);
    if (change === null) return { incidentId: null };
    const project = await findProject(manager, transition.projectId);
    if (project === null) return { incidentId: null };
    const { objectiveId, environment, group } = transition;
    const dedupKey = dedupKeyOf({
      organisationId: project.organisation_id,
      projectId: project.id,
      environment,
      objectiveId,
      group,
    });
    await lockDedupKey(manager, dedupKey);
    const own = await manager.findOne(IncidentEntity, { where: { dedupKey }, order: { openedAt: 'DESC' } });
    const mergedInto = own?.mergedInto ?? null;
    if (own !== null && mergedInto !== null) {
      const incidentId = await this.feedTarget(manager, mergedInto, own, change, transition);
      if (incidentId !== null) return { incidentId };
    }
    const view = own === null ? null : await this.journal.read(manager, own.id);
    const placement = placeAlert(change, view);
    if (placement === 'ignore') return { incidentId: null };
    if (placement === 'open' || own === null || view === null) {
      return { incidentId: await this.open(manager, dedupKey, transition, own) };
    }
    const bodies = placement === 'reopen' ? eventsForReopening(change, view) : eventsForAlert(change, view);
    if (change.to === 'firing' && isWorse(transition, own, placement)) {
      own.evidence = transition.evidence;
      await manager.update(IncidentEntity, { id: own.id }, { evidence: transition.evidence as object });
    }
    await this.journal.append(manager, own, view, eventsFrom(transition, bodies));
    return { incidentId: own.id };
  }

  /**
   * What a person does. Acting twice is the same as once; a race is told with who was first.
   * @throws PlimsollError `not_found`; `conflict` when the state forbids it or `seq` is no longer the newest.
   */
  async act(projectId: string, id: string, actor: string, action: IncidentAction): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      if (!isUuid(id) || !(await lockIncident(manager, projectId, id))) {
        throw new PlimsollError('not_found', `incident "${id}": no such incident in this project`, { field: 'id' });
      }
      const incident = await manager.findOneByOrFail(IncidentEntity, { id });
      if (action.action === 'merge' || action.action === 'split')
        return this.mergeOrSplit(manager, incident, actor, action);
      const view = await this.journal.read(manager, id);
      const events = await this.eventsOfAction(manager, incident, view, actor, action);
      if (events.length === 0) return;
      for (const { body } of events) {
        const reason = refusal(view, body.kind);
        if (reason !== null) throw new PlimsollError('conflict', `action: ${reason}`, { field: 'action' });
      }
      await this.refuseStale(view, action);
      await this.journal.append(manager, incident, view, events);
    });
  }

  private async mergeOrSplit(
    manager: EntityManager,
    incident: IncidentEntity,
    actor: string,
    { action, into }: IncidentAction,
  ): Promise<void> {
    if (action === 'split') return this.merging.split(manager, incident, actor);
    const number = /^INC-(\d{1,9})$/i.exec(into ?? '')?.[1];
    const { projectId } = incident;
    const where = isUuid(into) ? { id: into, projectId } : { number: Number(number ?? 0), projectId };
    const target = await manager.findOneBy(IncidentEntity, where);
    if (target === null) {
      throw new PlimsollError('not_found', 'into: no such incident in this project', { field: 'into' });
    }
    await lockIncident(manager, projectId, target.id);
    await this.merging.merge(manager, incident, target, actor);
  }

  /**
   * Gives an alert to the incident that its own was merged into, while that is open or, when both are of one objective,
   * soon after its end: groups that were told as one are told as one again. Null where it is over.
   */
  private async feedTarget(
    manager: EntityManager,
    targetId: string,
    merged: IncidentEntity,
    alert: AlertChange,
    transition: AlertTransition,
  ): Promise<string | null> {
    if (!(await lockIncident(manager, merged.projectId, targetId))) return null;
    const target = await manager.findOneByOrFail(IncidentEntity, { id: targetId });
    const view = await this.journal.read(manager, targetId);
    const change = { ...alert, tier: foreignTier(merged, alert.tier) };
    const placement = placeAlert(change, view);
    const again = placement === 'reopen' && target.objectiveId === merged.objectiveId;
    if (placement !== 'attach' && !again) return null;
    const bodies = again ? eventsForReopening(change, view) : eventsForAlert(change, view);
    await this.journal.append(manager, target, view, eventsFrom({ ...transition, tier: change.tier }, bodies));
    return merged.id;
  }

  private async open(
    manager: EntityManager,
    dedupKey: string,
    transition: AlertTransition,
    previous: IncidentEntity | null,
  ): Promise<string> {
    const incident = manager.create(IncidentEntity, {
      projectId: transition.projectId,
      number: await nextIncidentNumber(manager, transition.projectId),
      dedupKey,
      objectiveId: transition.objectiveId,
      revisionId: transition.revisionId,
      objectiveSlug: transition.objectiveSlug,
      objectiveName: transition.objectiveName,
      sliKind: transition.sliKind,
      labels: transition.group,
      filter: transition.filter,
      environment: transition.environment,
      title: incidentTitle(transition),
      openedAt: new Date(transition.minute),
      onsetAt: null,
      evidence: transition.evidence,
      suspectHints: [],
    });
    const { severity, tier } = transition;
    const recurrence = previous === null ? {} : { recurrenceOf: previous.id };
    const body: IncidentEventBody = { kind: 'opened', severity, tier, ...recurrence };
    const [event] = eventsFrom(transition, [body]);
    if (event === undefined) return incident.id;
    const grouped = await this.grouping.targetOf(manager, incident, new Date(transition.decidedAt));
    await this.journal.open(manager, incident, { ...event, quiet: grouped !== null });
    if (grouped !== null) await this.grouping.group(manager, incident, grouped, { quiet: true });
    return incident.id;
  }

  private async eventsOfAction(
    manager: EntityManager,
    incident: IncidentEntity,
    view: IncidentView,
    actor: string,
    action: IncidentAction,
  ): Promise<NewEvent[]> {
    const at = new Date();
    const comment: NewEvent[] =
      action.comment === undefined
        ? []
        : [{ body: { kind: 'comment', text: action.comment }, at, actor, title: 'Comment', detail: action.comment }];
    if (action.action === 'accept_suspect' || action.action === 'reject_suspect') {
      const title = await this.judgeSuspect(manager, incident, actor, action);
      const kind = action.action === 'accept_suspect' ? 'suspect_accepted' : 'suspect_rejected';
      return [{ body: { kind, suspectId: action.suspectId ?? null }, at, actor, title }, ...comment];
    }
    const turn = action.action === 'escalate' ? await this.escalations.turnByHand(manager, incident, actor) : null;
    if (turn !== null) return [turn, ...comment];
    const body = bodyOfAction(action, view);
    return body === null ? comment : [{ body, at, actor, title: titleOf(action) }, ...comment];
  }

  private async judgeSuspect(
    manager: EntityManager,
    incident: IncidentEntity,
    actor: string,
    { action, suspectId }: IncidentAction,
  ): Promise<string> {
    const suspect = isUuid(suspectId)
      ? await manager.findOneBy(SuspectEntity, { id: suspectId, incidentId: incident.id })
      : null;
    if (suspect === null) {
      throw new PlimsollError('not_found', 'suspectId: no such suspect of this incident', { field: 'suspectId' });
    }
    const verdict = action === 'accept_suspect' ? 'accepted' : 'rejected';
    await manager.update(SuspectEntity, { id: suspect.id }, { verdict, verdictBy: actor });
    return `Suspect ${verdict}: ${suspect.title}`;
  }

  private async refuseStale(view: IncidentView, { seq, action }: IncidentAction): Promise<void> {
    const harmless = action === 'comment' || action === 'acknowledge';
    if (seq === undefined || seq === view.seq || harmless) return;
    const first = view.acknowledgedBy === null ? '' : `; acknowledged by ${view.acknowledgedBy}`;
    throw new PlimsollError('conflict', `seq: the incident is at ${view.seq} by now${first}`, { field: 'seq' });
  }
}

const isUuid = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

function alertChangeOf({ to: state, kind, tier, severity, minute }: AlertTransition): AlertChange | null {
  // An alert that recovers once its data are back is open until it has.
  const to = kind === 'data_returned' && state === 'resolving' ? 'firing' : state;
  if (to !== 'firing' && to !== 'resolved' && to !== 'no_data') return null;
  return { to, tier, severity, at: Date.parse(minute) };
}

/** Whose numbers an incident shows: those of the highest severity, and among these of the fastest burn. */
function isWorse(transition: AlertTransition, incident: IncidentEntity, placement: Placement): boolean {
  if (placement === 'reopen') return true;
  if (transition.severity !== incident.severity) return transition.severity === 'page';
  return (transition.evidence.burnLong ?? 0) > (incident.evidence.burnLong ?? 0);
}

/** The first event carries the transition as its cause; the others follow from it. */
function eventsFrom(transition: AlertTransition, bodies: readonly IncidentEventBody[]): NewEvent[] {
  return bodies.map((body, index) => ({
    body,
    at: new Date(transition.minute),
    actor: 'slo',
    title: alertTitle(body, transition),
    detail: transition.evidence.reasons.join('\n') || undefined,
    snapshot: { ...transition.evidence, tier: transition.tier, decidedAt: transition.decidedAt },
    sourceKey: index === 0 ? `transition:${transition.id}` : undefined,
  }));
}

const actionTitles: Partial<Record<IncidentAction['action'], string>> = {
  acknowledge: 'Acknowledged',
  unacknowledge: 'Acknowledgement withdrawn',
  mitigate: 'Mitigated',
  resolve: 'Resolved by hand',
  review: 'Reviewed',
  reopen: 'Reopened by hand',
  false_alarm: 'Marked as a false alarm',
  escalate: 'Escalated',
  snooze: 'Snoozed',
};

function titleOf({ action, assignee, severity }: IncidentAction): string {
  if (action === 'assign') return assignee === undefined ? 'Assigned to nobody' : `Assigned to ${assignee}`;
  if (action === 'set_severity') return `Severity set to ${severity} by hand`;
  return actionTitles[action] ?? action;
}

/** The event of an action; null when it already holds, or when the action is its comment alone. */
function bodyOfAction(action: IncidentAction, view: IncidentView): IncidentEventBody | null {
  switch (action.action) {
    case 'acknowledge':
      return view.state === 'acknowledged' ? null : { kind: 'acknowledged' };
    case 'unacknowledge':
      return view.state === 'triggered' ? null : { kind: 'unacknowledged' };
    case 'mitigate':
      return view.state === 'mitigated' ? null : { kind: 'mitigated' };
    case 'resolve':
      return view.state === 'resolved' ? null : { kind: 'resolved', automatic: false };
    case 'review':
      return view.state === 'reviewed' ? null : { kind: 'reviewed' };
    case 'reopen':
      return { kind: 'reopened', severity: view.severity, tier: null };
    case 'false_alarm':
      return view.state === 'false_alarm' ? null : { kind: 'false_alarm' };
    case 'escalate':
      return { kind: 'escalated' };
    case 'assign':
      return { kind: 'assigned', assignee: action.assignee ?? null };
    case 'set_severity':
      if (action.severity === undefined) {
        throw new PlimsollError('invalid_input', 'severity: needed to set it', { field: 'severity' });
      }
      if (action.severity === view.severity) return null;
      return { kind: action.severity === 'page' ? 'severity_raised' : 'severity_lowered', severity: action.severity };
    case 'snooze':
      if (action.until === undefined) {
        throw new PlimsollError('invalid_input', 'until: needed to snooze', { field: 'until' });
      }
      return { kind: 'snoozed', until: action.until };
    case 'comment':
      if (action.comment === undefined) {
        throw new PlimsollError('invalid_input', 'comment: needed', { field: 'comment' });
      }
      return null;
    // These write events of their own.
    case 'accept_suspect':
    case 'reject_suspect':
    case 'merge':
    case 'split':
      return null;
  }
}
