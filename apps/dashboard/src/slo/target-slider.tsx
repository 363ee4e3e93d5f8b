import { TextInput } from '@mantine/core';
import { formatCount, formatPercent } from '../design/format.js';
import { budgetColor } from './slo-words.js';
import classes from './slo.module.css';
import { budgetAt, stepOf, targetSteps } from './target-scale.js';

interface TargetSliderProps {
  target: string;
  /** Of the range that was last tried; null before. */
  counted: { eligible: number; bad: number } | null;
  onChange: (target: string) => void;
}

/** The target, with what it means for the budget at once; the pages it would have sent follow beside it. */
export function TargetSlider({ target, counted, onChange }: TargetSliderProps) {
  const valid = /^0?\.\d+$/.test(target);
  return (
    <div className={classes.full}>
      <TextInput
        label="Target"
        description="Share of calls that must be good"
        required
        value={target}
        error={valid ? undefined : 'A decimal between 0 and 1, such as 0.99'}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <input
        type="range"
        className={classes.slider}
        aria-label="Target"
        aria-valuetext={formatPercent(Number(target))}
        min={0}
        max={targetSteps.length - 1}
        step={1}
        value={stepOf(target)}
        onChange={(event) => onChange(targetSteps[Number(event.currentTarget.value)] ?? target)}
      />
      {valid && counted && <BudgetAtTarget target={target} counted={counted} />}
    </div>
  );
}

function BudgetAtTarget({ target, counted }: { target: string; counted: { eligible: number; bad: number } }) {
  const { allowed, remaining } = budgetAt(target, counted);
  return (
    <div className="muted" role="status">
      {formatPercent(Number(target))} of {formatCount(counted.eligible)} calls: {formatCount(Math.floor(allowed))} may
      fail, {formatCount(counted.bad)} did.{' '}
      <span className={`state-${budgetColor(remaining)}`}>
        {remaining === null
          ? 'Nothing may fail.'
          : remaining < 0
            ? `Overspent by ${formatPercent(-remaining)}.`
            : `${formatPercent(remaining)} of the budget would be left.`}
      </span>
    </div>
  );
}
