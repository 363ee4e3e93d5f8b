import { describe, expect, test } from 'vitest';
import { importOpenslo } from './import-openslo.js';

interface Parts {
  readonly name?: string;
  readonly metric?: string;
  readonly window?: string;
  readonly method?: string;
  readonly objective?: string;
  readonly more?: string;
}

const errors =
  'ratioMetric: {counter: true, bad: {metricSource: {type: plimsoll, spec: {sli: error, filter: {}}}}, total: {metricSource: {type: plimsoll, spec: {sli: calls}}}}';
const prometheus =
  'ratioMetric: {counter: true, good: {metricSource: {type: Prometheus, spec: {query: a}}}, total: {metricSource: {type: Prometheus, spec: {query: b}}}}';

function slo(parts: Parts = {}): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${parts.name ?? 'answers'}
spec:
  service: support
  indicator: {metadata: {name: answers}, spec: {${parts.metric ?? errors}}}
  timeWindow:
    - ${parts.window ?? '{duration: 28d, isRolling: true}'}
  budgetingMethod: ${parts.method ?? 'Occurrences'}
  objectives:
    - ${parts.objective ?? '{target: 0.99}'}
${parts.more ?? ''}`;
}

function condition(op: string): string {
  return `apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec:
  severity: page
  condition:
    kind: burnrate
    op: ${op}
    threshold: 2
    lookbackWindow: 1h
