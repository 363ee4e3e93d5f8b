import { Button, NativeSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import type { Backtest, Indicator, Objective, ObjectiveWrite, Scorer, TraceOverview } from '@plimsoll/contract';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../api/client.js';
import { useApi, useCall, useProjectSlug } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { slugOf } from '../form/slug.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { BacktestPanel } from './backtest-panel.js';
import { objectiveTemplates } from './slo-templates.js';
import classes from './slo.module.css';

export function SloCreatePage() {
  const [words] = usePageSearch();
  const template = objectiveTemplates.find(({ id }) => id === oneWord(words, 'template')) ?? objectiveTemplates[0];
  if (!template) return null;
  return <ObjectiveForm key={template.id} initial={template.definition} isNew />;
}

export function SloEditPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useApi<Objective>(`/objectives/${encodeURIComponent(id)}`, { keep: false });
  return (
    <Loaded query={query} what="The objective" rows={8} rowHeight={48}>
      {({ definition }) => <ObjectiveForm initial={definition} isNew={false} />}
    </Loaded>
  );
}

/** Edits a definition; before it is saved one sees when it would have paged over the stored history. */
function ObjectiveForm({ initial, isNew }: { initial: ObjectiveWrite; isNew: boolean }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const [definition, setDefinition] = useState(initial);
  const backtest = useCall<Backtest>([]);
  const save = useCall<Objective>(['/objectives']);
  const change = (part: Partial<ObjectiveWrite>) => setDefinition({ ...definition, ...part });
  const submit = () =>
    save.mutate(
      isNew
        ? { path: '/objectives', method: 'POST', body: definition }
        : { path: `/objectives/${encodeURIComponent(initial.slug)}`, method: 'PUT', body: definition },
      {
        onSuccess: ({ slug }) => void navigate({ to: '/p/$project/slos/$id', params: { project, id: slug } }),
      },
    );
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">{isNew ? 'New objective' : `Edit ${initial.name}`}</h1>
        <span className={classes.pushRight} />
        <Button
          loading={backtest.isPending}
          onClick={() =>
            backtest.mutate({ path: '/objectives/backtest', method: 'POST', body: { objective: definition } })
          }
        >
          Preview on the stored history
        </Button>
        <Button type="submit" variant="filled" loading={save.isPending}>
          {isNew ? 'Create' : 'Save as a new revision'}
        </Button>
      </div>
      {save.isError && (
        <div className="notice notice-failing" role="alert">
          {save.error instanceof ApiError && save.error.field ? `${save.error.field}: ` : ''}
          {save.error.message}
        </div>
      )}
      <div className={classes.columns}>
        <Panel title="Definition">
          <Fields definition={definition} isNew={isNew} onChange={change} />
        </Panel>
        <BacktestPanel mutation={backtest} />
      </div>
    </form>
  );
}

interface FieldsProps {
  definition: ObjectiveWrite;
  isNew: boolean;
  onChange: (part: Partial<ObjectiveWrite>) => void;
}

