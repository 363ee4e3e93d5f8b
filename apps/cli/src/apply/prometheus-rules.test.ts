import { readFileSync } from 'node:fs';
import { objectiveWrite, prometheusRulesExport } from '@plimsoll/contract';
import {
  foldTier,
  initialTierStatus,
  judgedObjective,
  objectiveCounters,
  PointSeries,
  prometheusRules,
  type SliPoint,
} from '@plimsoll/slo';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ruleFile } from './prometheus-rules.js';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}
interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const definitionOf = (fields: object) =>
  objectiveWrite.parse({ slug: 'slo1', name: 'Answers', indicator: { kind: 'error' }, stretch: false, ...fields });

function exported(fields: object, project = 'svc01'): RuleFile {
  const { groups, notes } = prometheusRules({ project, definition: definitionOf(fields) });
  // As the platform answers and the command writes it.
  const text = ruleFile(prometheusRulesExport.parse({ rules: { groups }, notes }));
  return parse(text) as RuleFile;
}

const rulesOf = (file: RuleFile, part: string): readonly Rule[] =>
  file.groups.find(({ name }) => name.startsWith(`sloth-slo-${part}-`))?.rules ?? [];
/** The figures of an expression: vectors and products; names, selectors and ranges have none that count. */
const figuresOf = ({ expr }: Rule): number[] =>
  [...expr.matchAll(/vector\((?:1-)?([\d.]+)\)|\(([\d.]+) \* ([\d.]+)\)/g)].flatMap(([text, vector, factor, budget]) =>
    vector === undefined
      ? [Number(factor), Number(budget)]
      : [text.includes('1-') ? 1 - Number(vector) : Number(vector)],
  );
/** Which recordings an expression reads, in order. */
const readsOf = ({ expr }: Rule): string[] => [...expr.matchAll(/slo:[a-z_]+:[a-z_\d]+/g)].map(([name]) => name);

describe.each([
  ['30d', 'getting-started-30d.yml'],
  ['28d', 'out-base-28d.yaml.tpl'],
  ['7d', 'out-base-custom-windows-7d.yaml.tpl'],
])('rules of a %s objective beside those of sloth', (window, fixture) => {
  const ours = exported({ target: '0.999', window });
  const text = readFileSync(new URL(`../../../../test/fixtures/sloth/${fixture}`, import.meta.url), 'utf8');
  const all = parse(text.replaceAll('{{ .version }}', 'dev').replaceAll(/\{\{"(.*?)"\}\}/g, '$1')) as RuleFile;
  // The first objective of the file.
  const theirs: RuleFile = { groups: all.groups.slice(0, 3) };

  it.each(['sli-recordings', 'meta-recordings'])('has the same %s', (part) => {
    const [own, other] = [rulesOf(ours, part), rulesOf(theirs, part)];
    expect(own.map(({ record }) => record)).toEqual(other.map(({ record }) => record));
    expect(own.map(({ labels }) => labels['sloth_window'])).toEqual(other.map(({ labels }) => labels['sloth_window']));
    for (const rule of own) expect(Object.keys(rule.labels)).toEqual(expect.arrayContaining(['sloth_id', 'sloth_slo']));
  });

  it('has the same figures', () => {
    const [own, other] = [rulesOf(ours, 'meta-recordings'), rulesOf(theirs, 'meta-recordings')];
    for (const [index, rule] of own.entries()) {
      const expected = figuresOf(other[index] as Rule);
      const figures = figuresOf(rule);
      expect(figures).toHaveLength(expected.length);
      for (const [k, value] of figures.entries()) expectClose(value, expected[k] as number);
      if (rule.record?.includes('burn_rate') === true) expect(readsOf(rule)).toEqual(readsOf(other[index] as Rule));
    }
  });

  it('has the same alerts: windows, factors and budget', () => {
    const [own, other] = [rulesOf(ours, 'alerts'), rulesOf(theirs, 'alerts')];
    expect(own.map(({ labels }) => labels['sloth_severity'])).toEqual(['page', 'ticket']);
    for (const [index, rule] of own.entries()) {
      const expected = other[index] as Rule;
      expect(readsOf(rule)).toEqual(readsOf(expected));
      expect(figuresOf(rule)).toHaveLength(8);
      for (const [k, value] of figuresOf(rule).entries()) expectClose(value, figuresOf(expected)[k] as number);
      expect(skeletonOf(rule)).toBe(skeletonOf(expected));
    }
  });
});

