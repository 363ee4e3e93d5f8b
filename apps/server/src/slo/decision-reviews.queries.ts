import type { Objective, ObjectiveWrite } from '@plimsoll/contract';
import type { DataSource, EntityManager } from 'typeorm';
import { DecisionReview } from './decision-review.entity.js';

interface ReviewSubject {
  readonly objectiveId: string;
  readonly projectId: string;
  readonly dueSince: Date;
  readonly cause: string;
}

/** Makes a review due, in the transaction of the alert that is its cause; one that is due already stays as it is. */
export async function makeReviewDue(manager: EntityManager, review: ReviewSubject): Promise<void> {
  await manager.query(
    `INSERT INTO decision_reviews (objective_id, project_id, due_since, cause) VALUES ($1, $2, $3, $4)
     ON CONFLICT (objective_id) DO UPDATE SET due_since = excluded.due_since, cause = excluded.cause,
       done_at = NULL, done_by = NULL
     WHERE decision_reviews.done_at IS NOT NULL AND decision_reviews.done_at < excluded.due_since`,
    [review.objectiveId, review.projectId, review.dueSince, review.cause],
  );
}

/** The review that is due now: by an alert, or since the day that was set unless it was done after that. */
export async function dueReview(
  database: DataSource,
  objectiveId: string,
  { decision }: ObjectiveWrite,
  at: Date,
): Promise<Objective['review']> {
  if (decision === undefined) return null;
  const row = await database.getRepository(DecisionReview).findOneBy({ objectiveId });
  if (row !== null && row.doneAt === null) return { dueSince: row.dueSince.toISOString(), cause: row.cause };
  const day = decision.reviewBy === undefined ? null : new Date(decision.reviewBy);
  const doneAt = row?.doneAt ?? null;
  if (day === null || day > at || (doneAt !== null && doneAt >= day)) return null;
  return { dueSince: day.toISOString(), cause: 'the day that was set' };
}

/** It was looked at: nothing is due until the next alert or the next day that is set. */
export async function completeReview(
  database: DataSource,
  objective: { readonly id: string; readonly projectId: string },
  actor: string,
  at: Date,
): Promise<void> {
  await database.query(
    `INSERT INTO decision_reviews (objective_id, project_id, due_since, cause, done_at, done_by) VALUES ($1, $2, $3, '', $3, $4)
     ON CONFLICT (objective_id) DO UPDATE SET done_at = excluded.done_at, done_by = excluded.done_by`,
    [objective.id, objective.projectId, at, actor],
  );
}
