import type { Indicator, Scorer } from '@plimsoll/contract';
import { useApi } from '../api/queries.js';
import { listOf } from '../form/field.js';
import { Choice, Input, OptionalNumber } from '../form/input.js';
import { without } from './definition.js';

interface IndicatorFieldsProps<T extends Indicator> {
  indicator: T;
  onChange: (indicator: Indicator) => void;
}

export function defaultIndicator(kind: string): Indicator {
  if (kind === 'error') return { kind: 'error' };
  if (kind === 'quality') return { kind: 'quality', scorer: 'refusal', measure: 'ratio' };
  if (kind === 'cost') return { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' };
  return { kind: 'latency', measure: 'ttft', thresholdMs: 1000 };
}

type Of<K extends Indicator['kind']> = Extract<Indicator, { kind: K }>;

/** What each kind of indicator needs to know. */
export function IndicatorFields({ indicator, onChange }: IndicatorFieldsProps<Indicator>) {
  if (indicator.kind === 'latency') return <LatencyFields indicator={indicator} onChange={onChange} />;
  if (indicator.kind === 'quality') return <QualityFields indicator={indicator} onChange={onChange} />;
  if (indicator.kind === 'cost') return <CostFields indicator={indicator} onChange={onChange} />;
  return (
    <Input
      name="classes"
      label="Only these classes of errors"
      placeholder="all"
      hint="Such as timeout, rate_limit; with commas between them"
      value={indicator.classes?.join(', ') ?? ''}
      onValue={(text) =>
        onChange(listOf(text).length > 0 ? { kind: 'error', classes: listOf(text) } : { kind: 'error' })
      }
    />
  );
}

function LatencyFields({ indicator, onChange }: IndicatorFieldsProps<Of<'latency'>>) {
  return (
    <>
      <Choice
        name="measure"
        label="Latency of"
        value={indicator.measure}
        words={{ ttft: 'the first token', per_output_token: 'each output token', end_to_end: 'the whole call' }}
        onValue={(measure) => onChange({ ...indicator, measure })}
      />
      <Input
        name="thresholdMs"
        label="Good up to (ms)"
        kind="number"
        value={String(indicator.thresholdMs)}
        onValue={(text) => onChange({ ...indicator, thresholdMs: Number(text) || 1 })}
      />
    </>
  );
}

function QualityFields({ indicator, onChange }: IndicatorFieldsProps<Of<'quality'>>) {
  const scorers = useApi<{ items: Scorer[] }>('/scorers', { query: { limit: 200 } });
  const slugs = new Set([...(scorers.data?.items.map(({ slug }) => slug) ?? []), indicator.scorer]);
  return (
    <>
      <Input
        name="scorer"
        label="Scorer"
        kind="select"
        value={indicator.scorer}
        options={[...slugs].map((value) => ({ value, label: value }))}
        onValue={(scorer) => onChange({ ...indicator, scorer })}
      />
      <Choice
        name="qualityMeasure"
        label="Read as"
        value={indicator.measure}
        words={{ ratio: 'share of answers that pass', mean: 'mean of the scores' }}
        onValue={(measure) => onChange({ ...indicator, measure })}
      />
      <OptionalNumber
        name="passMark"
        label="Pass mark"
        hint="Only for scores that are numbers"
        value={indicator.passMark}
        onValue={(passMark) =>
          onChange(passMark === undefined ? without(indicator, 'passMark') : { ...indicator, passMark })
        }
      />
    </>
  );
}

function CostFields({ indicator, onChange }: IndicatorFieldsProps<Of<'cost'>>) {
  const thing = indicator.per === 'request' ? 'a request' : 'an outcome';
  return (
    <>
      <Choice
        name="per"
        label="Cost of"
        value={indicator.per}
        words={{ request: 'a request', outcome: 'an outcome' }}
        onValue={(per) => onChange({ ...indicator, per })}
      />
      {indicator.per === 'outcome' && (
        <Input
          name="outcome"
          label="Outcome"
          placeholder="any"
          value={indicator.outcome ?? ''}
          onValue={(outcome) => onChange(outcome ? { ...indicator, outcome } : without(indicator, 'outcome'))}
        />
      )}
      <Input
        name="expected"
        label={`Expected cost of ${thing}`}
        kind="number"
        value={indicator.expected}
        onValue={(expected) => onChange({ ...indicator, expected })}
      />
      <Input
        name="ceiling"
        label={`Ceiling of ${thing}`}
        kind="number"
        value={indicator.ceiling}
        onValue={(ceiling) => onChange({ ...indicator, ceiling })}
      />
    </>
  );
}
