import { Button, TextInput } from '@mantine/core';
import { type ObjectiveSummary, priceCurrency } from '@plimsoll/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import { Sparkline } from '../chart/sparkline.js';
import { DataTable, type Column } from '../design/data-table.js';
import { formatCount, formatMoney, formatPercent } from '../design/format.js';
import { Empty, Loaded } from '../design/states.js';
import { Key, Meter, Status } from '../design/status.js';
import { formatBurn } from '../incidents/incident-words.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { objectiveTemplates } from './slo-templates.js';
import { budgetColor, formatExhaustion, formatInterval, kindWords, statusWords } from './slo-words.js';
import classes from './slo.module.css';

/** Every objective, least budget first. */
export function SlosPage() {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const [words, setWords] = usePageSearch();
  const text = oneWord(words, 'q') ?? '';
  const query = useApi<{ items: ObjectiveSummary[] }>('/objectives', { query: { limit: 500 }, every: 60_000 });
  const create = () => void navigate({ to: '/p/$project/slos/new', params: { project } });
  useShortcuts('SLOs', [{ keys: 'n', label: 'New objective', run: create }]);
  return (
    <>
      <div className="page-head">
        <h1 className="page-title">SLOs</h1>
        <span className="muted">each over its own window</span>
        <TextInput
          data-filter
          aria-label="Filter objectives"
          placeholder="Filter by name, feature or owner"
          value={text}
          onChange={(event) => setWords({ q: event.currentTarget.value || undefined })}
          className={classes.filter ?? ''}
          rightSection={<Key>/</Key>}
        />
        <Button variant="filled" onClick={create} rightSection={<Key>n</Key>} className={classes.pushRight ?? ''}>
          New objective
        </Button>
      </div>
      <Loaded query={query} what="Objectives" rows={8} rowHeight={32}>
        {({ items }) => (items.length === 0 ? <NoObjectives /> : <ObjectiveTable items={items} text={text} />)}
      </Loaded>
    </>
  );
}

function ObjectiveTable({ items, text }: { items: ObjectiveSummary[]; text: string }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const rows = useMemo(() => {
    const wanted = text.toLowerCase();
    return items.filter((item) =>
      `${item.name} ${item.feature} ${item.owner} ${item.slug}`.toLowerCase().includes(wanted),
    );
  }, [items, text]);
  const columns = useMemo(() => objectiveColumns(project), [project]);
  if (rows.length === 0) return <Empty title={`No objective matches "${text}".`} />;
  return (
    <section className="panel scroll-x" tabIndex={0} aria-label="Objectives">
      <DataTable
        label="Objectives"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        keys
        sort={{ id: 'budget', desc: false }}
        onOpen={({ slug }) => void navigate({ to: '/p/$project/slos/$id', params: { project, id: slug } })}
      />
    </section>
  );
}

function objectiveColumns(project: string): Column<ObjectiveSummary>[] {
  return [
    {
      id: 'name',
      header: 'Objective',
      value: ({ name }) => name,
      cell: (row) => (
        <span className={classes.objective}>
          <Link to="/p/$project/slos/$id" params={{ project, id: row.slug }}>
            {row.name}
          </Link>
          <div className="muted">
            {row.targetText}, {row.windowText}
          </div>
        </span>
      ),
    },
    { id: 'kind', header: 'Kind', wide: true, value: ({ kind }) => kind, cell: ({ kind }) => kindWords[kind] },
    {
      id: 'status',
      header: 'Status',
      value: ({ status }) => status,
      cell: ({ status, statusReason }) => (
        <Status color={statusWords[status].color} title={statusReason}>
          {statusWords[status].word}
        </Status>
      ),
    },
    {
      id: 'sli',
      header: 'Now',
      numeric: true,
      value: ({ sli, unitCost }) => (unitCost === null ? sli : Number(unitCost)),
      cell: (row) => (
        <>
          {row.kind === 'cost' ? (
            <span title={row.unitCost ?? ''}>{formatMoney(row.unitCost, priceCurrency)}</span>
          ) : (
            formatPercent(row.sli, 1)
          )}
          {row.unitCost !== null && <div className="muted">each</div>}
          {row.sliInterval && <div className="muted">{formatInterval(row.sliInterval)}</div>}
        </>
      ),
    },
    {
      id: 'budget',
      header: 'Budget left',
      numeric: true,
      value: ({ budget }) => budget.remaining,
      cell: ({ budget }) => <BudgetCell budget={budget} />,
    },
    {
      id: 'burn',
      header: 'Burn',
      title: 'How many times faster than the budget allows',
      numeric: true,
      value: ({ burnRate }) => burnRate,
      cell: ({ burnRate }) => formatBurn(burnRate),
    },
    {
      id: 'exhausts',
      header: 'Exhausts',
      numeric: true,
      wide: true,
      value: ({ budget }) => budget.exhaustsInSeconds,
      cell: ({ budget }) => formatExhaustion(budget.exhaustsInSeconds),
    },
    {
      id: 'coverage',
      header: 'Scored',
      numeric: true,
      wide: true,
      cell: ({ coverage, eligible }) =>
        coverage ? (
          <span title={`${formatCount(coverage.scored)} of ${formatCount(coverage.population)} calls`}>
            {formatCount(coverage.scored)} <span className="muted">of {formatCount(coverage.population)}</span>
          </span>
        ) : (
          <span className="muted">all {formatCount(eligible)}</span>
        ),
    },
    { id: 'owner', header: 'Owner', wide: true, value: ({ owner }) => owner, cell: ({ owner }) => owner ?? '-' },
    {
      id: 'incident',
      header: 'Incident',
      wide: true,
      cell: ({ openIncidentId }) =>
        openIncidentId ? (
          <Link to="/p/$project/incidents/$id" params={{ project, id: openIncidentId }}>
            open
          </Link>
        ) : (
          '-'
        ),
    },
    {
      id: 'spark',
      header: 'Course',
      title: 'Budget left over the window',
      wide: true,
      cell: ({ spark, name, budget }) => (
        <Sparkline
          values={spark.map(({ v }) => v)}
          label={`Budget of ${name} over its window`}
          color={budgetColor(budget.remaining)}
          reference={0}
        />
      ),
    },
  ];
}

function BudgetCell({ budget }: { budget: ObjectiveSummary['budget'] }) {
  const color = budgetColor(budget.remaining);
  const text = formatPercent(budget.remaining);
  return (
    <span className={classes.budget} title={budget.text}>
      <Meter share={budget.remaining} color={color} label={`${text} of the budget left`} />
      <span className={`state-${color} ${classes.budgetText}`}>{text}</span>
    </span>
  );
}

function NoObjectives() {
  const project = useProjectSlug();
  return (
    <Empty title="No objective yet.">
      <p>An objective says which share of calls must be good, and pages when that is in danger. Start from one:</p>
      <div className={classes.templates}>
        {objectiveTemplates.map((template) => (
          <Link
            key={template.id}
            to="/p/$project/slos/new"
            params={{ project }}
            search={{ template: template.id }}
            className="panel"
          >
            <strong>{template.title}</strong>
            <div className="muted">{template.explanation}</div>
          </Link>
        ))}
      </div>
    </Empty>
  );
}
