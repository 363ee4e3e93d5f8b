import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readGpuPage, type GpuSample } from '../dcgm.js';
import { readEnginePage, type EngineSample } from '../engines.js';
import { parseExposition } from '../exposition/exposition.js';
import { gpuConditions } from './conditions.js';
import type { Scrape } from './window.js';

const file = (name: string) =>
  parseExposition(readFileSync(new URL(`../../../../test/fixtures/exposition/${name}`, import.meta.url)));
const [device] = readGpuPage(file('dcgm_exporter_4.8_k8s.prom')).samples as [GpuSample];
const [engine] = readEnginePage(file('vllm_v1.prom')) as [EngineSample];
const minuteMs = 60_000;
const hwThermal = 64;

/** A scrape every 30 s of the minutes [from, to). */
const scrapesOf = (from: number, to: number, part: (minute: number) => Partial<Scrape>): Scrape[] =>
  Array.from({ length: (to - from) * 2 }, (_, index) => {
    const atMs = from * minuteMs + index * 30_000;
    return { atMs, gpu: null, engine: null, ...part(Math.floor(atMs / minuteMs)) };
  });
const range = (from: number, to: number) => ({ fromMs: from * minuteMs, toMs: to * minuteMs, intervalMs: 30_000 });

test('clocks that are held down are told once, and again when they were free for longer than a window', () => {
  const held = (minute: number): boolean =>
    (minute >= 10 && minute < 20) || (minute >= 22 && minute < 25) || minute >= 40;
  const scrapes = scrapesOf(0, 50, (minute) => ({
    gpu: { ...device, clockEventReasons: held(minute) ? hwThermal : 0, thermalViolationNs: null, clockEventShares: {} },
  }));
  const found = gpuConditions(scrapes, range(5, 50));
  expect(found.map(({ state, subReason, atMs }) => [state, subReason, atMs / minuteMs])).toEqual([
    // A fifth of the ten scrapes is reached within the minute: one of them at its beginning, three at its end.
    ['throttled', 'thermal', 11],
    ['throttled', 'thermal', 41],
  ]);
  expect(found[0]?.evidence).toEqual([
    { series: 'clock event hw_thermal', value: 0.3, threshold: '>= 0.2 of the window' },
  ]);
  expect(gpuConditions(scrapes, range(5, 9))).toEqual([]);
});

test('requests that wait on a full KV cache are memory pressure; those that wait for something else are not', () => {
  const waiting = (kvUsage: number) =>
    scrapesOf(0, 20, (minute) => ({
      engine: { ...engine, preemptions: 0, waiting: minute < 10 ? 0 : 12, kvUsage: minute < 10 ? 0.4 : kvUsage },
    }));
  const [found, ...rest] = gpuConditions(waiting(0.97), range(5, 20));
  expect(rest).toEqual([]);
  // Four fifths of the scrapes must agree.
  expect(found).toMatchObject({ state: 'memory_pressure', subReason: 'kv_capacity', atMs: 14 * minuteMs });
  expect(found?.evidence).toContainEqual({ series: 'engine kvUsage', value: 0.97, threshold: '>= 0.9' });
  expect(gpuConditions(waiting(0.5), range(5, 20))).toEqual([]);
});
