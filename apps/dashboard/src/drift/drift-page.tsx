import { Button } from '@mantine/core';
import type { driftMonitor, DriftReportSummary } from '@plimsoll/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { z } from 'zod';
import { useApi, useCall, useProjectSlug } from '../api/queries.js';
import { DataTable, type Column } from '../design/data-table.js';
import { formatCompact } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Status } from '../design/status.js';
import { announce, announceFailure } from '../shell/announce.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { verdictWords } from './drift-words.js';
import { NewMonitor } from './new-monitor.js';

type DriftMonitor = z.infer<typeof driftMonitor>;

/** The latest comparisons of each watched feature, newest first. */
export function DriftPage() {
  const [words, setWords] = usePageSearch();
  const feature = oneWord(words, 'feature');
  const reports = useApi<{ items: DriftReportSummary[] }>('/drift/reports', {
    query: { feature, limit: 100 },
    every: 120_000,
  });
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">Drift</h1>
        <span className="muted">what moved, against which baseline, and whether quality followed</span>
        {feature && (
          <span>
            only {feature}{' '}
            <button type="button" className="link-button" onClick={() => setWords({ feature: undefined })}>
              show all
            </button>
          </span>
        )}
      </div>
      <Loaded query={reports} what="Drift reports" rows={6} rowHeight={36}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No comparison yet.">
              A verdict needs 100 calls on each side, 30 to show anything. Watch a feature below, then compare.
            </Empty>
          ) : (
            <ReportTable items={items} />
          )
        }
      </Loaded>
      <Monitors />
    </div>
  );
}

function ReportTable({ items }: { items: DriftReportSummary[] }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const zone = useZone();
  const columns = useMemo<Column<DriftReportSummary>[]>(
    () => [
      {
        id: 'verdict',
        header: 'Verdict',
        value: ({ verdict }) => verdict,
        cell: ({ verdict }) => <Status color={verdictWords[verdict].color}>{verdictWords[verdict].word}</Status>,
      },
      {
        id: 'title',
        header: 'Comparison',
        value: ({ title }) => title,
        cell: (row) => (
          <>
            <Link to="/p/$project/drift/$id" params={{ project, id: row.id }}>
              {row.title}
            </Link>
            <div className="muted">{row.headline}</div>
          </>
        ),
      },
      {
        id: 'moved',
        header: 'Moved',
        numeric: true,
        value: ({ moved }) => moved,
        cell: ({ moved, signals }) => (
          <>
            {moved} <span className="muted">of {signals}</span>
          </>
        ),
      },
      {
        id: 'n',
        header: 'Calls, now v baseline',
        numeric: true,
        wide: true,
        value: ({ nCurrent }) => nCurrent,
        cell: ({ nCurrent, nReference }) => `${formatCompact(nCurrent)} v ${formatCompact(nReference)}`,
      },
      {
        id: 'at',
        header: 'Made',
        numeric: true,
        wide: true,
        value: ({ createdAt }) => createdAt,
        cell: ({ createdAt }) => formatInstant(createdAt, zone),
      },
    ],
    [project, zone],
  );
  return (
    <section className="panel scroll-x" tabIndex={0} aria-label="Drift reports">
      <DataTable
        label="Drift reports"
        rows={items}
        columns={columns}
        rowId={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/p/$project/drift/$id', params: { project, id } })}
        keys
      />
    </section>
  );
}

function Monitors() {
  const monitors = useApi<{ items: DriftMonitor[] }>('/drift/monitors');
  const zone = useZone();
  const call = useCall(['/drift']);
  const run = (monitor: DriftMonitor) =>
    call
      .mutateAsync({ path: `/drift/monitors/${monitor.id}/run`, method: 'POST' })
      .then(() => announce(`${monitor.name}: compared`))
      .catch((error: unknown) => announceFailure(`${monitor.name} could not be compared`, error));
  return (
    <Panel title="Watched features" flush>
      <Loaded query={monitors} what="Monitors">
        {({ items }) => (
          <>
            {items.length > 0 && (
              <table className="table" aria-label="Watched features">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Feature</th>
                    <th>Baseline</th>
                    <th className="wide-only">Last run</th>
                    <th>Verdict</th>
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {items.map((monitor) => (
                    <tr key={monitor.id}>
                      <td>{monitor.name}</td>
                      <td>{monitor.feature}</td>
                      <td>
                        {monitor.reference === 'rolling'
                          ? `the ${monitor.referenceDays} days before`
                          : 'first calls of the prompt version'}
                      </td>
                      <td className="wide-only">{monitor.lastRunAt ? formatInstant(monitor.lastRunAt, zone) : '-'}</td>
                      <td>
                        {monitor.lastVerdict ? (
                          <Status color={verdictWords[monitor.lastVerdict].color}>
                            {verdictWords[monitor.lastVerdict].word}
                          </Status>
                        ) : (
                          '-'
                        )}
                      </td>
                      <td className="num">
                        <Button onClick={() => void run(monitor)}>Compare now</Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <NewMonitor />
          </>
        )}
      </Loaded>
    </Panel>
  );
}
