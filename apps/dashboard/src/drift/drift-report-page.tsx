import { Button } from '@mantine/core';
import type { DriftReport, DriftSignal } from '@plimsoll/contract';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { apiUrl } from '../api/client.js';
import { useApi, useProjectSlug } from '../api/queries.js';
import { CategoryChart } from '../chart/category-chart.js';
import { formatCount, formatPercent, formatSignificant } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Status } from '../design/status.js';
import { FigureLink } from '../traces/figure-link.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import {
  countStill,
  directionWords,
  enoughForVerdict,
  formatProbability,
  isTested,
  rankSignals,
  testName,
  verdictWords,
} from './drift-words.js';
import classes from './drift.module.css';

/** One comparison: what moved and how far, against which baseline, with calls from both sides. */
export function DriftReportPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useApi<DriftReport>(`/drift/reports/${encodeURIComponent(id)}`, { keep: false });
  return (
    <Loaded query={query} what="The drift report" rows={8} rowHeight={48}>
      {(report) => <ReportView report={report} />}
    </Loaded>
  );
}

function ReportView({ report }: { report: DriftReport }) {
  const project = useProjectSlug();
  const zone = useZone();
  const verdict = verdictWords[report.verdict];
  const file = (format: string) => apiUrl(`/drift/reports/${report.id}/export`, { project, format });
  const signals = useMemo(() => rankSignals(report.items), [report.items]);
  const moved = signals.filter(({ drifted }) => drifted);
  const still = signals.filter(({ drifted }) => !drifted);
  const smaller = Math.min(report.nReference, report.nCurrent);
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">{report.title}</h1>
        <Status color={verdict.color}>{verdict.word}</Status>
        <span className="row" style={{ marginLeft: 'auto' }}>
          <Button component="a" href={file('html')} target="_blank" rel="noreferrer">
            HTML
          </Button>
          <Button onClick={() => window.print()}>PDF</Button>
          <Button component="a" href={file('csv')} download>
            CSV
          </Button>
          <Button component="a" href={file('json')} download>
            JSON
          </Button>
        </span>
      </div>
      <p style={{ margin: 0 }}>
        <strong>{report.headline}</strong> Baseline: {report.referenceTitle}. Sample{' '}
        <FigureLink
          project={project}
          search={{
            feature: report.feature,
            from: String(Date.parse(report.currentFrom)),
            to: String(Date.parse(report.currentTo)),
          }}
          what="Traces of the present side"
        >
          {formatCount(report.nCurrent)}
        </FigureLink>{' '}
        against {formatCount(report.nReference)} calls, {formatInstant(report.currentFrom, zone)} to{' '}
        {formatInstant(report.currentTo, zone)}.
      </p>
      {smaller < enoughForVerdict && (
        <div className="notice notice-risk" role="status">
          {enoughForVerdict} calls a side are needed for a verdict; {formatCount(smaller)} so far on the smaller side.
        </div>
      )}
      <Panel title={`${moved.length} of ${signals.filter(isTested).length} signals moved`} flush>
        {moved.length > 0 ? <SignalTable signals={moved} /> : <Empty title="No signal moved beyond its floor." />}
      </Panel>
      {still.length > 0 && <StillSignals signals={still} />}
      <div className={classes.sides}>
        <Examples title="Before" examples={report.before} />
        <Examples title="After" examples={report.after} />
      </div>
      {report.notes.length > 0 && (
        <p className="muted" style={{ margin: 0 }}>
          {report.notes.join(' ')}
        </p>
      )}
    </div>
  );
}

function StillSignals({ signals }: { signals: DriftSignal[] }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel
      title={countStill(signals)}
      flush
      aside={
        <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide' : 'Show'}
        </button>
      }
    >
      {open && <SignalTable signals={signals} />}
    </Panel>
  );
}

