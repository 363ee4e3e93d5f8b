import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EscalationPolicyWrite, IncidentEscalation } from '@plimsoll/contract';
import { type EscalationState, type EscalationTurn, escalationOf, isOpen } from '@plimsoll/incidents';
import { DataSource, type EntityManager, In, IsNull } from 'typeorm';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { IncidentEntity } from './incidents.entity.js';
import { databaseNow, lockIncident, openStates } from './incidents.queries.js';
import { NotificationHolds } from './notification-holds.service.js';
import { OnCallDirectory } from './on-call-directory.js';
import { EscalationPolicyEntity } from './on-call.entity.js';

/** Tells the next ones when nobody answers. */
@Injectable()
export class EscalationService {
  private readonly logger = new Logger('escalation');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
    @Inject(NotificationHolds) private readonly holds: NotificationHolds,
    @Inject(OnCallDirectory) private readonly directory: OnCallDirectory,
  ) {}

  /** One turn at most for each open incident whose turn has come; instants are those of the database's clock. */
  async run(): Promise<void> {
    const { manager } = this.dataSource;
    const policies = await manager.find(EscalationPolicyEntity, { select: { projectId: true } });
    if (policies.length === 0) return;
    const incidents = await manager.findBy(IncidentEntity, {
      projectId: In([...new Set(policies.map(({ projectId }) => projectId))]),
      state: In([...openStates]),
      mergedInto: IsNull(),
    });
    for (const { id, projectId } of incidents) {
      try {
        await this.dataSource.transaction((inside) => this.step(inside, projectId, id));
      } catch (error) {
        // One incident that cannot be told must not silence the others.
        this.logger.error(`incident ${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  /** The event by which a person takes the next turn now; null where no turn is left. */
  async turnByHand(manager: EntityManager, incident: IncidentEntity, actor: string): Promise<NewEvent | null> {
    const now = await databaseNow(manager);
    const found = await this.stateOf(manager, incident, now);
    if (found === null || !('turn' in found.state)) return null;
    return this.eventOf(manager, incident, found.policy, found.state.turn, { at: now, actor });
  }

  /** Where the escalation of an incident stands; null where no policy is for it. */
  async viewOf(incident: IncidentEntity): Promise<IncidentEscalation | null> {
    const { manager } = this.dataSource;
    const now = await databaseNow(manager);
    const found = await this.stateOf(manager, incident, now);
    if (found === null) return null;
    const { policy, state } = found;
    if (!('turn' in state)) return { ...stopped, policy: policy.name, reason: reasonOf(state) };
    const { step, round } = state.turn;
    const at = state.kind === 'due' ? now : new Date(state.at);
    const { names } = await this.directory.reach(manager, incident.projectId, policy.steps[step]?.targets ?? [], at);
    return {
      policy: policy.name,
      state: state.kind === 'waiting' && state.held ? 'held' : 'waiting',
      reason: null,
      nextStep: step + 1,
      round,
      nextAt: at.toISOString(),
      nextTargets: [...names],
    };
  }

  private async step(manager: EntityManager, projectId: string, id: string): Promise<void> {
    if (!(await lockIncident(manager, projectId, id))) return;
    const incident = await manager.findOneByOrFail(IncidentEntity, { id });
    if (!isOpen(incident.state)) return;
    const now = await databaseNow(manager);
    const found = await this.stateOf(manager, incident, now);
    if (found === null || found.state.kind === 'waiting' || found.state.kind === 'stopped') return;
    const { policy, state } = found;
    const view = await this.journal.read(manager, id);
    if (state.kind === 'acknowledgement_due') {
      const title = `Acknowledgement taken back: nobody acted for ${policy.acknowledgedForMinutes} min`;
      await this.journal.append(manager, incident, view, [
        { body: { kind: 'unacknowledged' }, at: now, actor: 'escalation', title },
      ]);
      return;
    }
    // What may not be told now keeps its turn until it may.
    if ((await this.holds.holdOf(manager, incident, 'opened', now)) !== null) return;
    const event = await this.eventOf(manager, incident, policy, state.turn, { at: now, actor: 'escalation' });
    await this.journal.append(manager, incident, view, [event]);
  }

  private async stateOf(
    manager: EntityManager,
    incident: IncidentEntity,
    now: Date,
  ): Promise<{ policy: EscalationPolicyWrite; state: EscalationState } | null> {
    const policy = await this.directory.policyOf(manager, incident.projectId, incident.objectiveSlug);
    if (policy === null) return null;
    const events = await this.journal.recorded(manager, incident.id);
    return { policy, state: escalationOf(events, policy, now.getTime()) };
  }

  private async eventOf(
    manager: EntityManager,
    incident: IncidentEntity,
    policy: EscalationPolicyWrite,
    { step, round, taken, armedBy }: EscalationTurn,
    { at, actor }: { at: Date; actor: string },
  ): Promise<NewEvent> {
    const targets = policy.steps[step]?.targets ?? [];
    const { addressees, names, missing } = await this.directory.reach(manager, incident.projectId, targets, at);
    const again = round === 0 ? '' : `, repetition ${round}`;
    return {
      body: { kind: 'escalated', turn: taken },
      at,
      actor,
      title: `Escalated to ${names.join(', ')} (step ${step + 1} of ${policy.steps.length}${again})`,
      detail: missing.length === 0 ? undefined : `Not told: ${missing.join('; ')}`,
      snapshot: { policy: policy.name, step: step + 1, round, targets },
      sourceKey: `escalation:${armedBy}:${taken}`,
      to: addressees,
    };
  }
}

const stopped = {
  state: 'stopped',
  nextStep: null,
  round: null,
  nextAt: null,
  nextTargets: [],
} as const satisfies Partial<IncidentEscalation>;

const reasonOf = (state: Exclude<EscalationState, { turn: EscalationTurn }>): string =>
  state.kind === 'stopped' ? state.reason : 'acknowledged';
