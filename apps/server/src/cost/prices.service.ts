import { Inject, Injectable } from '@nestjs/common';
import { price, priceCurrency, PlimsollError, type PriceRow } from '@plimsoll/contract';
import { bookOf, listPrices, loadShippedPriceBook } from '@plimsoll/cost';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import type { Principal } from '../http/principal.js';
import { PriceRowEntity } from './cost.entity.js';
import { PriceBooks, priceRowOf } from './price-books.service.js';

export type Price = z.output<typeof price>;

let shipped: readonly Price[] | undefined;

/** The shipped book never changes within a process: its rows are listed once. */
function shippedPrices(): readonly Price[] {
  return (shipped ??= listPrices(loadShippedPriceBook()).map((row) => ({
    ...row.price,
    source: row.source,
    currency: priceCurrency,
  })));
}

interface PriceQuery {
  provider?: string | undefined;
  model?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

@Injectable()
export class PricesService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(PriceBooks) private readonly books: PriceBooks,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /** The project's own rows first, then the shipped book's, in one stable order. */
  async list(projectId: string, query: PriceQuery): Promise<{ items: Price[]; nextCursor: string | null }> {
    const own = await this.dataSource
      .getRepository(PriceRowEntity)
      .find({ where: { projectId }, order: { createdAt: 'DESC', id: 'ASC' } });
    const all = [
      ...own.map((row): Price => ({ ...priceRowOf(row), source: 'project', currency: priceCurrency })),
      ...shippedPrices(),
    ];
    const provider = query.provider?.toLowerCase();
    const model = query.model?.toLowerCase();
    const matching = all.filter(
      (row) =>
        (provider === undefined || row.provider === provider) &&
        (model === undefined || row.model.toLowerCase().includes(model)),
    );
    const start = query.cursor === undefined ? 0 : decodeCursor(query.cursor, z.number().int().min(0));
    const end = start + query.limit;
    return { items: matching.slice(start, end), nextCursor: matching.length > end ? encodeCursor(end) : null };
  }

  /** Adds a row; a price that is wrong is ended by `validTo` of a new row, so that history can be explained. */
  async add(principal: Principal, row: PriceRow): Promise<Price> {
    // Throws for a pattern or a date that nobody could use later.
    bookOf([row]);
    if (
      row.validFrom !== undefined &&
      row.validTo !== undefined &&
      Date.parse(row.validFrom) >= Date.parse(row.validTo)
    ) {
      throw new PlimsollError('invalid_input', 'validTo: must lie after validFrom', { field: 'validTo' });
    }
    const saved = await this.dataSource.getRepository(PriceRowEntity).save({
      projectId: principal.project.id,
      provider: row.provider,
      model: row.model,
      bucket: row.bucket,
      perToken: row.perToken,
      serviceTier: row.serviceTier ?? null,
      aboveInputTokens: row.aboveInputTokens === undefined ? null : String(row.aboveInputTokens),
      validFrom: row.validFrom === undefined ? null : new Date(row.validFrom),
      validTo: row.validTo === undefined ? null : new Date(row.validTo),
      createdBy: principal.actor,
    });
    this.books.forget(principal.project.id);
    const subject = `${row.provider}/${row.model} ${row.bucket}`;
    await this.audit.record(principal, { action: 'price.add', subject, detail: { ...row } });
    return { ...priceRowOf(saved as PriceRowEntity), source: 'project', currency: priceCurrency };
  }
}
