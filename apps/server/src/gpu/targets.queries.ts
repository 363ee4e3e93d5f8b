import type { DataSource } from 'typeorm';
import { ScrapeTargetEntity } from './gpu.entity.js';

interface ClaimedRow {
  id: string;
}

/** Claims every target that is due: of several workers one gets it, and none twice in an interval. */
export async function claimDueTargets(dataSource: DataSource): Promise<ScrapeTargetEntity[]> {
  const claimed = await dataSource.query<[ClaimedRow[], number]>(
    `UPDATE scrape_targets SET last_scraped_at = now()
     WHERE last_scraped_at IS NULL OR last_scraped_at <= now() - interval_seconds * interval '1 second' + interval '0.5 second'
     RETURNING id`,
  );
  const ids = claimed[0].map(({ id }) => id);
  if (ids.length === 0) return [];
  return dataSource.getRepository(ScrapeTargetEntity).createQueryBuilder('target').whereInIds(ids).getMany();
}