function SignalTable({ signals }: { signals: DriftSignal[] }) {
  const [opened, setOpened] = useState<string | null>(signals[0]?.drifted ? signals[0].name : null);
  return (
    <table className="table" aria-label="Signals">
      <thead>
        <tr>
          <th>Signal</th>
          <th className="wide-only">Test</th>
          <th className="num">Effect</th>
          <th className="num">Floor</th>
          <th className="num" title="Probability after correction for testing many signals">
            q
          </th>
          <th className="num wide-only">Before</th>
          <th className="num wide-only">After</th>
          <th>Direction</th>
          <th className="num wide-only" title="Population stability index; shown, never a threshold">
            PSI
          </th>
        </tr>
      </thead>
      {signals.map((signal) => (
        <tbody key={signal.name}>
          <tr>
            <td>
              <button
                type="button"
                className="link-button"
                aria-expanded={opened === signal.name}
                onClick={() => setOpened(opened === signal.name ? null : signal.name)}
              >
                {signal.title}
              </button>
            </td>
            <td className="wide-only">{testName(signal.test)}</td>
            <td className="num">
              {signal.effectName} {formatSignificant(signal.effect, 2)}
            </td>
            <td className="num">{formatSignificant(signal.effectFloor, 2)}</td>
            <td className="num">{formatProbability(signal.q)}</td>
            <td className="num wide-only">{formatMean(signal, signal.referenceMean)}</td>
            <td className="num wide-only">{formatMean(signal, signal.currentMean)}</td>
            <td
              className={
                signal.direction === 'worse' ? 'state-failing' : signal.direction === 'better' ? 'state-ok' : ''
              }
            >
              {directionWords[signal.direction]}
            </td>
            <td className="num wide-only">{formatSignificant(signal.psi, 2)}</td>
          </tr>
          {opened === signal.name && (
            <tr>
              <td colSpan={9}>
                <Distribution signal={signal} />
              </td>
            </tr>
          )}
        </tbody>
      ))}
    </table>
  );
}

function formatMean(signal: DriftSignal, value: number | null): string {
  return signal.kind === 'binary' ? formatPercent(value) : formatSignificant(value);
}

function Distribution({ signal }: { signal: DriftSignal }) {
  const { distribution } = signal;
  const series = useMemo(() => {
    const share = (counts: readonly number[]) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return counts.map((count) => (total === 0 ? null : count / total));
    };
    return distribution
      ? [
          { name: 'Before', values: share(distribution.reference), color: 'muted' as const },
          { name: 'After', values: share(distribution.current), color: 'data' as const },
        ]
      : [];
  }, [distribution]);
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  if (!distribution) return <span className="muted">No distribution is kept for this signal.</span>;
  return (
    <CategoryChart
      label={`Distribution of ${signal.title} before and after`}
      categories={distribution.buckets}
      series={series}
      formatValue={formatPercent}
      {...(highest > 0.75 ? { max: 1 } : {})}
    />
  );
}

function Examples({ title, examples }: { title: string; examples: DriftReport['before'] }) {
  const project = useProjectSlug();
  const zone = useZone();
  return (
    <Panel title={`${title}: examples`}>
      {examples.length === 0 && <span className="muted">No example is stored.</span>}
      {examples.map((example) => (
        <article key={example.spanId} className={classes.example}>
          <div className="muted">
            {formatInstant(example.at, zone)} {[example.promptVersion, example.model].filter(Boolean).join(', ')}{' '}
            <Link
              to="/p/$project/traces/$id"
              params={{ project, id: example.traceId }}
              search={{ span: example.spanId }}
            >
              open
            </Link>
          </div>
          <div className={classes.text} dir="auto">
            {example.input ?? <span className="muted">content not recorded</span>}
          </div>
          <div className={`${classes.text} ${classes.output}`} dir="auto">
            {example.output ?? <span className="muted">content not recorded</span>}
          </div>
        </article>
      ))}
    </Panel>
  );
}
