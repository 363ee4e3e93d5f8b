import type { ClickHouse } from '@plimsoll/clickhouse';

export interface ScrapeIdentity {
  project: string;
  target: string;
  at: Date;
  expiresOn: string;
}

export interface ScrapeFact {
  up: boolean;
  durationMs: number;
  samples: number;
  rejectedLines: number;
  firstRejected: string;
  error: string;
}

export async function insertScrape(clickhouse: ClickHouse, scrape: ScrapeIdentity, fact: ScrapeFact): Promise<void> {
  await clickhouse.insert('scrapes', [
    {
      project: scrape.project,
      target: scrape.target,
      at: scrape.at.toISOString(),
      up: fact.up ? 1 : 0,
      duration_ms: fact.durationMs,
      samples: fact.samples,
      rejected_lines: fact.rejectedLines,
      first_rejected: fact.firstRejected,
      error: fact.error,
      expires_on: scrape.expiresOn,
    },
  ]);
}
export interface LastScrape {
  target: string;
  at: string;
  up: number;
  samples: number;
  rejected_lines: number;
  error: string;
}

export async function lastScrapes(clickhouse: ClickHouse, project: string, since: Date): Promise<LastScrape[]> {
  return clickhouse.query<LastScrape>(
    `SELECT target, at, up, samples, rejected_lines, error FROM scrapes FINAL
     WHERE project = {project:String} AND at >= {since:DateTime64(3)} ORDER BY at DESC LIMIT 1 BY target`,
    { project, since },
  );
}