function expectClose(value: number, expected: number): void {
  expect(Math.abs(value - expected) / Math.abs(expected)).toBeLessThan(1e-9);
}

/** An expression without its figures and selectors. */
function skeletonOf({ expr }: Rule): string {
  return expr
    .replaceAll(/\{[^}]*\}/g, '{}')
    .replaceAll(/[\d.]+ \* [\d.]+/g, 'f * b')
    .replaceAll(/\s+/g, ' ');
}

describe('what is exported', () => {
  it('is exact: 1 - 0.999 is 0.001', () => {
    const [, budget] = rulesOf(exported({ target: '0.999', window: '30d' }), 'meta-recordings');
    expect(budget?.expr).toBe('vector(0.001)');
  });

  it('is what sloth makes of OpenSLO where nothing alerts: recordings alone', () => {
    const text = readFileSync(
      new URL('../../../../test/fixtures/sloth/out-openslo-30d.yaml.tpl', import.meta.url),
      'utf8',
    );
    const theirs = parse(text.replaceAll('{{ .version }}', 'dev')) as RuleFile;
    const ours = exported({ target: '0.999', window: '30d', alerting: false });
    const names = ({ groups }: RuleFile): unknown[] => groups.map(({ rules }) => rules.map(({ record }) => record));
    // Without alerts sloth still records the windows of its own tiers, and so do we.
    expect(names(ours)).toEqual(names(theirs));
  });

  it('names the feature as the service, else the project, and quotes both', () => {
    const [rule] = rulesOf(exported({ target: '0.99', filter: { feature: ['say "hi"'] } }), 'sli-recordings');
    expect(rule?.labels['sloth_service']).toBe('say "hi"');
    expect(rule?.expr).toContain('{project="svc01", objective="slo1"}');
    const [alert] = rulesOf(exported({ target: '0.99', filter: { feature: ['say "hi"'] } }), 'alerts');
    expect(alert?.expr).toContain('sloth_service="say \\"hi\\""');
  });

  it.each([
    [{ target: '0.99', window: { calendar: 'month', timeZone: 'UTC' } }, 0, /no calendar windows/],
    [{ target: '0.99', indicator: { kind: 'cost', per: 'request', expected: '1', ceiling: '2' } }, 0, /no ratio/],
    [{ target: '0.95', indicator: { kind: 'quality', scorer: 'judge' } }, 3, /no interval/],
    [
      { target: '0.99', policy: { thresholds: [{ name: 'a', severity: 'page', over: '0.1', window: '5m' }] } },
      2,
      /plain/,
    ],
    [
      { target: '0.99', policy: { thresholds: [{ name: 'a', severity: 'page', exhaustsIn: '24h' }] } },
      2,
      /of exhaustion/,
    ],
  ])('says what it cannot: %o', (fields, groups, note) => {
    const found = prometheusRules({ project: 'p', definition: definitionOf(fields) });
    expect(found.groups).toHaveLength(groups);
    expect(found.notes.join(' ')).toMatch(note);
  });
});

const minutes = 3 * 1440;

/** Calls of one synthetic day after three of history: a hard hour, a slow burn and a blip; a quarter of the traffic at night. */
function syntheticMinute(minute: number): { eligible: number; bad: number } {
  const eligible = minute % 1440 < 360 ? 50 : 200;
  if (minute < minutes) return { eligible, bad: minute % 3 === 0 ? 1 : 0 };
  const into = minute - minutes;
  const share = into >= 300 && into < 345 ? 0.35 : into >= 600 && into < 1100 ? 0.07 : into === 1300 ? 1 : 0;
  return { eligible, bad: Math.round(eligible * share) };
}

/**
 * Independent evaluation of the exported text as Prometheus would do it, from scraped counters: rate() with its
 * extrapolation, the ratio of sums, the comparisons and `and`/`or`.
 */
class RuleEvaluation {
  private readonly samples: { at: number; events: number; bad: number }[] = [];

  constructor(private readonly rules: readonly Rule[]) {
    let [events, bad] = [0, 0];
    const scrapes = (minutes + 1440) * 4;
    for (let scrape = 0; scrape < scrapes; scrape += 1) {
      // A minute is counted with the first scrape after its end.
      if (scrape % 4 === 0 && scrape > 0) {
        const closed = syntheticMinute(scrape / 4 - 1);
        events += closed.eligible;
        bad += closed.bad;
      }
      this.samples.push({ at: scrape * 15, events, bad });
    }
  }

