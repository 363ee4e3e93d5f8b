import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PriceRowEntity } from './cost.entity.js';
import { PriceBooks } from './price-books.service.js';

/** Prices alone, for whoever prices spans. */
@Module({ imports: [TypeOrmModule.forFeature([PriceRowEntity])], providers: [PriceBooks], exports: [PriceBooks] })
export class PricesModule {}
