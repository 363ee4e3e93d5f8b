import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../../apps/dashboard/dist', import.meta.url));
const kib = 1024;
const gzipSize = (file: string) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / kib;

/** What the browser must load before the first page can be shown. */
const limits = { initialScript: 200, initialStyle: 25, chart: 230, chunk: 60 };

describe.skipIf(!existsSync(join(dist, 'index.html')))('built dashboard', () => {
  const index = existsSync(join(dist, 'index.html')) ? readFileSync(join(dist, 'index.html'), 'utf8') : '';
  const initial = [...index.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file as string);

  test('the initial load keeps its budget', () => {
    const total = (ending: string) =>
      initial.filter((file) => file.endsWith(ending)).reduce((sum, file) => sum + gzipSize(file), 0);
    expect(total('.js')).toBeLessThanOrEqual(limits.initialScript);
    expect(total('.css')).toBeLessThanOrEqual(limits.initialStyle);
  });

  test('each lazy chunk keeps its budget, and charts are lazy', () => {
    const chunks = readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.js'));
    const lazy = chunks.filter((file) => !initial.includes(`assets/${file}`));
    const charts = lazy.filter((file) => file.startsWith('canvas-'));
    expect(charts).toHaveLength(1);
    for (const file of lazy) {
      const limit = charts.includes(file) ? limits.chart : limits.chunk;
      expect(gzipSize(`assets/${file}`), file).toBeLessThanOrEqual(limit);
    }
  });

  test('there is no inline script, no foreign address and no source map', () => {
    expect(index).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(index).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.map'))).toEqual([]);
  });
});
