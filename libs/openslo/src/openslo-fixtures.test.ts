import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importOpenslo } from './import-openslo.js';

const folder = new URL('../../../test/fixtures/openslo/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ya?ml|json)$/.test(name))
  .toSorted();

function verdictOf(name: string, options: { force?: boolean; v2alpha?: boolean } = { v2alpha: true }) {
  return importOpenslo([{ name, text: readFileSync(new URL(name, folder), 'utf8') }], options);
}

/** Each file that is not simply valid, and why. */
const invalid: Readonly<Record<string, RegExp>> = {
  'go-sdk/decode/v1_slos.yaml': /timeWindow/,
  'go-sdk/decode/v2alpha_slos.yaml': /timeWindow/,
  'go-sdk/encode/v1_slo.json': /timeWindow/,
  'go-sdk/encode/v1_slo.yaml': /timeWindow/,
  'go-sdk/examples/v1/alert_conditions.yaml': /fires while the service is healthy/,
  'go-sdk/examples/v2alpha/alert_conditions.yaml': /fires while the service is healthy/,
  'go-sdk/export/inputs/custom_config.yaml': /no AlertCondition "cpu-usage-breach" among the files/,
  'go-sdk/export/inputs/v1_slo.yaml': /no AlertCondition "cpu-usage-breach" among the files/,
  'go-sdk/export/outputs/custom_config.yaml': /no AlertCondition "cpu-usage-breach" among the files/,
  'go-sdk/export/outputs/v1_slo.yaml': /no AlertCondition "cpu-usage-breach" among the files/,
  'go-sdk/inline/inputs/custom_config.yaml': /no AlertPolicy "single-referenced-object" among the files/,
  'go-sdk/inline/inputs/v1_alert_policies_keep_refs.yaml': /fires while the service is healthy/,
  'go-sdk/inline/inputs/v1_alert_policies_remove_refs.yaml': /fires while the service is healthy/,
  'go-sdk/inline/inputs/v1_slo.yaml': /fires while the service is healthy/,
  'go-sdk/inline/inputs/v1_slo_invalid_policy.yaml': /no AlertPolicy "no-policy" among the files/,
  'go-sdk/inline/inputs/v1_slo_invalid_sli.yaml': /no SLI "no-sli" among the files/,
  'go-sdk/inline/outputs/custom_config.yaml': /no AlertPolicy "single-referenced-object" among the files/,
  'go-sdk/inline/outputs/v1_alert_policies_keep_refs.yaml': /fires while the service is healthy/,
  'go-sdk/inline/outputs/v1_alert_policies_remove_refs.yaml': /fires while the service is healthy/,
  'go-sdk/inline/outputs/v1_slo.yaml': /fires while the service is healthy/,
  'oslo/invalid-apiversion.yaml': /"foo" is not openslo/,
  'oslo/unknown-field.yaml': /unknown field "markdown"/,
};
const withWarnings: readonly string[] = [
  'go-sdk/decode/v2alpha_data_source.yaml',
  'go-sdk/examples/v1/services.yaml',
  'go-sdk/examples/v1/slos.yaml',
  'go-sdk/examples/v1alpha/slos.yaml',
  'go-sdk/examples/v2alpha/services.yaml',
  'go-sdk/examples/v2alpha/slos.yaml',
  'go-sdk/inline/inputs/v1_slo_invalid_target.yaml',
  'oslo/mix/1.yaml',
  'oslo/mix/2.yaml',
  'oslo/mix/3.yaml',
  'oslo/recursive/1.yaml',
  'oslo/recursive/nested/2.yaml',
  'oslo/recursive/nested/nested2/nested3/3.yaml',
  'oslo/v1.yaml',
  'oslo/v1alpha.yaml',
  'oslo/v2alpha.yaml',
  'spec/budgeting-method/occurences-slo.yaml',
  'spec/budgeting-method/ratio-timeslices.yaml',
  'spec/budgeting-method/timeslices-slo.yaml',
  'spec/treat-low-traffic-as-equally-important/timeslices-slo.yaml',
];

describe('documents of the OpenSLO projects', () => {
  it.each(files)('%s', (name) => {
    const { verdict, findings } = verdictOf(name);
    const reason = invalid[name];
    expect(verdict).toBe(
      reason !== undefined ? 'invalid' : withWarnings.includes(name) ? 'valid_with_warnings' : 'valid',
    );
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ path, message }) => `${path}: ${message}`).join('\n')).toMatch(reason ?? /^$/);
    for (const { file, line } of findings) expect([file, line > 0]).toEqual([name, true]);
  });

  // `oslo validate` refuses every file of its own tests. Ours are warnings where the specification's examples do the same:
  // names that are no label, `op` beside a ratio, a v1alpha ratio without value and slice.
  it.each(files.filter((name) => name.startsWith('oslo/')))('%s is refused or warned about, as by oslo', (name) => {
    expect(verdictOf(name).verdict).not.toBe('valid');
  });

  it.each(files.filter((name) => name.startsWith('go-sdk/examples/')))('%s is valid, as for the go-sdk', (name) => {
    // Its conditions fire at `lte`, which we take only when told to.
    expect(verdictOf(name, { force: true, v2alpha: true }).verdict).not.toBe('invalid');
  });

  it('reads the draft only when asked for, and then as v1', () => {
    const name = 'go-sdk/examples/v2alpha/slos.yaml';
    expect(verdictOf(name, {}).findings[0]?.message).toMatch(/the draft is read when asked for/);
    const [draft] = verdictOf(name).objectives;
    expect(draft?.document).toMatchObject({
      apiVersion: 'openslo/v1',
      spec: {
        service: 'web',
        indicator: { spec: { ratioMetric: { good: { metricSource: { metricSourceRef: 'my-prometheus' } } } } },
      },
    });
  });
});
