import type { Backtest } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { useProjectSlug } from '../api/queries.js';
import type { ChartSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatDuration, formatPercent, plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Failure, Waiting } from '../design/states.js';
import { formatBurn } from '../incidents/incident-words.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { wordsOfGroup } from './call-words.js';
import { precisionSentence } from './precision-words.js';

interface BacktestPanelProps {
  trial: { data: Backtest | undefined; error: Error | null; isPending: boolean };
  aside?: ReactNode;
}

/** The pages a definition would have sent, and its budget's course, over stored history. */
export function BacktestPanel({ trial: { data, error, isPending }, aside }: BacktestPanelProps) {
  return (
    <Panel title="Would have paged" aside={aside}>
      {error ? (
        <Failure what="The preview" error={error} />
      ) : data ? (
        <div className={isPending ? 'updating' : undefined} aria-busy={isPending}>
          <BacktestResult backtest={data} />
        </div>
      ) : (
        <Waiting rows={6} />
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
  const grouped = backtest.pages.some(({ group }) => Object.keys(group).length > 0);
  const pages = backtest.pages.filter(({ severity }) => severity === 'page').length;
  const judged = [
    precisionSentence('pages', backtest.precision.page),
    precisionSentence('tickets', backtest.precision.ticket),
  ].filter((sentence) => sentence !== '');
  return (
    <div className="stack">
      <strong>
        {plural(pages, 'page')} and {plural(backtest.pages.length - pages, 'ticket')} between{' '}
        {formatInstant(backtest.from, zone)} and {formatInstant(backtest.to, zone)}; budget left{' '}
        {formatPercent(backtest.budgetRemaining)}.
      </strong>
      {judged.length > 0 && <span className="muted">Against incidents of this objective: {judged.join('; ')}.</span>}
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
      <div className="scroll-x" tabIndex={0} role="group" aria-label="Table, scrollable">
        <table className="table" aria-label="Would have paged">
          <thead>
            <tr>
              <th>Fired</th>
              <th>Tier</th>
              <th>Incident</th>
              {grouped && <th>Group</th>}
              <th className="num">Detected after</th>
              <th className="num">Lasted</th>
              <th className="num">Reset after</th>
              <th className="num">Peak burn</th>
            </tr>
          </thead>
          <tbody>
            {backtest.pages.map((page) => (
              <tr key={`${page.firedAt}${page.tier}${JSON.stringify(page.group)}`}>
                <td className="nowrap">{formatInstant(page.firedAt, zone)}</td>
                <td className="nowrap">
                  {page.tier} <span className="muted">{page.severity}</span>
                </td>
                <td className="nowrap">
                  <MetIncident page={page} />
                </td>
                {grouped && <td>{wordsOfGroup(page.group, 'all')}</td>}
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
      <DelayTable tiers={backtest.tiers} />
    </div>
  );
}

/** The incident that it overlaps, and what people said of that. */
function MetIncident({ page: { incident } }: { page: Backtest['pages'][number] }) {
  const project = useProjectSlug();
  if (incident === null) return <span className="muted">none</span>;
  const { id, reference, label } = incident;
  return (
    <>
      <Link to="/p/$project/incidents/$id" params={{ project, id }}>
        {reference}
      </Link>{' '}
      <span className="muted">{label === null ? 'not judged' : label === 'real' ? 'real' : 'false alarm'}</span>
    </>
  );
}

/** How soon each tier fires and lets go at constant bad shares, from a clean state. */
function DelayTable({ tiers }: { tiers: Backtest['tiers'] }) {
  const shares = tiers[0]?.delays.map(({ errorRatio }) => errorRatio) ?? [];
  if (shares.length === 0) return null;
  return (
    <div className="scroll-x" tabIndex={0} role="group" aria-label="Table, scrollable">
      <table className="table" aria-label="Detection and reset by bad share">
        <thead>
          <tr>
            <th>If so many are bad</th>
            {shares.map((share) => (
              <th key={share} className="num">
                {formatPercent(share)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tiers.map((tier) => (
            <tr key={tier.name}>
              <td className="nowrap">
                {tier.name} <span className="muted">{tier.severity}</span>
              </td>
              {tier.delays.map(({ errorRatio, detectionSeconds, resetSeconds }) => (
                <td
                  key={errorRatio}
                  className="num"
                  title={resetSeconds === null ? '' : `lets go after ${formatDuration(resetSeconds * 1000)}`}
                >
                  {detectionSeconds === null ? (
                    <span className="muted">never</span>
                  ) : (
                    formatDuration(detectionSeconds * 1000)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
