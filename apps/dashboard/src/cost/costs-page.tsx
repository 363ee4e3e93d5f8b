import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import type { CostReport, CostRow } from '@plimsoll/contract';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { apiUrl } from '../api/client.js';
import { useApi, useProject, useProjectSlug } from '../api/queries.js';
import { DataTable, type Column } from '../design/data-table.js';
import {
  formatCompact,
  formatCount,
  formatMoney,
  formatMoneyShort,
  formatPercent,
  formatSigned,
  noValue,
} from '../design/format.js';
import { Empty, Loaded } from '../design/states.js';
import { Key, Meter, Tile } from '../design/status.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { FigureLink } from '../traces/figure-link.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useNow } from '../time/clock.js';
import { formatInstant } from '../time/zone.js';
import { BudgetsPanel, useBudgets } from './budgets-panel.js';
import {
  budgetNote,
  changeOf,
  groupings,
  isMonth,
  monthName,
  monthOf,
  readGrouping,
  rowName,
  shareOf,
  shiftMonth,
} from './cost-words.js';
import { DailyCostChart } from './daily-cost-chart.js';
import classes from './costs.module.css';

/** Where the money of a month went, per what result, whether the budget holds, and what nobody owns. */
export function CostsPage() {
  const project = useProjectSlug();
  const zone = useProject()?.timeZone ?? 'UTC';
  const now = useNow();
  const [words, setWords] = usePageSearch();
  const groupBy = readGrouping(oneWord(words, 'by'));
  const current = monthOf(now, zone);
  const wanted = oneWord(words, 'month');
  const month = isMonth(wanted) ? wanted : current;
  const feature = oneWord(words, 'feature');
  const query = { month, groupBy, feature };
  const report = useApi<CostReport>('/costs', { query, every: 120_000 });
  useBudgets(month === current);
  const setMonth = (next: string) => setWords({ month: next === current ? undefined : next }, true);
  const csv = apiUrl('/costs/export', { ...query, format: 'csv', project });
  useShortcuts('Costs', [
    { keys: 'ArrowLeft', label: 'Month before', run: () => setMonth(shiftMonth(month, -1)) },
    { keys: 'ArrowRight', label: 'Next month', run: () => month < current && setMonth(shiftMonth(month, 1)) },
    { keys: 'x', label: 'Download CSV', run: () => window.location.assign(csv) },
  ]);
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">Costs</h1>
        <span className="row" style={{ gap: 2 }}>
          <ActionIcon aria-label="Month before" onClick={() => setMonth(shiftMonth(month, -1))}>
            <IconChevronLeft size={17} />
          </ActionIcon>
          <strong className={classes.month}>{monthName(month)}</strong>
          <ActionIcon
            aria-label="Next month"
            disabled={month >= current}
            onClick={() => setMonth(shiftMonth(month, 1))}
          >
            <IconChevronRight size={17} />
          </ActionIcon>
        </span>
        <SegmentedControl
          aria-label="Group by"
          value={groupBy}
          onChange={(value) => setWords({ by: value })}
          data={[...groupings]}
        />
        {feature && (
          <span>
            only {feature}{' '}
            <button type="button" className="link-button" onClick={() => setWords({ feature: undefined }, true)}>
              show all
            </button>
          </span>
        )}
        <span className="row" style={{ marginLeft: 'auto' }}>
          <Button component="a" href={csv} download rightSection={<Key>x</Key>}>
            CSV
          </Button>
          <Button component="a" href={apiUrl('/costs/export', { ...query, format: 'focus', project })} download>
            FOCUS
          </Button>
        </span>
      </div>
      <Loaded query={report} what="Costs" rows={8} rowHeight={48}>
        {(data) => <CostView report={data} month={month} current={current} zone={zone} />}
      </Loaded>
    </div>
  );
}

interface CostViewProps {
  report: CostReport;
  month: string;
  /** The present month. */
  current: string;
  zone: string;
}

