import { Button, SegmentedControl } from '@mantine/core';
import type { Backtest, Objective, ObjectiveWrite } from '@plimsoll/contract';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { ApiError } from '../api/client.js';
import { useApi, useCall, useProjectSlug } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { BacktestPanel } from './backtest-panel.js';
import { DefinitionFields } from './definition-fields.js';
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

const dayMs = 86_400_000;
/** After the last change; a trial reads weeks of points. */
const restMs = 700;

/** What a definition would have done, tried again each time it changed and then rested. */
function useTrial(definition: ObjectiveWrite, days: number) {
  const { mutate, data, error, isPending } = useCall<Backtest>([]);
  const [last, setLast] = useState<Backtest | undefined>(undefined);
  const text = JSON.stringify(definition);
  useEffect(() => {
    const timer = setTimeout(() => {
      const to = Date.now();
      const body = {
        objective: JSON.parse(text) as ObjectiveWrite,
        from: new Date(to - days * dayMs).toISOString(),
        to: new Date(to).toISOString(),
      };
      mutate({ path: '/objectives/backtest', method: 'POST', body }, { onSuccess: setLast });
    }, restMs);
    return () => clearTimeout(timer);
  }, [mutate, text, days]);
  return { data: data ?? last, error, isPending };
}

/** Edits a definition; beside it one sees at any moment when it would have paged over the stored history. */
function ObjectiveForm({ initial, isNew }: { initial: ObjectiveWrite; isNew: boolean }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const [definition, setDefinition] = useState(initial);
  const [days, setDays] = useState('7');
  const trial = useTrial(definition, Number(days));
  const save = useCall<Objective>(['/objectives']);
  const change = (part: Partial<ObjectiveWrite>) => setDefinition({ ...definition, ...part });
  const counted = useMemo(() => trial.data && countedIn(trial.data), [trial.data]);
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
      <div className={classes.editor}>
        <Panel title="Definition">
          <DefinitionFields definition={definition} isNew={isNew} counted={counted ?? null} onChange={change} />
        </Panel>
        <BacktestPanel
          trial={trial}
          aside={
            <SegmentedControl
              aria-label="Over"
              value={days}
              onChange={setDays}
              data={[
                { value: '7', label: '7 days' },
                { value: '28', label: '28 days' },
              ]}
            />
          }
        />
      </div>
    </form>
  );
}

function countedIn({ series }: Backtest): { eligible: number; bad: number } {
  return series.reduce((sum, point) => ({ eligible: sum.eligible + point.eligible, bad: sum.bad + point.bad }), {
    eligible: 0,
    bad: 0,
  });
}