  /** increase/range of one counter over (at - seconds, at], as promql's extrapolatedRate without resets. */
  private rate(counter: 'events' | 'bad', at: number, seconds: number): number {
    const within = this.samples.slice(Math.max(0, Math.floor((at - seconds) / 15) + 1), Math.floor(at / 15) + 1);
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined || within.length < 2) return Number.NaN;
    const sampled = last.at - first.at;
    const average = sampled / (within.length - 1);
    const increase = last[counter] - first[counter];
    let toStart = first.at - (at - seconds);
    let toEnd = at - last.at;
    if (toStart >= average * 1.1) toStart = average / 2;
    if (increase > 0) toStart = Math.min(toStart, sampled * (first[counter] / increase));
    if (toEnd >= average * 1.1) toEnd = average / 2;
    return (increase * ((sampled + toStart + toEnd) / sampled)) / seconds;
  }

  private recording(name: string, at: number): number {
    const rule = this.rules.find(({ record }) => record === name);
    const [bad, events] = [...(rule?.expr.matchAll(/rate\((\w+)\{[^}]*\}\[(\w+)\]/g) ?? [])].map(
      ([, counter, window]) =>
        this.rate(counter === objectiveCounters.bad ? 'bad' : 'events', at, secondsOf(window ?? '')),
    );
    return (bad ?? Number.NaN) / (events ?? Number.NaN);
  }

  /** Whether each parenthesis of an alert (a tier) holds at an instant. */
  tiers({ expr }: Rule, at: number): boolean[] {
    return expr
      .split(/\nor\n/)
      .map((tier) =>
        [...tier.matchAll(/max\((\S+?)\{[^}]*\} > \(([\d.]+) \* ([\d.]+)\)\)/g)].every(
          ([, name, factor, budget]) => this.recording(name ?? '', at) > Number(factor) * Number(budget),
        ),
      );
  }
}

const secondsIn = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
function secondsOf(duration: string): number {
  return [...duration.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * secondsIn[unit as keyof typeof secondsIn],
    0,
  );
}

/** [from, to) of each run of minutes that hold. */
function intervalsOf(holds: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  for (const [minute, held] of holds.entries()) {
    const last = found.at(-1);
    if (held && last?.[1] === minute) last[1] = minute + 1;
    else if (held) found.push([minute, minute + 1]);
  }
  return found;
}

describe('one stream through the engine and through the rules', () => {
  // The outage rule is ours alone.
  const fields = { target: '0.99', window: '28d', minBad: 0, outage: false };
  const objective = judgedObjective(definitionOf(fields), 28 * 86_400);
  const file = exported(fields);
  const evaluation = new RuleEvaluation(rulesOf(file, 'sli-recordings'));
  const alerts = rulesOf(file, 'alerts');
  const byRules = Array.from({ length: 1440 }, (_, into) =>
    // Minute m is counted at its end and seen by an evaluation half a scrape later.
    alerts.flatMap((alert) => evaluation.tiers(alert, (minutes + into + 1) * 60 + 7)),
  );
  const points = Array.from({ length: minutes + 1440 }, (_, minute): SliPoint => {
    const { eligible, bad } = syntheticMinute(minute);
    const weighted = { sumW: eligible, sumWx: bad, sumW2: eligible, sumW2x: bad, sumW2x2: bad };
    const rest = { cost: 0n, outcomes: 0, selected: eligible, settled: eligible, excluded: 0 };
    return { minute, stratum: '', population: eligible, eligible, bad, ...weighted, ...rest };
  });
  const series = new PointSeries(points);

  it.each(objective.tiers.map((tier, index) => [tier.name, tier, index] as const))(
    'agrees on when %s holds, to one step',
    (_, tier, index) => {
      const held: boolean[] = [];
      foldTier({
        objective,
        tier,
        series,
        status: initialTierStatus,
        from: minutes,
        to: minutes + 1440,
        observe: (_minute, { signal }) => held.push(typeof signal === 'object' && signal.enter),
      });
      const ours = intervalsOf(held);
      const theirs = intervalsOf(byRules.map((tiers) => tiers[index] === true));
      expect(ours.length).toBeGreaterThan(0);
      expect(theirs).toHaveLength(ours.length);
      for (const [k, interval] of ours.entries()) {
        expect(Math.abs(interval[0] - (theirs[k]?.[0] ?? Infinity))).toBeLessThanOrEqual(1);
        expect(Math.abs(interval[1] - (theirs[k]?.[1] ?? Infinity))).toBeLessThanOrEqual(1);
      }
    },
  );
});
