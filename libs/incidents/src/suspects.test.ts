import { describe, expect, it } from 'vitest';
import type { CandidateChange } from './candidates.js';
import type { Cell } from './cells.js';
import { hintsFor } from './hints.js';
import { rankSuspects } from './suspects.js';

const minute = 60_000;
const onset = Date.UTC(2026, 10, 1, 12);
const end = onset + 60 * minute;

function cells(rows: [Cell['period'], Record<string, string>, number, number][]): Cell[] {
  return rows.map(([period, attributes, n, bad]) => ({ period, attributes, n, bad }));
}

/** Six significant digits, as the worked examples are printed. */
function expectDigits(value: number | null | undefined, expected: number): void {
  expect(Number(value?.toPrecision(6))).toBe(Number(expected.toPrecision(6)));
}

const s1Cells = cells([
  ['baseline', { promptVersion: 'v7', model: 'm' }, 1600, 64],
  ['baseline', { promptVersion: 'v7', model: 'mini' }, 400, 32],
  ['incident', { promptVersion: 'v7', model: 'm' }, 200, 8],
  ['incident', { promptVersion: 'v8', model: 'm' }, 500, 75],
  ['incident', { promptVersion: 'v7', model: 'mini' }, 100, 8],
  ['incident', { promptVersion: 'v8', model: 'mini' }, 200, 36],
]);
const s1Changes: CandidateChange[] = [
  { id: 'D', kind: 'scorer', at: onset - 26 * 60 * minute },
  { id: 'C', kind: 'release', at: onset - 180 * minute, attribute: 'release', from: '2.3.0', to: '2.3.1' },
  { id: 'B', kind: 'route', at: onset - 40 * minute, attribute: 'model', from: 'm', to: 'mini' },
  { id: 'A', kind: 'prompt', at: onset - 12 * minute, attribute: 'promptVersion', from: 'v7', to: 'v8' },
];

describe('worked example S1', () => {
  const ranking = rankSuspects({ onset, end, cells: s1Cells, changes: s1Changes });
  const suspect = (id: string) => ranking.suspects.find((one) => one.id === id);

  it('splits Delta by model into rate and mix', () => {
    expectDigits(ranking.baselineRate, 0.048);
    expectDigits(ranking.incidentRate, 0.127);
    expectDigits(ranking.delta, 0.079);
    const model = ranking.byAttribute.find(({ attribute }) => attribute === 'model');
    expectDigits(model?.values[0]?.rate, 0.0589286);
    expectDigits(model?.values[1]?.rate, 0.0166667);
    expectDigits(model?.rate, 0.0755952);
    expectDigits(model?.values[0]?.mix, 0.000821429);
    expectDigits(model?.values[1]?.mix, 0.00258333);
    expectDigits(model?.mix, 0.00340476);
  });

  it('judges the prompt with the other candidates held fixed', () => {
    const prompt = suspect('A');
    expectDigits(prompt?.riskDifference, 0.106818);
    expectDigits(prompt?.crudeRiskDifference, 0.105238);
    expectDigits(prompt?.exposedShare, 0.7);
    expectDigits(prompt?.contribution, 0.0747727);
    expectDigits(prompt?.explained, 0.94649);
    expectDigits(prompt?.lnBayesFactor, 8.92033);
    expectDigits(prompt?.probabilityWorse, 0.999999);
    expect(prompt?.evidence).toBe(2);
    expectDigits(prompt?.kernel, 0.904837);
    expectDigits(prompt?.score, 25.6926);
    expectDigits(prompt?.share, 0.999625);
    expect(prompt?.control).toBe('concurrent');
    expect(prompt?.band).toBe('strong');
  });

  it('gives the route its mix, the release nothing and the old scorer less', () => {
    expectDigits(suspect('B')?.explained, 0.0430983);
    expectDigits(suspect('B')?.kernel, 0.716531);
    expectDigits(suspect('B')?.score, 0.00463219);
    expectDigits(suspect('B')?.share, 0.000180225);
    expect(suspect('C')?.riskDifference).toBe(0);
    expectDigits(suspect('C')?.lnBayesFactor, -3.28281);
    expectDigits(suspect('C')?.probabilityWorse, 0.697516);
    expectDigits(suspect('C')?.evidence, -1.28112);
    // 0.15 * exp(-1.5) * 10^-1.281122649605613 * 0.01
    expectDigits(suspect('C')?.score, 1.75197e-5);
    expect(suspect('C')?.share.toPrecision(5)).toBe('6.8164e-7');
    expect(suspect('D')?.score.toPrecision(3)).toBe('1.13e-9');
    expectDigits(ranking.unknownScore, 0.005);
    expectDigits(ranking.unknownShare, 0.000194536);
  });

  it('orders A, unknown, B, C, D and names the prompt', () => {
    expect(ranking.suspects.map(({ id }) => id)).toEqual(['A', 'B', 'C', 'D']);
    expect(ranking.unknownShare).toBeLessThan(suspect('A')?.share ?? 0);
    expect(ranking.unknownShare).toBeGreaterThan(suspect('B')?.share ?? 1);
    expect(ranking.verdict).toBe('suspect');
    expect(suspect('C')?.band).toBe('excluded');
  });

  it('reads the same when the release is an attribute of the cells', () => {
    const withRelease = s1Cells.map((cell) => ({
      ...cell,
      attributes: { ...cell.attributes, release: cell.period === 'baseline' ? '2.3.0' : '2.3.1' },
    }));
    const again = rankSuspects({ onset, end, cells: withRelease, changes: s1Changes });
    expect(again.suspects.map(({ id, score }) => [id, score])).toEqual(
      ranking.suspects.map(({ id, score }) => [id, score]),
    );
  });
});