function CostView({ report, month, current, zone }: CostViewProps) {
  const project = useProjectSlug();
  if (report.items.length === 0) {
    return (
      <Empty
        title={`Nothing was spent in ${monthName(month)}.`}
        action={<a href={`/p/${project}/welcome`}>Send calls</a>}
      >
        Costs appear as soon as calls with a known price arrive.
      </Empty>
    );
  }
  return (
    <div className="stack">
      <CostTiles report={report} zone={zone} />
      <CostNotices report={report} />
      <BudgetsPanel currency={report.currency} shown={month === current} expected={report.budget !== null} />
      <section className="panel" aria-label="Cost by day">
        <div className="panel-body" style={{ paddingTop: 8 }}>
          <DailyCostChart report={report} zone={zone} />
        </div>
      </section>
      <section className="panel scroll-x" tabIndex={0} aria-label="Cost by group">
        <CostTable report={report} />
      </section>
      <p className="muted" style={{ margin: 0 }}>
        Prices of {report.priceVersion}. Days in {report.timeZone}
        {report.asOf ? `; as of ${formatInstant(report.asOf, zone)}` : ''}. {report.notes.join(' ')}
      </p>
    </div>
  );
}

function CostTiles({ report, zone }: { report: CostReport; zone: string }) {
  const { forecast, budget, currency } = report;
  const change = changeOf(report.total, report.previousTotal);
  const unallocated = shareOf(report.unallocated, report.total);
  return (
    <div className="tiles">
      <Tile
        label="Month to date"
        value={formatMoneyShort(report.total, currency)}
        title={`${report.total} ${currency}`}
        note={
          change === null
            ? undefined
            : `${formatSigned(change, (value) => formatPercent(value))} against the same days before`
        }
      />
      <Tile
        label="Forecast for the month"
        value={forecast ? formatMoneyShort(forecast.amount, currency) : '-'}
        note={
          forecast
            ? `${formatMoneyShort(forecast.low, currency)} to ${formatMoneyShort(forecast.high, currency)}`
            : 'needs more days'
        }
        {...(forecast ? { title: forecast.method } : {})}
      />
      <Tile
        label="Budget"
        value={budget ? formatMoneyShort(budget.amount, currency) : '-'}
        {...(budget?.exceededOn
          ? { color: 'failing' as const }
          : budget?.forecastExceedsOn
            ? { color: 'risk' as const }
            : {})}
        note={budgetNote(budget, zone)}
        title="Pace: spent / (budget x elapsed share of the period); above 1x it does not last"
      />
      <Tile
        label="Unallocated"
        value={formatPercent(unallocated)}
        note={`${formatMoneyShort(report.unallocated, currency)} without an owner`}
      />
    </div>
  );
}

function CostNotices({ report }: { report: CostReport }) {
  const project = useProjectSlug();
  if (report.unpricedCalls === 0) return null;
  return (
    <div className="notice notice-risk" role="status">
      {formatCount(report.unpricedCalls)} calls have no price and are not in these sums
      {report.unpricedModels.length > 0 && `: ${report.unpricedModels.slice(0, 4).join(', ')}`}.
      <a href={`/p/${project}/settings/prices`}>Add prices</a>
    </div>
  );
}

function CostTable({ report }: { report: CostReport }) {
  const navigate = useNavigate();
  const project = useProjectSlug();
  const [, setWords] = usePageSearch();
  const columns = useMemo(() => costColumns(report), [report]);
  const open = (row: CostRow) => {
    if (row.kind !== 'value') return;
    if (report.groupBy === 'feature') setWords({ by: 'customer', feature: row.key }, true);
    else if (report.groupBy === 'customer' || report.groupBy === 'model') {
      void navigate({
        to: '/p/$project/traces',
        params: { project },
        search: { [report.groupBy]: row.key, sort: 'cost', from: String(Date.parse(report.from)), to: 'now' },
      });
    }
  };
  return (
    <DataTable
      label="Cost by group"
      rows={report.items}
      columns={columns}
      rowId={(row) => `${row.kind}:${row.key}`}
      onOpen={open}
      sort={{ id: 'amount', desc: true }}
      keys
      footer={
        <tr>
          <td>Total</td>
          <td className="num">{formatMoney(report.total, report.currency)}</td>
          <td className="num">
            {formatSigned(changeOf(report.total, report.previousTotal), (value) => formatPercent(value))}
          </td>
          <td colSpan={4} className="wide-only" />
          <td />
        </tr>
      }
    />
  );
}

