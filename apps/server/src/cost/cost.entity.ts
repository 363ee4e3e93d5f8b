import type { BudgetPeriod, ServiceTier, TokenBucket } from '@plimsoll/contract';
import { OwnedByProject } from '@plimsoll/postgres';
import { Column, Entity } from 'typeorm';

/** A project's own price; rows are added, never changed. */
@Entity('price_rows')
export class PriceRowEntity extends OwnedByProject {
  @Column({ type: 'text' })
  provider!: string;

  @Column({ type: 'text' })
  model!: string;

  @Column({ type: 'text' })
  bucket!: TokenBucket;

  /** Decimal USD per token. */
  @Column({ name: 'per_token', type: 'numeric' })
  perToken!: string;

  @Column({ name: 'service_tier', type: 'text', nullable: true })
  serviceTier!: ServiceTier | null;

  @Column({ name: 'above_input_tokens', type: 'bigint', nullable: true })
  aboveInputTokens!: string | null;

  @Column({ name: 'valid_from', type: 'timestamptz', nullable: true })
  validFrom!: Date | null;

  @Column({ name: 'valid_to', type: 'timestamptz', nullable: true })
  validTo!: Date | null;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;
}

export interface BudgetScope {
  feature?: string | undefined;
  customer?: string | undefined;
  team?: string | undefined;
}

@Entity('budgets')
export class BudgetEntity extends OwnedByProject {
  @Column({ type: 'text' })
  name!: string;

  /** Decimal USD. */
  @Column({ type: 'numeric' })
  amount!: string;

  @Column({ type: 'text' })
  period!: BudgetPeriod;

  @Column({ name: 'time_zone', type: 'text' })
  timeZone!: string;

  @Column({ type: 'jsonb' })
  scope!: BudgetScope;
}

@Entity('outcome_definitions')
export class OutcomeDefinitionEntity extends OwnedByProject {
  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'attribution_seconds', type: 'integer' })
  attributionSeconds!: number;
}
