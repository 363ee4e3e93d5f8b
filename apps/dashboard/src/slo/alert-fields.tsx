import { Button } from '@mantine/core';
import type { ObjectiveWrite, ThresholdSpec } from '@plimsoll/contract';
import { Input } from '../form/input.js';
import type { DefinitionProps } from './definition.js';
import {
  choiceOf,
  firstThreshold,
  ownTiers,
  policyChoices,
  policyOfChoice,
  thresholdsOf,
  withThresholds,
} from './policy-choice.js';
import classes from './slo.module.css';

/** When somebody is told: by burn rate, by plain thresholds, or by both. */
export function AlertFields({ definition, onChange }: DefinitionProps) {
  const { policy } = definition;
  const choice = choiceOf(policy);
  const thresholds = thresholdsOf(policy);
  const set = (next: readonly ThresholdSpec[]) => onChange({ policy: withThresholds(policy, next) });
  return (
    <fieldset className={classes.group}>
      <legend>Alerts</legend>
      <Input
        name="alerting"
        label="Opens incidents"
        kind="switch"
        value={yes(definition.alerting)}
        onValue={(text) => onChange({ alerting: text === 'yes' })}
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
      <Input
        name="stretch"
        label="Stretch windows that a loose target could never fill"
        kind="switch"
        value={yes(definition.stretch)}
        onValue={(text) => onChange({ stretch: text === 'yes' })}
      />
      <Input
        name="volumeAware"
        label="Count what a quiet or busy hour weighs in the budget"
        kind="switch"
        value={yes(definition.volumeAware)}
        onValue={(text) => onChange({ volumeAware: text === 'yes' })}
      />
      <Input
        name="minBad"
        label="Bad calls at least"
        kind="number"
        hint="Empty: 3 for a page, 2 for a ticket"
        value={definition.minBad === undefined ? '' : String(definition.minBad)}
        onValue={(text) =>
          onChange({
            minBad: text === '' ? undefined : Math.max(0, Math.round(Number(text) || 0)),
          } as Partial<ObjectiveWrite>)
        }
      />
    </fieldset>
  );
}

const yes = (value: boolean): string => (value ? 'yes' : '');

interface ThresholdFieldsProps {
  threshold: ThresholdSpec;
  cost: boolean;
  onChange: (threshold: ThresholdSpec) => void;
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
      <Input
        name="over"
        label={cost ? 'Over (money each)' : 'Bad share over'}
        kind="number"
        value={threshold.over}
        error={/^\d+(\.\d+)?$/.test(threshold.over) ? undefined : 'A decimal'}
        onValue={(over) => onChange({ ...threshold, over })}
      />
      <Input
        name="window"
        label="In the last"
        value={threshold.window}
        placeholder="1h"
        onValue={(window) => onChange({ ...threshold, window })}
      />
      <Input
        name="for"
        label="For at least"
        value={threshold.for}
        placeholder="5m"
        onValue={(text) => onChange({ ...threshold, for: text })}
      />
      <Input
        name="severity"
        label="Is a"
        kind="select"
        value={threshold.severity}
        options={[
          { value: 'ticket', label: 'ticket' },
          { value: 'page', label: 'page' },
        ]}
        onValue={(severity) => onChange({ ...threshold, severity: severity as ThresholdSpec['severity'] })}
      />
      {onRemove && <Button onClick={onRemove}>Remove</Button>}
    </div>
  );
}