const traceFilters: readonly string[] = [
  'feature',
  'team',
  'customer',
  'model',
  'provider',
  'promptVersion',
  'environment',
];

/** How many calls, with their traces behind the number; an outcome is no property that traces are found by. */
function CallsCell({ row, report }: { row: CostRow; report: CostReport }) {
  const project = useProjectSlug();
  // GPU time and what nobody owns may come without a call: that is no count of zero.
  const text = row.kind === 'value' || row.calls > 0 ? formatCompact(row.calls) : noValue;
  if (row.kind !== 'value' || !traceFilters.includes(report.groupBy)) return text;
  return (
    <FigureLink
      project={project}
      search={{
        [report.groupBy]: row.key,
        sort: 'cost',
        from: String(Date.parse(report.from)),
        to: String(Date.parse(report.to)),
      }}
      what={`Requests of ${row.key}, the dearest first`}
    >
      {text}
    </FigureLink>
  );
}

function costColumns(report: CostReport): Column<CostRow>[] {
  const { currency } = report;
  return [
    {
      id: 'key',
      header: groupings.find(({ value }) => value === report.groupBy)?.label ?? report.groupBy,
      value: (row) => rowName(row),
      cell: (row) => <span className={row.kind === 'value' ? undefined : 'state-muted'}>{rowName(row)}</span>,
    },
    {
      id: 'amount',
      header: `Cost (${currency})`,
      numeric: true,
      value: ({ amount }) => Number(amount),
      cell: ({ amount }) => <span title={`${amount} ${currency}`}>{formatMoney(amount, currency)}</span>,
    },
    {
      id: 'change',
      header: 'Change',
      title: 'Against the same days of the period before',
      numeric: true,
      value: ({ amount, previousAmount }) => changeOf(amount, previousAmount),
      cell: ({ amount, previousAmount }) =>
        formatSigned(changeOf(amount, previousAmount), (value) => formatPercent(value)),
    },
    {
      id: 'calls',
      header: 'Calls',
      numeric: true,
      wide: true,
      value: ({ calls }) => calls,
      cell: (row) => <CallsCell row={row} report={report} />,
    },
    {
      id: 'outcome',
      header: 'Per outcome',
      numeric: true,
      wide: true,
      value: ({ costPerOutcome }) => (costPerOutcome === null ? null : Number(costPerOutcome)),
      cell: ({ costPerOutcome }) => <span title={costPerOutcome ?? ''}>{formatMoney(costPerOutcome, currency)}</span>,
    },
    {
      id: 'success',
      header: 'Per success',
      numeric: true,
      wide: true,
      value: ({ costPerSuccess }) => (costPerSuccess === null ? null : Number(costPerSuccess)),
      cell: ({ costPerSuccess }) => <span title={costPerSuccess ?? ''}>{formatMoney(costPerSuccess, currency)}</span>,
    },
    {
      id: 'rate',
      header: 'Success rate',
      numeric: true,
      wide: true,
      value: ({ outcomeRate }) => outcomeRate,
      cell: ({ outcomeRate, outcomes, provisionalShare }) => (
        <>
          {formatPercent(outcomeRate)}
          {outcomeRate !== null && <span className="muted"> of {formatCompact(outcomes)}</span>}
          {provisionalShare ? (
            <span className="muted">, {formatPercent(provisionalShare, 0)} of requests undecided</span>
          ) : null}
        </>
      ),
    },
    {
      id: 'budget',
      header: 'Budget',
      cell: ({ budget, amount }) => {
        if (budget === null) return '-';
        const share = Number(budget) === 0 ? null : Number(amount) / Number(budget);
        return (
          <span className="row">
            <span className="wide-only">
              <Meter
                share={share}
                color={share !== null && share > 1 ? 'failing' : 'data'}
                label={`${formatPercent(share)} of the budget`}
              />
            </span>
            <span className="nowrap">
              {formatPercent(share, 0)} of {formatMoneyShort(budget, currency)}
            </span>
          </span>
        );
      },
    },
  ];
}
