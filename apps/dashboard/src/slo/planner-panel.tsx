import { type Objective, type samplingPlan, priceCurrency } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useApi } from '../api/queries.js';
import { formatCount, formatDuration, formatMoney, formatPercent, formatSignificant } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { Tile } from '../design/status.js';
import { Input } from '../form/input.js';
import classes from './slo.module.css';

type SamplingPlan = z.infer<typeof samplingPlan>;
const decimal = /^0?\.\d+$/;

/** How soon a fall of sampled quality would be noticed, and what it costs to notice it sooner. */
export function PlannerPanel({ objective }: { objective: Objective }) {
  const [fallTo, setFallTo] = useState(() => (Number(objective.target) * 0.9).toFixed(2));
  const [withinHours, setWithinHours] = useState('');
  const [costPerScore, setCostPerScore] = useState('');
  const valid = decimal.test(fallTo);
  const plan = useApi<SamplingPlan>(`/objectives/${encodeURIComponent(objective.slug)}/sampling-plan`, {
    query: { fallTo, withinHours: withinHours || undefined, costPerScore: costPerScore || undefined },
    enabled: valid,
  });
  return (
    <Panel title="How soon a fall is noticed">
      <div className="stack">
        <div className={classes.threshold}>
          <Input
            name="fallTo"
            label="A fall to"
            kind="number"
            value={fallTo}
            error={valid ? undefined : 'Such as 0.85'}
            onValue={setFallTo}
          />
          <Input
            name="withinHours"
            label="Noticed within (hours)"
            kind="number"
            value={withinHours}
            placeholder="any"
            onValue={setWithinHours}
          />
          <Input
            name="costPerScore"
            label="Price of a score"
            kind="number"
            value={costPerScore}
            placeholder="as of late"
            onValue={setCostPerScore}
          />
        </div>
        {valid && (
          <Loaded query={plan} what="The plan" rows={2}>
            {(answer) => <Plan plan={answer} fallTo={fallTo} />}
          </Loaded>
        )}
      </div>
    </Panel>
  );
}

function Plan({ plan, fallTo }: { plan: SamplingPlan; fallTo: string }) {
  return (
    <>
      <div className="tiles">
        <Tile
          label={`A fall to ${formatPercent(Number(fallTo))}`}
          value={formatDuration(plan.hours * 3_600_000)}
          note={`about ${formatCount(plan.samples)} scores at ${formatCount(plan.scoredPerDay)} a day`}
        />
        <Tile
          label="Scoring needed"
          value={plan.multiplier === null ? '-' : `${formatSignificant(plan.multiplier)}x`}
          note={plan.multiplier === null ? 'say within how many hours' : 'of what is scored now'}
        />
        <Tile
          label="It costs"
          value={plan.costPerDay === null ? '-' : `${formatMoney(plan.costPerDay, priceCurrency)} a day`}
          note={plan.costPerDay === null ? 'say what a score costs' : 'at this price of a score'}
        />
      </div>
      <div className="muted">{plan.text}</div>
    </>
  );
}
