import type { IncidentCourse } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { courseCharts } from './course-charts.js';

const step = (minute: string, calls: number, cost: string | null) => ({
  t: `2026-11-22T10:${minute}:00.000Z`,
  calls,
  errorRatio: 0.25,
  p50Ms: 400,
  p95Ms: 1900,
  cost,
  priced: cost === null ? 0 : 2,
});
const course: IncidentCourse = {
  from: '2026-11-22T10:01:00.000Z',
  to: '2026-11-22T10:07:30.000Z',
  stepSeconds: 120,
  currency: 'USD',
  calls: [step('00', 4, '0.5'), step('04', 6, null)],
  quality: [],
  gpus: [],
};

test('only what exists has a chart', () => {
  const words = (part: Partial<IncidentCourse>) => courseCharts({ ...course, ...part }).map(({ label }) => label);
  expect(words({})).toEqual([
    'Errors, share of the calls',
    'Latency of the calls, median and 95th percentile',
    'Cost a call in USD',
    'Calls in each 2 min',
  ]);
  expect(words({ calls: [step('00', 4, null)] })).not.toContain('Cost a call in USD');
  expect(words({ calls: [] })).toEqual([]);
});

test('a step without calls is a gap, and no calls', () => {
  const charts = courseCharts(course);
  const minutes = charts[0]?.series[0]?.points.map(([at]) => new Date(at).getUTCMinutes());
  expect(minutes).toEqual([0, 2, 4, 6]);
  const valuesOf = (label: string) =>
    charts.find((chart) => chart.label.startsWith(label))?.series[0]?.points.map(([, value]) => value);
  expect(valuesOf('Errors')).toEqual([0.25, null, 0.25, null]);
  expect(valuesOf('Cost')).toEqual([0.25, null, null, null]);
  // The first and the last step are cut by the range: fewer calls there would be no fall.
  expect(valuesOf('Calls')).toEqual([null, 0, 6, null]);
});

test('the first scorer has its interval, a pool its KV cache', () => {
  const point = { t: '2026-11-22T10:02:00.000Z', n: 9, value: 0.8, low: 0.5, high: 0.9 };
  const [quality, gpus] = courseCharts({
    ...course,
    calls: [],
    quality: [
      { scorer: 'right', measure: 'ratio', points: [point] },
      { scorer: 'polite', measure: 'mean', points: [point] },
    ],
    gpus: [{ id: null, name: 'Pool m', reading: 'kv', points: [{ t: point.t, value: 0.97 }] }],
  });
  expect(quality?.series.map(({ name }) => name)).toEqual([
    'Quality, right: share of 9 scored that pass',
    '95 % interval, low',
    '95 % interval, high',
    'Quality, polite: mean of 9 scores',
  ]);
  expect(gpus?.series[0]).toMatchObject({ name: 'Pool m, KV cache', dashed: true });
});