describe('worked example S2, traffic mix', () => {
  const s2 = cells([
    ['baseline', { model: 'm' }, 800, 32],
    ['baseline', { model: 'mini' }, 200, 24],
    ['incident', { model: 'm' }, 300, 12],
    ['incident', { model: 'mini' }, 700, 84],
  ]);

  it('finds the whole of Delta in the mix', () => {
    const ranking = rankSuspects({ onset, end, cells: s2, changes: [] });
    expectDigits(ranking.delta, 0.04);
    expectDigits(ranking.byAttribute[0]?.values[0]?.mix, 0.018);
    expectDigits(ranking.byAttribute[0]?.values[1]?.mix, 0.022);
    expect(ranking.byAttribute[0]?.rate).toBeCloseTo(0, 12);
    expect(ranking.verdict).toBe('traffic mix');
    expect(ranking.unknownShare).toBe(1);
  });

  it('blames no version that changed at the same time', () => {
    const changes: CandidateChange[] = [
      { id: 'release', kind: 'release', at: onset - 5 * minute },
      { id: 'prompt', kind: 'prompt', at: onset - 90 * minute },
    ];
    const ranking = rankSuspects({ onset, end, cells: s2, changes });
    expect(ranking.verdict).toBe('traffic mix');
    expect(ranking.suspects.map(({ band }) => band)).not.toContain('strong');
    expect(ranking.suspects.map(({ band }) => band)).not.toContain('possible');
  });

  it('names the route change that moved the traffic', () => {
    const changes: CandidateChange[] = [{ id: 'route', kind: 'route', at: onset - 5 * minute, attribute: 'model' }];
    const ranking = rankSuspects({ onset, end, cells: s2, changes });
    expect(ranking.suspects[0]).toMatchObject({ id: 'route', band: 'strong', control: 'mix' });
    expect(ranking.verdict).toBe('traffic mix');
  });
});

