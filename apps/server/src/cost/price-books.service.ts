import { Inject, Injectable } from '@nestjs/common';
import { type PriceRow } from '@plimsoll/contract';
import {
  loadShippedPriceBook,
  parseDecimal,
  PRICE_SCALE,
  type PriceBook,
  printDecimal,
  withOverrides,
} from '@plimsoll/cost';
import { DataSource } from 'typeorm';
import { PriceRowEntity } from './cost.entity.js';

/** A project's own prices reach every process within this time. */
const cachedMs = 15_000;

/** PostgreSQL prints all 18 digits of a numeric; people write the shortest form. */
function shortest(decimal: string): string {
  return printDecimal(parseDecimal(decimal, PRICE_SCALE), PRICE_SCALE);
}

export function priceRowOf(entity: PriceRowEntity): PriceRow {
  return {
    provider: entity.provider,
    model: entity.model,
    bucket: entity.bucket,
    perToken: shortest(entity.perToken),
    ...(entity.serviceTier === null ? {} : { serviceTier: entity.serviceTier }),
    ...(entity.aboveInputTokens === null ? {} : { aboveInputTokens: Number(entity.aboveInputTokens) }),
    ...(entity.validFrom === null ? {} : { validFrom: entity.validFrom.toISOString() }),
    ...(entity.validTo === null ? {} : { validTo: entity.validTo.toISOString() }),
  };
}

interface Cached {
  book: Promise<PriceBook>;
  until: number;
}

/** The price book of each project: its own rows before the shipped ones. */
@Injectable()
export class PriceBooks {
  private readonly books = new Map<string, Cached>();

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Answers from memory for 15 s. When PostgreSQL does not answer, the last known book keeps the ingest going. */
  async bookOf(projectId: string): Promise<PriceBook> {
    const known = this.books.get(projectId);
    if (known !== undefined && known.until > Date.now()) return known.book;
    const book = this.load(projectId).catch((error: unknown) => {
      if (known === undefined) throw error;
      return known.book;
    });
    this.books.set(projectId, { book, until: Date.now() + cachedMs });
    try {
      return await book;
    } catch (error) {
      this.books.delete(projectId);
      throw error;
    }
  }

  /** Makes a new price known in this process at once. */
  forget(projectId: string): void {
    this.books.delete(projectId);
  }

  private async load(projectId: string): Promise<PriceBook> {
    const rows = await this.dataSource
      .getRepository(PriceRowEntity)
      .find({ where: { projectId }, order: { createdAt: 'ASC' } });
    return withOverrides(loadShippedPriceBook(), rows.map(priceRowOf));
  }
}
