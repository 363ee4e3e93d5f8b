import { describe, expect, it } from 'vitest';
import { incidentOf, type IncidentLabel, type LabelledIncident, precisionOf } from './precision.js';

const labels = (real: number, falseAlarms: number, unjudged = 0): IncidentLabel[] => [
  ...Array<IncidentLabel>(real).fill('real'),
  ...Array<IncidentLabel>(falseAlarms).fill('false_alarm'),
  ...Array<IncidentLabel>(unjudged).fill(null),
];

describe('precision of alerts', () => {
  it('is the real ones of those judged, with a Wilson interval', () => {
    const { interval, ...counts } = precisionOf(labels(8, 2, 3));
    expect(counts).toEqual({ of: 13, judged: 10, real: 8, share: 0.8 });
    // 8 of 10 at 95 %, as printed for Wilson's interval without continuity correction: 0.4902, 0.9433.
    expect(interval?.low).toBeCloseTo(0.4902, 4);
    expect(interval?.high).toBeCloseTo(0.9433, 4);
    expect(interval?.level).toBe(0.95);
  });

  it('is not said of fewer than five that were judged', () => {
    expect(precisionOf(labels(3, 1, 20))).toEqual({ of: 24, judged: 4, real: 3, share: null, interval: null });
    expect(precisionOf(labels(5, 0)).share).toBe(1);
    expect(precisionOf([])).toMatchObject({ of: 0, judged: 0, share: null });
  });
});

describe('the incident of an alert', () => {
  const incident = (part: Partial<LabelledIncident>): LabelledIncident => ({
    id: 'a',
    reference: 'INC-1',
    label: null,
    fromMs: 100,
    toMs: 200,
    group: {},
    ...part,
  });
  const alert = { fromMs: 150, toMs: 300, group: {} };

  it.each([
    ['one that it overlaps', {}, true],
    ['one that is still open', { fromMs: 0, toMs: Infinity }, true],
    ['one that was over before', { toMs: 149 }, false],
    ['one that began after it', { fromMs: 301, toMs: 400 }, false],
  ])('is %s: %o', (_, part, found) => {
    expect(incidentOf(alert, [incident(part)])?.reference ?? null).toBe(found ? 'INC-1' : null);
  });

  it('is the real one of several, then the false alarm', () => {
    const all = [incident({}), incident({ label: 'false_alarm' }), incident({ label: 'real' })];
    expect(incidentOf(alert, all)?.label).toBe('real');
    expect(incidentOf(alert, all.slice(0, 2))?.label).toBe('false_alarm');
    expect(incidentOf(alert, all.slice(0, 1))?.label).toBe(null);
  });

  it('is of the same group', () => {
    const grouped = { ...alert, group: { customer: 'globex' } };
    expect(incidentOf(grouped, [incident({ group: { customer: 'initech' } })])).toBe(null);
    expect(incidentOf(grouped, [incident({ group: { customer: 'globex' } })])?.id).toBe('a');
    expect(incidentOf(grouped, [incident({})])?.id).toBe('a');
  });
});