describe('worked example S3, inseparable', () => {
  const at = onset - 2 * minute;
  const changes: CandidateChange[] = [
    { id: 'release', kind: 'release', at, attribute: 'release', from: '2.3.0', to: '2.3.1' },
    { id: 'prompt', kind: 'prompt', at, attribute: 'promptVersion', from: 'v7', to: 'v8' },
  ];

  it('makes one group without an order', () => {
    const s3 = cells([
      ['baseline', { promptVersion: 'v7', release: '2.3.0' }, 1000, 40],
      ['incident', { promptVersion: 'v8', release: '2.3.1' }, 1000, 150],
    ]);
    const ranking = rankSuspects({ onset, end, cells: s3, changes });
    const [first, second] = ranking.suspects;
    expect(first?.score).toBe(second?.score);
    expect(first?.share).toBe(second?.share);
    expect(first?.explained).toBeCloseTo(1, 12);
    expect(first?.groupedWith).toEqual([second?.id]);
    expect(second?.groupedWith).toEqual([first?.id]);
    expect(first?.share).toBeGreaterThan(0.99);
    expect(ranking.verdict).toBe('inseparable');
  });

  it('separates them once a canary keeps the old version alive', () => {
    const canary = cells([
      ['baseline', { promptVersion: 'v7', release: '2.3.0' }, 1000, 40],
      ['incident', { promptVersion: 'v8', release: '2.3.1' }, 800, 120],
      ['incident', { promptVersion: 'v7', release: '2.3.1' }, 200, 8],
    ]);
    const ranking = rankSuspects({ onset, end, cells: canary, changes });
    expect(ranking.verdict).toBe('suspect');
    expect(ranking.suspects.map(({ id }) => id)).toEqual(['prompt', 'release']);
  });
});

