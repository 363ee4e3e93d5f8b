import { type DataSource, IsNull } from 'typeorm';
import { ObjectiveExclusion } from './objective-exclusion.entity.js';
import type { MinuteSpan } from './point-grain.js';

const minuteMs = 60_000;

/** Exclusion windows of a project that stand, by what they are for. */
export class ExclusionWindows {
  constructor(private readonly exclusions: readonly ObjectiveExclusion[]) {}

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

/** Read at every use: an exclusion counts from the moment it is signed, and no longer once it is taken back. */
export async function exclusionWindows(database: DataSource, projectId: string): Promise<ExclusionWindows> {
  const rows = await database.getRepository(ObjectiveExclusion).findBy({ projectId, revokedAt: IsNull() });
  return new ExclusionWindows(rows);
}
