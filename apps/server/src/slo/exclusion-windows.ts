import { type DataSource, IsNull } from 'typeorm';
import { ObjectiveExclusion } from './objective-exclusion.entity.js';
import type { MinuteSpan } from './point-grain.js';

const minuteMs = 60_000;

/** Exclusion windows of a project that stand, by what they are for. */
export class ExclusionWindows {
  constructor(
    private readonly exclusions: readonly Pick<ObjectiveExclusion, 'objectiveId' | 'startsAt' | 'endsAt'>[],
  ) {}

  /** What does not count for an objective, or for one that is not saved yet (null): whole minutes, apart and in order. */
  of(objectiveId: string | null): readonly MinuteSpan[] {
    const spans = this.exclusions
      .filter((each) => each.objectiveId === null || each.objectiveId === objectiveId)
      .map(({ startsAt, endsAt }) => ({
        from: Math.floor(startsAt.getTime() / minuteMs),
        to: Math.ceil(endsAt.getTime() / minuteMs),
      }))
      .toSorted((a, b) => a.from - b.from);
    const merged: MinuteSpan[] = [];
    for (const span of spans) {
      const last = merged.at(-1);
      if (last === undefined || span.from > last.to) merged.push(span);
      else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    }
    return merged;
  }
}

/**
 * What counters leave out: minutes that were excluded before anybody could have been shown them. What is signed later, or
 * taken back, moves no minute that a counter has told already.
 */
export async function announcedWindows(database: DataSource, projectId: string): Promise<ExclusionWindows> {
  const rows = await database.getRepository(ObjectiveExclusion).findBy({ projectId });
  return new ExclusionWindows(
    rows.flatMap((row) => {
      const startsAt = later(row.startsAt, nextMinute(row.createdAt));
      const endsAt = row.revokedAt === null ? row.endsAt : earlier(row.endsAt, nextMinute(row.revokedAt));
      return startsAt < endsAt ? [{ objectiveId: row.objectiveId, startsAt, endsAt }] : [];
    }),
  );
}

function nextMinute(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / minuteMs) * minuteMs);
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

/** Read at every use: an exclusion counts from the moment it is signed, and no longer once it is taken back. */
export async function exclusionWindows(database: DataSource, projectId: string): Promise<ExclusionWindows> {
  const rows = await database.getRepository(ObjectiveExclusion).findBy({ projectId, revokedAt: IsNull() });
  return new ExclusionWindows(rows);
}