describe('limits', () => {
  it('excludes by rule what came after the onset or more than 48 h before', () => {
    const changes: CandidateChange[] = [
      { id: 'late', kind: 'prompt', at: onset + minute, attribute: 'promptVersion', from: 'v7', to: 'v8' },
      { id: 'old', kind: 'prompt', at: onset - 49 * 60 * minute, attribute: 'promptVersion', from: 'v7', to: 'v8' },
    ];
    const ranking = rankSuspects({ onset, end, cells: s1Cells, changes });
    expect(ranking.suspects.map(({ id, band, reason }) => [id, band, reason])).toEqual([
      ['late', 'excluded', 'after onset'],
      ['old', 'excluded', 'more than 48 h before onset'],
    ]);
    expect(ranking.unknownShare).toBe(1);
    const withSlack = rankSuspects({ onset, end, cells: s1Cells, changes, slackMs: 2 * minute });
    expect(withSlack.suspects[0]).toMatchObject({ id: 'late', band: 'strong', kernel: 1 });
  });

  it('says nothing from too few events and nothing of what did not move', () => {
    const few = cells([
      ['baseline', { promptVersion: 'v7' }, 1000, 10],
      ['incident', { promptVersion: 'v8' }, 20, 10],
    ]);
    const change: CandidateChange = { ...s1Changes[3]!, id: 'p' };
    expect(rankSuspects({ onset, end, cells: few, changes: [change] }).verdict).toBe('too few to judge');
    const same = cells([
      ['baseline', { promptVersion: 'v7' }, 1000, 50],
      ['incident', { promptVersion: 'v8' }, 1000, 52],
    ]);
    expect(rankSuspects({ onset, end, cells: same, changes: [change] }).verdict).toBe('no change found');
  });

  it('does not blame a version for having been worse all along', () => {
    const stale = cells([
      ['baseline', { promptVersion: 'v7', model: 'a' }, 500, 20],
      ['baseline', { promptVersion: 'v8', model: 'a' }, 500, 60],
      ['incident', { promptVersion: 'v7', model: 'b' }, 500, 70],
      ['incident', { promptVersion: 'v8', model: 'b' }, 500, 110],
    ]);
    const changes: CandidateChange[] = [
      { id: 'prompt', kind: 'prompt', at: onset - 5 * minute, attribute: 'promptVersion', from: 'v7', to: 'v8' },
      { id: 'model', kind: 'model', at: onset - 5 * minute, attribute: 'model', from: 'a', to: 'b' },
    ];
    const ranking = rankSuspects({ onset, end, cells: stale, changes });
    expect(ranking.suspects[0]).toMatchObject({ id: 'model', band: 'strong' });
    expect(ranking.suspects[1]?.explained).toBeCloseTo(0, 9);
  });

  describe('a changed scorer', () => {
    const at = onset - 3 * minute;
    const scorer: CandidateChange = { id: 's', kind: 'scorer', at, from: '1', to: '2' };
    const prompt: CandidateChange = { id: 'p', kind: 'prompt', at, attribute: 'promptVersion', from: 'v7', to: 'v8' };
    const both = cells([
      ['baseline', { promptVersion: 'v7' }, 4000, 160],
      ['incident', { promptVersion: 'v8' }, 1000, 380],
    ]);
    const ask = (n: number, badBefore: number, badAfter: number) => {
      const rescored = new Map([['s', { n, badBefore, badAfter }]]);
      return rankSuspects({ onset, end, cells: both, changes: [prompt, scorer], rescored });
    };

    it('is the suspect when the same calls fail with it, and the product only for the rest', () => {
      const moved = ask(50, 2, 19);
      expect(moved.suspects[0]).toMatchObject({ id: 's', control: 'rescored', band: 'strong', groupedWith: [] });
      expect(moved.suspects[0]?.explained).toBeCloseTo(0.34 / 0.34, 9);
      expect(moved.suspects[1]?.band).not.toMatch(/strong|possible/);
      expect(hintsFor(moved, [prompt, scorer])).toEqual([
        'scorer 2 scored 50 calls from before again: 2 failed then, 19 fail with it. So the measurement moved, the product only by the rest.',
      ]);
    });

    it('is none when they do not', () => {
      const unmoved = ask(50, 2, 2);
      expect(unmoved.suspects[0]).toMatchObject({ id: 'p', band: 'strong' });
      expect(unmoved.suspects.find(({ id }) => id === 's')?.band).not.toMatch(/strong|possible/);
      expect(hintsFor(unmoved, [prompt, scorer])).toEqual([
        'scorer 2 scored 50 calls from before again: 2 failed then, 2 fail with it. So the measurement did not move.',
      ]);
    });
  });

  it('names nothing that is only as bad as the same hours a week ago, but for what a control of the same time shows', () => {
    const change: CandidateChange = {
      id: 'p',
      kind: 'prompt',
      at: onset - 5 * minute,
      attribute: 'promptVersion',
      from: 'v7',
      to: 'v8',
    };
    const rolledOut = cells([
      ['baseline', { promptVersion: 'v7' }, 4000, 160],
      ['incident', { promptVersion: 'v8' }, 1000, 120],
    ]);
    const ask = (season: { n: number; bad: number } | undefined, asked: Cell[] = rolledOut) =>
      rankSuspects({ onset, end, cells: asked, changes: [change], season });
    expect(ask(undefined).suspects[0]?.band).toBe('strong');
    expect(ask({ n: 900, bad: 40 })).toMatchObject({ seasonal: false, verdict: 'suspect' });
    const seasonal = ask({ n: 900, bad: 110 });
    expect(seasonal).toMatchObject({ seasonal: true, verdict: 'no change found' });
    expect(seasonal.suspects[0]?.band).toBe('weak');
    expect(hintsFor(seasonal, [change])).toEqual([
      'The same hours a week ago were as bad (12.2 % of 900 calls): it may be the season.',
    ]);
    expect(ask({ n: 10, bad: 9 }).seasonal).toBe(false);
    const canary = cells([
      ['baseline', { promptVersion: 'v7' }, 4000, 160],
      ['incident', { promptVersion: 'v8' }, 500, 100],
      ['incident', { promptVersion: 'v7' }, 500, 20],
    ]);
    expect(ask({ n: 900, bad: 110 }, canary)).toMatchObject({ seasonal: true, verdict: 'suspect' });
  });

  it.each([
    ['a handful of good calls before the onset does not clear a full rollout', 50, 2, true],
    ['hours of them do', 2000, 40, false],
  ])('%s', (_, n, bad, named) => {
    const rolledOut = cells([
      ['baseline', { promptVersion: 'v7' }, 16_000, 400],
      ['baseline', { promptVersion: 'v8' }, n, bad],
      ['incident', { promptVersion: 'v8' }, 300, 36],
    ]);
    const at = onset - 8 * minute;
    const change: CandidateChange = { id: 'p', kind: 'prompt', at, attribute: 'promptVersion', from: 'v7', to: 'v8' };
    const [first] = rankSuspects({ onset, end, cells: rolledOut, changes: [change] }).suspects;
    expect(first?.band === 'strong').toBe(named);
  });

  it('survives empty input', () => {
    const ranking = rankSuspects({ onset, end, cells: [], changes: s1Changes });
    expect(ranking.verdict).toBe('too few to judge');
    expect(ranking.suspects.every(({ score }) => Number.isFinite(score))).toBe(true);
  });
});
