import type { CostBudget, PassedMark } from '@plimsoll/contract';
import { useMemo } from 'react';
import { useApi } from '../api/queries.js';
import { type Column, DataTable } from '../design/data-table.js';
import { formatMoneyShort, formatPercent, noValue } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { Meter, Status } from '../design/status.js';
import type { StateColor } from '../design/theme.js';
import { useZone } from '../time/use-time.js';
import { formatDay, formatInstant } from '../time/zone.js';
import { paceWords, scopeWords, shareOf } from './cost-words.js';

interface BudgetsPanelProps {
  currency: string;
  /** Budgets stand in the present period: beside another month they would say nothing of it. */
  shown: boolean;
  /** There is one for sure: its place is kept while they are on their way. */
  expected: boolean;
}

/** Asked for with the report, not after it: what comes later pushes the page down. */
export const useBudgets = (enabled: boolean) =>
  useApi<{ items: CostBudget[] }>('/budgets', { every: 600_000, enabled });

/** Every money budget in its present period: how much, how fast, where it leads, and what was told of it. */
export function BudgetsPanel({ currency, shown, expected }: BudgetsPanelProps) {
  const query = useBudgets(shown);
  const zone = useZone();
  const columns = useMemo(() => budgetColumns(currency, zone), [currency, zone]);
  const waits = expected && query.isPending;
  if (!shown || (!query.isError && !waits && !query.data?.items.length)) return null;
  return (
    <Panel title="Budgets" flush aside={<span className="muted">at a pace of 1x it lasts exactly</span>}>
      <Loaded query={query} what="Budgets">
        {({ items }) => <DataTable label="Budgets" rows={items} columns={columns} rowId={({ id }) => id} />}
      </Loaded>
    </Panel>
  );
}

function budgetColumns(currency: string, zone: string): Column<CostBudget>[] {
  return [
    {
      id: 'name',
      header: 'Budget',
      value: ({ name }) => name,
      cell: ({ name, scope, period, day, days }) => (
        <>
          {name}{' '}
          <span className="muted wide-only">
            {scopeWords(scope)}; day {day} of {days} of the {period}
          </span>
        </>
      ),
    },
    {
      id: 'spent',
      header: 'Spent',
      value: ({ amount, spent }) => shareOf(spent, amount),
      cell: ({ amount, spent }) => {
        const share = shareOf(spent, amount);
        return (
          <span className="row" title={`${spent} of ${amount} ${currency}`}>
            <span className="wide-only">
              <Meter
                share={share}
                color={share !== null && share > 1 ? 'failing' : 'data'}
                label={`${formatPercent(share)} of the budget`}
              />
            </span>
            <span className="nowrap">
              {formatPercent(share, 0)} of {formatMoneyShort(amount, currency)}
            </span>
          </span>
        );
      },
    },
    {
      id: 'pace',
      header: 'Pace',
      title: 'Spent / (budget x elapsed share of the period): above 1 it does not last',
      numeric: true,
      value: ({ pace }) => pace,
      cell: ({ pace }) => paceWords(pace),
    },
    {
      id: 'forecast',
      header: 'Forecast',
      numeric: true,
      wide: true,
      value: ({ forecast }) => (forecast === null ? null : Number(forecast)),
      cell: ({ forecast, forecastLow, forecastHigh }) =>
        forecast === null ? (
          <span title="Needs three full days">{noValue}</span>
        ) : (
          <>
            {formatMoneyShort(forecast, currency)}{' '}
            <span className="muted">
              {formatMoneyShort(forecastLow, currency)} to {formatMoneyShort(forecastHigh, currency)}
            </span>
          </>
        ),
    },
    {
      id: 'marks',
      header: 'Passed',
      cell: ({ marks }) =>
        marks.length === 0 ? (
          noValue
        ) : (
          <span className="row" style={{ flexWrap: 'wrap' }}>
            {marks.map((passed) => (
              <MarkBadge key={passed.mark} passed={passed} zone={zone} />
            ))}
          </span>
        ),
    },
  ];
}

const markColors: Record<PassedMark['mark'], StateColor> = {
  '50 %': 'muted',
  '80 %': 'risk',
  '100 %': 'failing',
  'forecast 100 %': 'risk',
};

function MarkBadge({ passed: { mark, at }, zone }: { passed: PassedMark; zone: string }) {
  return (
    <Status color={markColors[mark]} title={at === null ? 'Not told yet' : `Told ${formatInstant(at, zone)}`}>
      {mark}
      {at !== null && <span className="muted wide-only"> {formatDay(at, zone)}</span>}
    </Status>
  );
}
