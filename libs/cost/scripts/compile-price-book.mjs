// Makes src/price-book/price-book.json from snapshots of the two public catalogues:
//   node libs/cost/scripts/compile-price-book.mjs LITELLM.json GENAI_PRICES.json
// Change the commits and dates below together with the snapshots.
import { readFileSync, writeFileSync } from 'node:fs';
import { compilePriceBook } from '../dist/price-book/compile.js';

const [, , litellmPath, genaiPath] = process.argv;
const target = new URL('../src/price-book/price-book.json', import.meta.url);
const sources = [
  {
    name: 'LiteLLM model_prices_and_context_window.json',
    url: 'https://github.com/BerriAI/litellm',
    commit: 'as mirrored by RoCry/llm-api-price at 8442b939a6ead479f7995b5d74d8dce488bd0966',
    date: '2026-07-24',
    licence: 'MIT',
    copyright: 'Copyright (c) 2023 Berri AI',
  },
  {
    name: 'genai-prices prices/data_slim.json',
    url: 'https://github.com/pydantic/genai-prices',
    commit: '47df840a5ab10bbcffb8e5ac01b9899032245d1b',
    date: '2026-08-21',
    licence: 'MIT',
    copyright: 'Copyright (c) Pydantic Services Inc. and individual contributors',
  },
];
const file = compilePriceBook({
  litellm: readFileSync(litellmPath, 'utf8'),
  litellmDate: '2026-07-24',
  genaiPrices: readFileSync(genaiPath, 'utf8'),
  sources,
  version: '2026-08-21',
});
const providers = Object.entries(file.providers).sort(([a], [b]) => (a < b ? -1 : 1));
const lines = [
  `{"version":${JSON.stringify(file.version)},"currency":"USD","sources":${JSON.stringify(file.sources)},`,
  `"quarantined":[`,
  file.quarantined.map((row) => JSON.stringify(row)).join(',\n'),
  `],"providers":{`,
  providers
    .map(([name, rows]) => `${JSON.stringify(name)}:[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`)
    .join(',\n'),
  '}}\n',
];
writeFileSync(target, lines.join('\n'));
