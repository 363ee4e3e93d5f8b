import { Button } from '@mantine/core';
import type { AnyThreshold, DropSpec, ExhaustionSpec, ObjectiveWrite, ThresholdSpec } from '@plimsoll/contract';
import { Choice, Input, OptionalNumber, Toggle } from '../form/input.js';
import type { DefinitionProps } from './definition.js';
import {
  choiceOf,
  firstThreshold,
  kindOf,
  ofKind,
  ownTiers,
  policyChoices,
  policyOfChoice,
  thresholdKinds,
  thresholdsOf,
  withThresholds,
} from './policy-choice.js';
import classes from './slo.module.css';

/** When somebody is told: by burn rate, by thresholds, or by both. */
export function AlertFields({ definition, onChange }: DefinitionProps) {
  const { policy } = definition;
  const choice = choiceOf(policy);
  const thresholds = thresholdsOf(policy);
  const set = (next: readonly AnyThreshold[]) => onChange({ policy: withThresholds(policy, next) });
  return (
    <fieldset className={classes.group}>
      <legend>Alerts</legend>
      <Toggle
        name="alerting"
        label="Opens incidents"
        value={definition.alerting}
        onValue={(alerting) => onChange({ alerting })}
      />
      <Input
        name="policy"
        label="By"
        kind="select"
        value={choice}
        options={choice === ownTiers.value ? [ownTiers, ...policyChoices] : policyChoices}
        onValue={(next) => onChange({ policy: policyOfChoice(next, policy) })}
      />
      {thresholds.map((threshold, index) => (
        <ThresholdFields
          key={index}
          threshold={threshold}
          cost={definition.indicator.kind === 'cost'}
          onChange={(next) => set(thresholds.map((other, at) => (at === index ? next : other)))}
          onRemove={thresholds.length > 1 ? () => set(thresholds.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      {thresholds.length > 0 && thresholds.length < 12 && (
        <Button onClick={() => set([...thresholds, { ...firstThreshold, name: `threshold ${thresholds.length + 1}` }])}>
          Add a threshold
        </Button>
      )}
      <Toggle
        name="stretch"
        label="Stretch windows that a loose target could never fill"
        value={definition.stretch}
        onValue={(stretch) => onChange({ stretch })}
      />
      <Toggle
        name="volumeAware"
        label="Count what a quiet or busy hour weighs in the budget"
        value={definition.volumeAware}
        onValue={(volumeAware) => onChange({ volumeAware })}
      />
      {(definition.indicator.kind === 'latency' || definition.indicator.kind === 'error') && (
        <Toggle
          name="outage"
          label="Page an outage: most calls of the last minutes bad, whatever the target"
          value={definition.outage !== false}
          onValue={(outage) => onChange({ outage: outage ? undefined : false } as Partial<ObjectiveWrite>)}
        />
      )}
      {(definition.indicator.kind === 'latency' || definition.indicator.kind === 'error') && (
        <OptionalNumber
          name="timeslice"
          label="Count minutes that are this good, in %"
          hint="Empty: count calls. For very few of them: a minute without calls is good, all are expected"
          value={definition.timeslice === undefined ? undefined : Number(definition.timeslice.target) * 100}
          onValue={(value) =>
            onChange({
              timeslice:
                value === undefined || !(value > 0) ? undefined : { target: String(Math.min(100, value) / 100) },
            } as Partial<ObjectiveWrite>)
          }
        />
      )}
      <OptionalNumber
        name="minBad"
        label="Bad calls at least"
        hint="Empty: 3 for a page, 2 for a ticket"
        value={definition.minBad}
        onValue={(value) =>
          onChange({
            minBad: value === undefined ? undefined : Math.max(0, Math.round(value)),
          } as Partial<ObjectiveWrite>)
        }
      />
    </fieldset>
  );
}

interface ThresholdFieldsProps {
  threshold: AnyThreshold;
  cost: boolean;
  onChange: (threshold: AnyThreshold) => void;
  onRemove: (() => void) | undefined;
}

/** "Tell me when X is over Y for Z", in the order in which one says it. */
function ThresholdFields({ threshold, cost, onChange, onRemove }: ThresholdFieldsProps) {
  return (
    <div className={classes.threshold}>
      <Input
        name="thresholdName"
        label="Called"
        value={threshold.name}
        onValue={(name) => onChange({ ...threshold, name })}
      />
      <div className={classes.thresholdKind}>
        <Choice
          name="thresholdKind"
          label="When"
          value={kindOf(threshold)}
          words={thresholdKinds}
          onValue={(kind) => onChange(ofKind(kind, threshold))}
        />
      </div>
      <ThresholdTerms threshold={threshold} cost={cost} onChange={onChange} />
      <Choice
        name="severity"
        label="Is a"
        value={threshold.severity}
        words={{ ticket: 'ticket', page: 'page' }}
        onValue={(severity) => onChange({ ...threshold, severity })}
      />
      {onRemove && <Button onClick={onRemove}>Remove</Button>}
    </div>
  );
}

type TermsProps<T> = { threshold: T; onChange: (threshold: AnyThreshold) => void };

function ThresholdTerms({ threshold, cost, onChange }: TermsProps<AnyThreshold> & { cost: boolean }) {
  if ('exhaustsIn' in threshold) return <ExhaustionTerms threshold={threshold} onChange={onChange} />;
  if ('drop' in threshold) return <DropTerms threshold={threshold} onChange={onChange} />;
  return <PlainTerms threshold={threshold} cost={cost} onChange={onChange} />;
}

function ExhaustionTerms({ threshold, onChange }: TermsProps<ExhaustionSpec>) {
  return (
    <Input
      name="exhaustsIn"
      label="Within"
      value={threshold.exhaustsIn}
      placeholder="24h"
      onValue={(exhaustsIn) => onChange({ ...threshold, exhaustsIn })}
    />
  );
}

function DropTerms({ threshold, onChange }: TermsProps<DropSpec>) {
  return (
    <>
      <Share
        name="drop"
        label="Budget share over"
        value={threshold.drop}
        onValue={(drop) => onChange({ ...threshold, drop })}
      />
      <Within value={threshold.window} onValue={(window) => onChange({ ...threshold, window })} />
    </>
  );
}

function PlainTerms({ threshold, cost, onChange }: TermsProps<ThresholdSpec> & { cost: boolean }) {
  return (
    <>
      <Share
        name="over"
        label={cost ? 'Over (money each)' : 'Bad share over'}
        value={threshold.over}
        onValue={(over) => onChange({ ...threshold, over })}
      />
      <Within value={threshold.window} onValue={(window) => onChange({ ...threshold, window })} />
      <Input
        name="for"
        label="For at least"
        value={threshold.for}
        placeholder="5m"
        onValue={(text) => onChange({ ...threshold, for: text })}
      />
    </>
  );
}

interface TextProps {
  value: string;
  onValue: (value: string) => void;
}

function Share({ value, ...field }: TextProps & { name: string; label: string }) {
  const error = /^\d+(\.\d+)?$/.test(value) ? undefined : 'A decimal';
  return <Input {...field} kind="number" value={value} error={error} />;
}

function Within(field: TextProps) {
  return <Input {...field} name="window" label="In the last" placeholder="1h" />;
}
