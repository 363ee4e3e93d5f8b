import type { DataSource } from 'typeorm';
import { ObjectiveGroup } from './objective-group.entity.js';

/** Keys of the groups that a revision tells apart, the first admitted first. */
export async function admittedGroups(database: DataSource, revisionId: string): Promise<string[]> {
  const order = { admittedAt: 'ASC', groupKey: 'ASC' } as const;
  const rows = await database.getRepository(ObjectiveGroup).find({ where: { revisionId }, order });
  return rows.map(({ groupKey }) => groupKey);
}
