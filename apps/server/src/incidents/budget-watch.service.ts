import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { budgetCrossings, isOpen } from '@plimsoll/incidents';
import { DataSource, In, IsNull } from 'typeorm';
import { budgetEvidence } from '../slo/alert-evidence.js';
import { exclusionWindows } from '../slo/exclusion-windows.js';
import { ObjectiveRevision } from '../slo/objective-revision.entity.js';
import { groupKeyOf } from './budget-watch.queries.js';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { IncidentEntity, IncidentEventEntity } from './incidents.entity.js';
import { lockIncident, openStates } from './incidents.queries.js';

const minuteMs = 60_000;
/** The newest minute whose calls are all there. */
const lagMs = 2 * minuteMs;

/** What the budget of an open incident's objective is at an instant; null while that cannot be said. */
export type RemainingBudget = (incident: IncidentEntity, at: Date) => Promise<number | null>;

/** Tells when the budget of an open incident's objective passes a mark. */
@Injectable()
export class BudgetWatch {
  private readonly logger = new Logger('budgets');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
  ) {}

  /** Half, a quarter, a tenth and nothing left, once each while an incident is open; the lowest passed is told. */
  async run(now = new Date(), remainingOf: RemainingBudget = this.remaining.bind(this)): Promise<void> {
    const open = await this.dataSource.manager.findBy(IncidentEntity, {
      state: In([...openStates]),
      mergedInto: IsNull(),
    });
    for (const incident of open) {
      try {
        const at = new Date(Math.floor((now.getTime() - lagMs) / minuteMs) * minuteMs);
        const remaining = await remainingOf(incident, at);
        if (remaining !== null) await this.note(incident, remaining, at);
      } catch (error) {
        this.logger.warn(`incident ${incident.id}: ${messageOf(error)}`);
      }
    }
  }

  private async remaining(incident: IncidentEntity, at: Date): Promise<number | null> {
    const { manager } = this.dataSource;
    const revision = await manager.findOneBy(ObjectiveRevision, { id: incident.revisionId });
    const groupKey = await groupKeyOf(manager, incident.id);
    if (revision === null || groupKey === null) return null;
    const excluded = (await exclusionWindows(this.dataSource, incident.projectId)).of(incident.objectiveId);
    return (await budgetEvidence(this.clickhouse, revision, groupKey, at.getTime(), excluded)).budgetRemaining;
  }

  private async note({ id, projectId }: IncidentEntity, remaining: number, at: Date): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      if (!(await lockIncident(manager, projectId, id))) return;
      const incident = await manager.findOneByOrFail(IncidentEntity, { id });
      if (!isOpen(incident.state)) return;
      incident.evidence = { ...incident.evidence, budgetRemaining: remaining };
      await manager.update(IncidentEntity, { id }, { evidence: incident.evidence as object });
      const first = await manager.findOneByOrFail(IncidentEventEntity, { incidentId: id, seq: 1 });
      const atOpening = first.snapshot['budgetRemaining'];
      const crossed = budgetCrossings(typeof atOpening === 'number' ? atOpening : null, remaining);
      const fresh: number[] = [];
      for (const threshold of crossed) {
        if (!(await this.journal.hasSource(manager, id, `budget:${threshold}`))) fresh.push(threshold);
      }
      const events = fresh.map((threshold): NewEvent => ({
        body: { kind: 'budget_crossed', threshold },
        at,
        actor: 'budgets',
        title: threshold === 0 ? 'The budget is spent' : `Less than ${threshold * 100} % of the budget is left`,
        snapshot: { remaining, threshold },
        sourceKey: `budget:${threshold}`,
        quiet: threshold !== fresh.at(-1),
      }));
      if (events.length === 0) return;
      await this.journal.append(manager, incident, await this.journal.read(manager, id), events);
    });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 300) : String(error));
