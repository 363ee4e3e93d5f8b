import { PlimsollError, suspectsOutput } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { evaluateSuspects } from './evaluate-suspects.js';

const input = {
  onset: '2026-11-01T12:00:00Z',
  end: '2026-11-01T13:00:00Z',
  cells: [
    { period: 'baseline', attributes: { promptVersion: 'v7' }, n: 1000, bad: 40 },
    { period: 'incident', attributes: { promptVersion: 'v8' }, n: 1000, bad: 150 },
  ],
  changes: [
    { id: 'A', kind: 'prompt', at: '2026-11-01T11:58:00Z', attribute: 'promptVersion', from: 'v7', to: 'v8' },
    { id: 'C', kind: 'release', at: '2026-11-01T11:58:00Z', attribute: 'release', from: '2.3.0', to: '2.3.1' },
  ],
};

describe('evaluateSuspects', () => {
  it('answers in the declared shape, with a hint for what cannot be told apart', () => {
    const output = evaluateSuspects(input);
    expect(suspectsOutput.parse(output)).toEqual(output);
    expect(output.verdict).toBe('inseparable');
    expect(output.hints).toEqual(['Cannot tell prompt v8 from release 2.3.1; split them with a 5 % canary.']);
  });

  it('is the same for the same input', () => {
    expect(JSON.stringify(evaluateSuspects(input))).toBe(JSON.stringify(evaluateSuspects(structuredClone(input))));
  });

  it.each([
    ['an unknown field', { ...input, onst: 1 }, 'onst'],
    ['more bad than events', { ...input, cells: [{ ...input.cells[0], bad: 2000 }] }, 'cells.0.bad'],
    ['a time that is none', { ...input, onset: 'yesterday' }, 'onset'],
    ['an end before the onset', { ...input, end: '2026-11-01T11:00:00Z' }, 'end'],
    ['two changes of one id', { ...input, changes: [input.changes[0], input.changes[0]] }, 'changes'],
    ['nothing', null, 'input'],
  ])('names the field of %s', (_name, broken, field) => {
    expect(() => evaluateSuspects(broken)).toThrowError(PlimsollError);
    expect(() => evaluateSuspects(broken)).toThrowError(field);
  });

  it('widens the window by half the interval of the onset', () => {
    const late = { ...input, changes: [{ ...input.changes[0], at: '2026-11-01T12:02:00Z' }] };
    expect(evaluateSuspects(late).suspects[0]?.reason).toBe('after onset');
    const onsetInterval = { from: '2026-11-01T11:57:00Z', to: '2026-11-01T12:03:00Z' };
    expect(evaluateSuspects({ ...late, onsetInterval }).suspects[0]?.band).toBe('strong');
  });
});