function Fields({ definition, isNew, onChange }: FieldsProps) {
  const features = useFeatureNames();
  const feature = definition.filter.feature?.[0] ?? '';
  return (
    <div className={classes.form}>
      <TextInput
        label="Name"
        required
        value={definition.name}
        onChange={(event) => {
          const name = event.currentTarget.value;
          onChange(isNew ? { name, slug: slugOf(name) } : { name });
        }}
      />
      <TextInput
        label="Stable name"
        description="In addresses and in files kept as code"
        required
        readOnly={!isNew}
        value={definition.slug}
        onChange={(event) => onChange({ slug: event.currentTarget.value })}
      />
      <NativeSelect
        label="Feature"
        value={feature}
        onChange={(event) => {
          const value = event.currentTarget.value;
          const { feature: _, ...rest } = definition.filter;
          onChange({ filter: value ? { ...rest, feature: [value] } : rest });
        }}
        data={[{ value: '', label: 'All features' }, ...new Set([...features, ...(feature ? [feature] : [])])]}
      />
      <NativeSelect
        label="What is measured"
        value={definition.indicator.kind}
        onChange={(event) => onChange({ indicator: defaultIndicator(event.currentTarget.value) })}
        data={[
          { value: 'latency', label: 'Latency' },
          { value: 'error', label: 'Errors' },
          { value: 'quality', label: 'Quality' },
          { value: 'cost', label: 'Cost' },
        ]}
      />
      <IndicatorFields indicator={definition.indicator} onChange={(indicator) => onChange({ indicator })} />
      <TextInput
        label="Target"
        description="Share of calls that must be good, such as 0.99"
        required
        value={definition.target}
        error={/^0?\.\d+$/.test(definition.target) ? undefined : 'A decimal between 0 and 1'}
        onChange={(event) => onChange({ target: event.currentTarget.value })}
      />
      <NativeSelect
        label="Window"
        value={typeof definition.window === 'string' ? definition.window : '28d'}
        onChange={(event) => onChange({ window: event.currentTarget.value })}
        data={[
          { value: '7d', label: '7 days rolling' },
          { value: '28d', label: '28 days rolling' },
          { value: '30d', label: '30 days rolling' },
          { value: '90d', label: '90 days rolling' },
        ]}
      />
      <TextInput
        label="Owner"
        value={definition.owner ?? ''}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onChange(value ? { owner: value } : {});
        }}
      />
      <Switch
        label="Opens incidents"
        checked={definition.alerting}
        onChange={(event) => onChange({ alerting: event.currentTarget.checked })}
      />
      <Textarea
        className={classes.full ?? ''}
        label="Runbook"
        description="Markdown; shown to whoever is paged"
        autosize
        minRows={3}
        maxRows={12}
        value={definition.runbook ?? ''}
        onChange={(event) => onChange({ runbook: event.currentTarget.value })}
      />
    </div>
  );
}

/** Features seen in the last week. */
function useFeatureNames(): string[] {
  const [from] = useState(() => new Date(Date.now() - 7 * 86_400_000).toISOString());
  const query = useApi<TraceOverview>('/traces/overview', { query: { from } });
  return query.data?.facets.find(({ dimension }) => dimension === 'feature')?.values.map(({ value }) => value) ?? [];
}

function defaultIndicator(kind: string): Indicator {
  if (kind === 'error') return { kind: 'error' };
  if (kind === 'quality') return { kind: 'quality', scorer: 'refusal', measure: 'ratio' };
  if (kind === 'cost') return { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' };
  return { kind: 'latency', measure: 'ttft', thresholdMs: 1000 };
}

function IndicatorFields({ indicator, onChange }: { indicator: Indicator; onChange: (indicator: Indicator) => void }) {
  const scorers = useApi<{ items: Scorer[] }>('/scorers', { query: { limit: 200 } });
  if (indicator.kind === 'latency') {
    return (
      <>
        <NativeSelect
          label="Latency of"
          value={indicator.measure}
          onChange={(event) =>
            onChange({ ...indicator, measure: event.currentTarget.value as typeof indicator.measure })
          }
          data={[
            { value: 'ttft', label: 'the first token' },
            { value: 'per_output_token', label: 'each output token' },
            { value: 'end_to_end', label: 'the whole call' },
          ]}
        />
        <NumberInput
          label="Good up to (ms)"
          min={1}
          value={indicator.thresholdMs}
          onChange={(value) => onChange({ ...indicator, thresholdMs: Number(value) || 1 })}
        />
      </>
    );
  }
  if (indicator.kind === 'quality') {
    const slugs = scorers.data?.items.map(({ slug }) => slug) ?? [];
    return (
      <>
        <NativeSelect
          label="Scorer"
          value={indicator.scorer}
          onChange={(event) => onChange({ ...indicator, scorer: event.currentTarget.value })}
          data={[...new Set([...slugs, indicator.scorer])]}
        />
        <NumberInput
          label="Pass mark"
          description="Only for scores that are numbers"
          value={indicator.passMark ?? ''}
          onChange={(value) => {
            const { passMark: _, ...rest } = indicator;
            onChange(value === '' ? rest : { ...rest, passMark: Number(value) });
          }}
        />
      </>
    );
  }
  if (indicator.kind === 'cost') {
    return (
      <>
        <TextInput
          label="Expected cost of a request"
          value={indicator.expected}
          onChange={(event) => onChange({ ...indicator, expected: event.currentTarget.value })}
        />
        <TextInput
          label="Ceiling of a request"
          value={indicator.ceiling}
          onChange={(event) => onChange({ ...indicator, ceiling: event.currentTarget.value })}
        />
      </>
    );
  }
  return null;
}
