import type { Backtest } from '@plimsoll/contract';
import type { UseMutationResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ChartSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatDuration, formatPercent, plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import { formatBurn } from '../incidents/incident-words.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';

/** The pages a definition would have sent, and its budget's course, over stored history. */
export function BacktestPanel({
  mutation,
}: {
  mutation: Pick<UseMutationResult<Backtest>, 'data' | 'error' | 'isPending'>;
}) {
  const { data, error, isPending } = mutation;
  return (
    <Panel title="Would have paged">
      {isPending ? (
        <Waiting rows={5} />
      ) : error ? (
        <Failure what="The preview" error={error} />
      ) : data ? (
        <BacktestResult backtest={data} />
      ) : (
        <Empty title="Not tried yet.">
          Preview shows when this definition would have paged over the stored history.
        </Empty>
      )}
    </Panel>
  );
}

function BacktestResult({ backtest }: { backtest: Backtest }) {
  const zone = useZone();
  const series = useMemo<ChartSeries[]>(
    () => [
      {
        name: 'Budget left',
        kind: 'area',
        color: 'data',
        points: backtest.series.map(({ t, budgetRemaining }) => [Date.parse(t), budgetRemaining] as const),
      },
    ],
    [backtest],
  );
  const pages = backtest.pages.filter(({ severity }) => severity === 'page').length;
  return (
    <div className="stack">
      <strong>
        {plural(pages, 'page')} and {plural(backtest.pages.length - pages, 'ticket')} between{' '}
        {formatInstant(backtest.from, zone)} and {formatInstant(backtest.to, zone)}; budget left{' '}
        {formatPercent(backtest.budgetRemaining)}.
      </strong>
      {backtest.warnings.map((warning) => (
        <div key={warning} className="notice notice-risk">
          {warning}
        </div>
      ))}
      <TimeChart
        label="Error budget left under this definition"
        series={series}
        fromMs={Date.parse(backtest.from)}
        toMs={Date.parse(backtest.to)}
        zone={zone}
        height={150}
        formatValue={formatPercent}
        annotations={backtest.pages.map((page, index) => ({
          id: String(index),
          atMs: Date.parse(page.firedAt),
          label: page.tier,
          kind: 'incident',
        }))}
      />
      <table className="table" aria-label="Would have paged">
        <thead>
          <tr>
            <th>Fired</th>
            <th>Tier</th>
            <th className="num">Detected after</th>
            <th className="num">Lasted</th>
            <th className="num">Reset after</th>
            <th className="num">Peak burn</th>
          </tr>
        </thead>
        <tbody>
          {backtest.pages.map((page) => (
            <tr key={`${page.firedAt}${page.tier}`}>
              <td>{formatInstant(page.firedAt, zone)}</td>
              <td>
                {page.tier} <span className="muted">{page.severity}</span>
              </td>
              <td className="num">{formatDuration(page.detectionSeconds * 1000)}</td>
              <td className="num">
                {page.resolvedAt
                  ? formatDuration(Date.parse(page.resolvedAt) - Date.parse(page.firedAt))
                  : 'still firing'}
              </td>
              <td className="num">{page.resetSeconds === null ? '-' : formatDuration(page.resetSeconds * 1000)}</td>
              <td className="num">{formatBurn(page.peakBurn)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
