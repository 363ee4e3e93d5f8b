import { OwnedByProject } from '@plimsoll/postgres';
import { Column, Entity } from 'typeorm';

@Entity('gpu_rates')
export class GpuRateEntity extends OwnedByProject {
  /** As the exporter writes modelName. */
  @Column({ type: 'text' })
  model!: string;

  /** Decimal amount an hour. */
  @Column({ type: 'numeric' })
  hourly!: string;

  @Column({ type: 'text' })
  currency!: string;
}

@Entity('scrape_targets')
export class ScrapeTargetEntity extends OwnedByProject {
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text' })
  kind!: 'dcgm' | 'engine';

  @Column({ name: 'interval_seconds', type: 'integer' })
  intervalSeconds!: number;

  @Column({ type: 'text', nullable: true })
  pool!: string | null;

  @Column({ name: 'last_scraped_at', type: 'timestamptz', nullable: true })
  lastScrapedAt!: Date | null;
}
