import { describe, expect, it } from 'vitest';
import { mitigationEffect } from './mitigation-effect.js';
import {
  fillRunbook,
  fillTemplate,
  runbookFor,
  runbookGap,
  runbookSteps,
  type RunbookValues,
  unknownParameters,
} from './runbook.js';

const values: RunbookValues = {
  'incident.id': 'i1',
  'incident.reference': 'INC-7',
  'incident.url': null,
  'objective.slug': 'answers',
  feature: 'support & sales',
  environment: null,
  onset: '2026-11-22T10:00:00.000Z',
  'prompt.name': 'answer',
  'suspect.kind': 'prompt',
  'suspect.attribute': 'promptVersion',
  'suspect.from': 'v7',
  'suspect.to': 'v8](x)',
};

describe('templates', () => {
  it('fills what there is and names what is missing', () => {
    expect(fillTemplate('{{suspect.from}} {{ prompt.name }} {{environment}}', values)).toEqual({
      text: 'v7 answer {{environment}}',
      missing: ['environment'],
    });
    expect(unknownParameters('{{suspect.from}} {{process.env}}')).toEqual(['process.env']);
  });

  it('encodes within addresses and leaves no mark-up of values in the text', () => {
    const text =
      'Compare [versions](https://x.test/{{suspect.from}}?to={{suspect.to}}&f={{feature}}) of {{suspect.to}}';
    expect(fillRunbook(text, values)).toBe(
      'Compare [versions](https://x.test/v7?to=v8%5D(x)&f=support%20%26%20sales) of v8\\](x)',
    );
  });
});

describe('runbookSteps', () => {
  it('numbers the checkable lines and shows who ticked them last', () => {
    const text = '# Do\n- [ ] look\n- not a step\n  * [x] roll back\n';
    const event = (seq: number, step: number, done: boolean) =>
      ({ seq, at: seq * 10, actor: 'kim', body: { kind: 'runbook_step', step, done } }) as const;
    expect(runbookSteps(text, [event(2, 1, true), event(3, 2, true), event(4, 2, false)])).toEqual([
      { step: 1, text: 'look', done: true, by: 'kim', at: 20 },
      { step: 2, text: 'roll back', done: false, by: 'kim', at: 40 },
    ]);
  });
});

describe('runbookFor', () => {
  const book = (name: string, part: object) => ({ name, objectives: [], kinds: [], suspectKinds: [], ...part });
  const books = [
    book('all', {}),
    book('errors', { kinds: ['error'] }),
    book('prompts', { suspectKinds: ['prompt'] }),
    book('answers', { objectives: ['answers'] }),
  ];
  it.each([
    ['answers', 'error', 'prompt', 'answers'],
    ['speed', 'error', 'prompt', 'prompts'],
    ['speed', 'error', null, 'errors'],
    ['speed', 'latency', 'model', 'all'],
  ])('%s %s %s: %s', (objective, kind, suspectKind, expected) => {
    expect(runbookFor(books, { objective, kind, suspectKind })?.name).toBe(expected);
  });
});

describe('mitigationEffect', () => {
  it('has the interval of the published example (Newcombe 1998, table II, 56/70 and 48/80)', () => {
    const effect = mitigationEffect({ n: 80, bad: 48 }, { n: 70, bad: 56 });
    expect(effect?.difference).toBeCloseTo(0.2, 12);
    expect(effect?.low).toBeCloseTo(0.0524, 4);
    expect(effect?.high).toBeCloseTo(0.3339, 4);
    expect(effect?.verdict).toBe('worse');
  });

  it('is better, unclear, or cannot be said', () => {
    expect(mitigationEffect({ n: 200, bad: 60 }, { n: 200, bad: 4 })?.verdict).toBe('better');
    expect(mitigationEffect({ n: 10, bad: 3 }, { n: 10, bad: 1 })?.verdict).toBe('no clear change');
    expect(mitigationEffect({ n: 10, bad: 3 }, { n: 0, bad: 0 })).toBeNull();
  });
});

describe('what an objective lacks without a runbook of its own', () => {
  const book = (part: object) => ({ objectives: [], kinds: [], suspectKinds: [], ...part });
  const subject = { objective: 'answers', kind: 'quality' };

  it.each([
    ['any', []],
    ['any', [book({ kinds: ['error'] }), book({ objectives: ['other'] })]],
    ['none', [book({})]],
    ['none', [book({ kinds: ['quality'] })]],
    ['until suspects are ranked', [book({ suspectKinds: ['prompt'] })]],
    ['any', [book({ kinds: ['error'], suspectKinds: ['prompt'] })]],
    ['none', [book({ suspectKinds: ['prompt'] }), book({ objectives: ['answers'] })]],
  ])('%s', (gap, runbooks) => {
    expect(runbookGap(runbooks, subject)).toBe(gap);
  });
});