`;
}

function read(text: string, force = false) {
  return importOpenslo([{ name: 'a.yaml', text }], { force });
}

const timeslices = '{target: 0.9, timeSliceTarget: 0.95, timeSliceWindow: 5}';

// Verdict, line and words of what is found; the traps of the OpenSLO specification and its examples.
test.each([
  ['a plain objective', slo(), 'valid', []],
  [
    'the same as JSON',
    JSON.stringify({ apiVersion: 'openslo/v1', kind: 'Service', metadata: { name: 'a' } }),
    'valid',
    [],
  ],
  [
    '1m meant as a month',
    slo({ window: '{duration: 1m, isRolling: true}' }),
    'valid_with_warnings',
    [
      [7, /whole days/],
      [9, /a month is "M"/],
    ],
  ],
  [
    'op beside a ratio',
    slo({ objective: '{op: gt, target: 0.99}' }),
    'valid_with_warnings',
    [[12, /"op" has no meaning/]],
  ],
  ['a condition that fires when healthy', condition('lte'), 'invalid', [[8, /fires while the service is healthy/]]],
  ['a condition on gt', condition('gt'), 'valid', []],
  ['a name that is no label', slo({ name: 'AlertPolicy' }), 'valid_with_warnings', [[4, /"alertpolicy" would be/]]],
  ['a target of one', slo({ objective: '{target: 1}' }), 'invalid', [[12, /<1/]]],
  ['a target and a percentage', slo({ objective: '{target: 0.9, targetPercent: 90}' }), 'invalid', [[12, /either/]]],
  [
    'a calendar without a zone',
    slo({ window: '{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00}}' }),
    'invalid',
    [[9, /expected string/]],
  ],
  [
    'a calendar start without a time',
    slo({ window: '{duration: 1M, calendar: {startTime: 2026-01-01, timeZone: UTC}}' }),
    'invalid',
    [[9, /hh:mm:ss/]],
  ],
  [
    'a bare number of minutes as slice',
    slo({ method: 'Timeslices', objective: timeslices }),
    'valid_with_warnings',
    [[7, /Timeslices is kept/]],
  ],
  [
    'foreign metrics',
    slo({ metric: prometheus }),
    'valid_with_warnings',
    [[7, /"Prometheus", which is kept but not evaluated/]],
  ],
  ['an unknown field', slo({ more: '  markdown: x' }), 'invalid', [[13, /unknown field "markdown"/]]],
  ['an unknown version', slo().replace('openslo/v1', 'openslo/v9'), 'invalid', [[1, /is not openslo\/v1/]]],
  ['an unknown kind', slo().replace('kind: SLO', 'kind: Slo'), 'invalid', [[2, /no kind/]]],
  [
    'a reference to nothing',
    slo({ more: '  alertPolicies:\n    - alertPolicyRef: nowhere' }),
    'invalid',
    [[14, /no AlertPolicy "nowhere"/]],
  ],
  ['an empty list of policies', slo({ more: '  alertPolicies:' }), 'valid', []],
  [
    'a zone that is none',
    slo({ window: '{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Mars/Base}}' }),
    'invalid',
    [[9, /no IANA time zone/]],
  ],
  ['one name twice', `${condition('gt')}---\n${condition('gt')}`, 'valid_with_warnings', [[14, /twice/]]],
  ['broken YAML', 'a: [1\nb: 2\n', 'invalid', [[2, /./]]],
  ['nothing', '', 'invalid', [[1, /no OpenSLO object/]]],
  ['a scalar', 'hello', 'invalid', [[1, /no object/]]],
  ['an unknown measure', slo({ metric: errors.replace('sli: error', 'sli: luck') }), 'invalid', [[7, /indicator/]]],
] as const)('%s', (_, text, verdict, found) => {
  const answer = read(text);
  expect(answer.findings.slice(0, Math.max(found.length, 1)).map(({ line }) => line)).toEqual(
    found.map(([line]) => line),
  );
  for (const [index, [, words]] of found.entries()) expect(answer.findings[index]?.message).toMatch(words);
  expect(answer.verdict).toBe(verdict);
});

test('a condition that fires when healthy is only a warning when forced', () => {
  expect(read(condition('lte'), true).verdict).toBe('valid_with_warnings');
});

describe('an objective that Plimsoll measures', () => {
  test('becomes a definition; without alert policies it never pages', () => {
    const [objective] = read(slo({ objective: '{targetPercent: 99.95}' })).objectives;
    expect(objective).toMatchObject({
      evaluated: true,
      definition: { slug: 'answers', target: '0.9995', window: '28d', indicator: { kind: 'error' }, alerting: false },
    });
  });

  test.each([
    ['{duration: 4w, isRolling: true}', '28d'],
    ['{duration: 1M, isRolling: true}', '30d'],
    ['{duration: 1Q, isRolling: true}', '90d'],
    [
      '{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}}',
      { calendar: 'month', timeZone: 'Europe/Berlin' },
    ],
  ])('in a window %s', (window, expected) => {
    expect(read(slo({ window })).objectives[0]?.definition?.window).toEqual(expected);
  });

  test('takes limit and tiers from where OpenSLO has them, across files', () => {
    const latency = 'thresholdMetric: {metricSource: {type: plimsoll, spec: {sli: latency, measure: ttft}}}';
    const more = `  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: quick}
      spec: {alertWhenBreaching: true, conditions: [{conditionRef: fast}], notificationTargets: [{targetRef: us}]}`;
    const files = [
      { name: 'slo.yaml', text: slo({ metric: latency, objective: '{op: lte, value: 800, target: 0.99}', more }) },
      { name: 'alerts.yaml', text: condition('gt') },
    ];
    const { verdict, objectives } = importOpenslo(files);
    expect(verdict).toBe('valid_with_warnings');
    expect(objectives[0]?.definition).toMatchObject({
      indicator: { kind: 'latency', measure: 'ttft', thresholdMs: 800 },
      filter: { feature: ['support'] },
      alerting: true,
      // 2 x 1 h / 28 d of the budget, and a twelfth of the hour.
      policy: [{ name: 'quick', severity: 'page', long: '1h', short: '5m', budget: '0.002976190476190476' }],
    });
  });

  test('in v1alpha names its settings in the query', () => {
    const query = JSON.stringify({ sli: 'error', filter: {} });
    const source = { source: 'plimsoll', queryType: 'plimsoll', query };
    const text = JSON.stringify({
      apiVersion: 'openslo/v1alpha',
      kind: 'SLO',
      metadata: { name: 'old' },
      spec: {
        service: 'support',
        budgetingMethod: 'Occurrences',
        timeWindows: [{ count: 30, unit: 'Day', isRolling: true }],
        objectives: [{ ratioMetrics: { good: source, total: source, incremental: true }, target: 0.999, value: 1 }],
      },
    });
    const { verdict, objectives } = read(text);
    expect(verdict).toBe('valid');
    expect(objectives[0]?.definition).toMatchObject({ slug: 'old', target: '0.999', window: '30d' });
  });
});

test('foreign metrics are kept as they were written, references inlined', () => {
  const text = `${slo({ metric: prometheus }).replace(/ {2}indicator: .*/, '  indicatorRef: shared')}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: shared}
spec: {${prometheus}}
`;
  const [objective] = read(text).objectives;
  expect(objective).toMatchObject({
    evaluated: false,
    definition: null,
    document: { spec: { indicator: { spec: { ratioMetric: { good: { metricSource: { spec: { query: 'a' } } } } } } } },
  });
});
