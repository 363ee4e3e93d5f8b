import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { FoldedTransition, Tier } from '@plimsoll/slo';
import type { EntityManager } from 'typeorm';
import { IncidentService } from '../incidents/incident.service.js';
import { alertTransitionOf, budgetEvidence } from './alert-evidence.js';
import { AlertTransitionRow } from './alert-transition.entity.js';
import { makeReviewDue } from './decision-reviews.queries.js';
import { dateOf } from './evaluation-plan.js';
import type { ObjectiveRevision } from './objective-revision.entity.js';
import type { MinuteSpan } from './point-grain.js';

const fires: ReadonlySet<string> = new Set(['fired', 'reopened', 'recurred']);

/** Whose transition it is. */
export interface AlertSubject {
  readonly revision: ObjectiveRevision;
  readonly groupKey: string;
  readonly tier: Tier;
  readonly excluded: readonly MinuteSpan[];
  readonly now: Date;
}

/** Stores transitions and tells incidents of them in the same transaction. */
@Injectable()
export class AlertRecorder {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(IncidentService) private readonly incidents: IncidentService,
  ) {}

  /** The unique key makes it once, however often and by whomever it is recorded. */
  async record(manager: EntityManager, subject: AlertSubject, step: FoldedTransition): Promise<void> {
    const { revision, groupKey, tier, excluded, now } = subject;
    const whole = await budgetEvidence(this.clickhouse, revision, groupKey, (step.minute + 1) * 60_000, excluded);
    const evidence = { ...step.judgement.evidence(), ...whole };
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(AlertTransitionRow)
      .values({
        projectId: revision.projectId,
        objectiveId: revision.objectiveId,
        revisionId: revision.id,
        groupKey,
        tier: tier.name,
        severity: tier.severity,
        minute: dateOf(step.minute),
        fromState: step.from,
        toState: step.to,
        kind: step.kind,
        decidedAt: now,
        evidence,
      })
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = inserted.raw as { id: string }[];
    if (row === undefined) return;
    const transition = alertTransitionOf({ id: row.id, revision, groupKey, tier, step, decidedAt: now, evidence });
    await this.incidents.recordTransition(manager, transition);
    if (revision.definition.decision !== undefined && fires.has(step.kind)) {
      const { objectiveId, projectId } = revision;
      await makeReviewDue(manager, { objectiveId, projectId, dueSince: now, cause: tier.name });
    }
  }
}
