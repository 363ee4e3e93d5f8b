import type { ObjectiveWrite, TraceOverview } from '@plimsoll/contract';
import { useState } from 'react';
import { useApi, useProject } from '../api/queries.js';
import { Input } from '../form/input.js';
import { slugOf } from '../form/slug.js';
import { browserZone } from '../time/zone.js';
import { AlertFields } from './alert-fields.js';
import { DecisionFields } from './decision-fields.js';
import { FilterFields } from './filter-fields.js';
import { defaultIndicator, IndicatorFields } from './indicator-fields.js';
import { without, type DefinitionProps } from './definition.js';
import classes from './slo.module.css';
import { TargetSlider } from './target-slider.js';

interface DefinitionFieldsProps extends DefinitionProps {
  isNew: boolean;
  counted: { eligible: number; bad: number } | null;
}

const kinds = [
  { value: 'latency', label: 'Latency' },
  { value: 'error', label: 'Errors' },
  { value: 'quality', label: 'Quality' },
  { value: 'cost', label: 'Cost' },
];

const windows = [
  ...['7d', '28d', '30d', '90d'].map((value) => ({ value, label: `${value.slice(0, -1)} days rolling` })),
  ...['week', 'month', 'quarter'].map((value) => ({ value, label: `calendar ${value}` })),
];

/** What is measured, of which calls, against which target, and who is told. */
export function DefinitionFields({ definition, isNew, counted, onChange }: DefinitionFieldsProps) {
  const project = useProject();
  const timeZone = project?.timeZone ?? browserZone();
  const features = useFeatureNames(definition.filter.feature?.[0]);
  const { filter, indicator, window } = definition;
  const setFeature = (value: string) =>
    onChange({ filter: value ? { ...filter, feature: [value] } : without(filter, 'feature') });
  return (
    <div className={classes.form}>
      <Input
        name="name"
        label="Name"
        required
        value={definition.name}
        onValue={(name) => onChange(isNew ? { name, slug: slugOf(name) } : { name })}
      />
      <Input
        name="slug"
        label="Stable name"
        hint={isNew ? 'In addresses and in files kept as code' : 'Stays as it is'}
        required
        value={definition.slug}
        onValue={(slug) => isNew && onChange({ slug })}
      />
      <Input
        name="feature"
        label="Feature"
        kind="select"
        value={filter.feature?.[0] ?? ''}
        options={[{ value: '', label: 'All features' }, ...features.map((value) => ({ value, label: value }))]}
        onValue={setFeature}
      />
      <Input
        name="kind"
        label="What is measured"
        kind="select"
        value={indicator.kind}
        options={kinds}
        onValue={(kind) => onChange({ indicator: defaultIndicator(kind) })}
      />
      <IndicatorFields indicator={indicator} onChange={(next) => onChange({ indicator: next })} />
      <TargetSlider target={definition.target} counted={counted} onChange={(target) => onChange({ target })} />
      <Input
        name="window"
        label="Window"
        kind="select"
        value={typeof window === 'string' ? window : window.calendar}
        options={windows}
        hint={typeof window === 'string' ? undefined : `Turns in ${window.timeZone}`}
        onValue={(value) =>
          onChange({
            window: value.endsWith('d') ? value : { calendar: value as 'week' | 'month' | 'quarter', timeZone },
          })
        }
      />
      <Input
        name="owner"
        label="Owner"
        value={definition.owner ?? ''}
        onValue={(owner) => onChange({ owner: owner || undefined } as Partial<ObjectiveWrite>)}
      />
      <FilterFields definition={definition} onChange={onChange} />
      <AlertFields definition={definition} onChange={onChange} />
      <DecisionFields definition={definition} onChange={onChange} />
      <div className={classes.full}>
        <Input
          name="runbook"
          label="Runbook"
          kind="area"
          hint="Markdown; shown to whoever is paged"
          value={definition.runbook ?? ''}
          onValue={(runbook) => onChange({ runbook: runbook || undefined } as Partial<ObjectiveWrite>)}
        />
      </div>
    </div>
  );
}

/** Features seen in the last week, and the one that is chosen. */
function useFeatureNames(chosen: string | undefined): string[] {
  const [from] = useState(() => new Date(Date.now() - 7 * 86_400_000).toISOString());
  const query = useApi<TraceOverview>('/traces/overview', { query: { from } });
  const seen = query.data?.facets.find(({ dimension }) => dimension === 'feature')?.values ?? [];
  return [...new Set([...seen.map(({ value }) => value), ...(chosen ? [chosen] : [])])];
}
