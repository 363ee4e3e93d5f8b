import { createRequire } from 'node:module';
import type { PriceBook } from './book.js';
import { readPriceBookFile, type PriceBookFile } from './file.js';

let shipped: PriceBook | undefined;

export function shippedPriceBookFile(): PriceBookFile {
  // A require, because Node 20 still prints a warning for an imported JSON module.
  return createRequire(import.meta.url)('./price-book.json') as PriceBookFile;
}

/** The price book that ships with the product, read once. */
export function loadShippedPriceBook(): PriceBook {
  return (shipped ??= readPriceBookFile(shippedPriceBookFile()));
}
