import { groupDimension, objectiveWrite, type ObjectiveWrite } from '@plimsoll/contract';
import { checkDefinition } from '@plimsoll/slo';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportOpenslo } from './export-openslo.js';
import { importOpenslo } from './import-openslo.js';

const at = Date.UTC(2026, 0, 1);
const words = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => text.trim() !== '');
const slugs = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,79}$/);
const targets = fc.stringMatching(/^0?\.[0-9]{1,25}$/).filter((text) => Number(text) > 0);
const money = fc.tuple(fc.nat(5), fc.nat(999)).map(([units, rest]) => `${units}.${String(rest).padStart(3, '0')}`);

const indicators = fc.oneof(
  fc.record({
    kind: fc.constant('latency' as const),
    measure: fc.constantFrom('ttft', 'per_output_token', 'end_to_end'),
    thresholdMs: fc.double({ min: 0.001, max: 1e7, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('error' as const), classes: fc.uniqueArray(fc.constantFrom('timeout', 'rate_limit')) }),
  fc.record({ kind: fc.constant('error' as const) }),
  fc.record(
    {
      kind: fc.constant('quality' as const),
      scorer: slugs,
      measure: fc.constantFrom('ratio', 'mean'),
      passMark: fc.double({ min: -5, max: 5, noNaN: true }).map((mark) => mark + 0),
    },
    { requiredKeys: ['kind', 'scorer', 'measure'] },
  ),
  fc.record({
    kind: fc.constant('cost' as const),
    per: fc.constant('outcome' as const),
    outcome: words,
    expected: money,
    ceiling: money,
  }),
  fc.record({
    kind: fc.constant('cost' as const),
    per: fc.constant('request' as const),
    expected: money,
    ceiling: money,
  }),
);
const policies = fc.oneof(
  fc.constantFrom('google' as const, 'pyrra' as const, 'sloth' as const),
  fc.uniqueArray(
    fc.record({
      name: words,
      severity: fc.constantFrom('page', 'ticket'),
      long: fc.constantFrom('1h', '60m', '6h', '1d', '1h30m', '3d'),
      short: fc.constantFrom('5m', '30m', '90s', '1h30m'),
      budget: fc.constantFrom('0.02', '0.10', '0.05', '0.3', '0.123456789'),
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  ),
  fc.record({
    thresholds: fc.uniqueArray(
      fc.oneof(
        fc.record({
          name: words,
          severity: fc.constantFrom('page', 'ticket'),
          over: fc.constantFrom('0.1', '6.5'),
          window: fc.constantFrom('5m', '1h'),
          for: fc.constantFrom('1m', '10m'),
        }),
        fc.record({
          name: words,
          severity: fc.constantFrom('page', 'ticket'),
          exhaustsIn: fc.constantFrom('4h', '1d', '90m'),
        }),
        fc.record({
          name: words,
          severity: fc.constantFrom('page', 'ticket'),
          drop: fc.constantFrom('0.1', '0.250'),
          window: fc.constantFrom('6h', '1d'),
        }),
      ),
      { minLength: 1, maxLength: 3, selector: ({ name }) => name },
    ),
  }),
);
const windows = fc.oneof(
  fc.integer({ min: 7, max: 400 }).map((days) => `${days}d`),
  fc.constantFrom('7d', '28d', '30d'),
  fc.constant('028d'),
  fc.record({
    calendar: fc.constantFrom('day', 'week', 'month', 'quarter', 'year'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  }),
);
const values = fc.uniqueArray(words, { minLength: 1, maxLength: 3 });

/** Keys are whatever a client sends: dots, commas, quotes and brackets among them. */
const keyedDimensions = fc
  .tuple(fc.constantFrom('attributes', 'resource', 'metadata', 'tags'), fc.string({ minLength: 1, maxLength: 30 }))
  .map(([column, key]) => `${column}.${key}`)
  .filter((name) => groupDimension.safeParse(name).success);

const objectives = fc
  .record(
    {
      slug: slugs,
      name: words,
      description: fc.oneof(fc.string({ maxLength: 40 }), fc.constant('x'.repeat(1800))),
      indicator: indicators,
      filter: fc
        .tuple(
          fc.record({ feature: values, model: values, promptVersion: values }, { requiredKeys: [] }),
          fc.dictionary(keyedDimensions, values, { maxKeys: 2 }),
        )
        .map(([named, keyed]) => ({ ...named, ...keyed })),
      groupBy: fc.uniqueArray(fc.oneof(fc.constantFrom('feature', 'model', 'customer'), keyedDimensions), {
        maxLength: 2,
      }),
      unit: fc.constantFrom('call', 'trace'),
      target: targets,
      window: windows,
      policy: policies,
      stretch: fc.boolean(),
      volumeAware: fc.boolean(),
      minBad: fc.nat(50),
      outage: fc.boolean(),
      timeslice: fc.record({ target: fc.oneof(targets, fc.constantFrom('1', '1.0', '0.950')) }),
      owner: words,
      runbook: fc.string({ maxLength: 200 }),
      alerting: fc.boolean(),
    },
    { requiredKeys: ['slug', 'name', 'indicator', 'target'] },
  )
  .map((value) => objectiveWrite.safeParse(value))
  .filter(({ success, data }) => success && isAccepted(data));

function isAccepted(definition: ObjectiveWrite): boolean {
  try {
    checkDefinition(definition, Date.UTC(2024, 0, 1));
    checkDefinition(definition, at);
    return true;
  } catch {
    return false;
  }
}

test('what is exported comes back as it was', () => {
  fc.assert(
    fc.property(objectives, ({ data }) => {
      const definition = data as ObjectiveWrite;
      const text = exportOpenslo([definition]);
      const { verdict, findings, objectives: back } = importOpenslo([{ name: 'x.yaml', text }]);
      expect(findings).toEqual([]);
      expect(verdict).toBe('valid');
      expect(back.map((one) => one.definition)).toEqual([definition]);
    }),
    { numRuns: 400 },
  );
  // Some seconds of its own, more beside other tests.
}, 30_000);

test('an edited threshold wins over the preset it was exported from', () => {
  const definition = objectiveWrite.parse({ slug: 'a', name: 'A', indicator: { kind: 'error' }, target: '0.99' });
  const text = exportOpenslo([definition]).replace('threshold: 13.44', 'threshold: 20');
  const { verdict, objectives: back } = importOpenslo([{ name: 'x.yaml', text }]);
  expect(verdict).toBe('valid_with_warnings');
  expect(back[0]?.definition?.policy).toMatchObject([{ name: 'page fast', budget: '0.02976190476190476' }, {}, {}, {}]);
});

test('several objectives stand in one file', () => {
  const definitions = ['a', 'b'].map((slug) =>
    objectiveWrite.parse({
      slug,
      name: slug,
      indicator: { kind: 'error' },
      target: '0.99',
      filter: { feature: ['Chat'] },
    }),
  );
  const text = exportOpenslo(definitions);
  expect(text.match(/kind: Service/g)).toHaveLength(1);
  expect(importOpenslo([{ name: 'x.yaml', text }]).objectives.map((one) => one.definition)).toEqual(definitions);
});
