import type { Gpu, GpuFleet, GpuSeries } from '@plimsoll/contract';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import type { ChartAnnotation, ChartSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatMoney, formatSignificant } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Status, Tile } from '../design/status.js';
import { zoomOut } from '../time/range.js';
import { useTime } from '../time/use-time.js';
import {
  formatReading,
  gpuTitle,
  notExported,
  readings,
  reasonText,
  shownValue,
  verdictWords,
  type ReadingName,
} from './gpu-words.js';
import classes from './gpu.module.css';

const tileReadings: readonly ReadingName[] = [
  'smActive',
  'tensorActive',
  'dramActive',
  'fbUsedMib',
  'powerWatts',
  'temperatureCelsius',
  'xid',
];

interface GpuChart {
  title: string;
  lines: readonly { name: ReadingName; color: NonNullable<ChartSeries['color']>; faint?: boolean }[];
  max?: number;
}

const charts: readonly GpuChart[] = [
  {
    title: 'How busy',
    lines: [
      { name: 'smActive', color: 0 },
      { name: 'tensorActive', color: 3 },
      { name: 'dramActive', color: 4 },
      { name: 'gpuUtil', color: 'muted' },
    ],
    max: 1,
  },
  {
    title: 'Memory',
    lines: [
      { name: 'fbUsedMib', color: 0 },
      { name: 'fbTotalMib', color: 'muted' },
    ],
  },
  { title: 'Power', lines: [{ name: 'powerWatts', color: 0 }] },
  { title: 'Temperature', lines: [{ name: 'temperatureCelsius', color: 0 }] },
  { title: 'Clock', lines: [{ name: 'smClockMhz', color: 0 }] },
  {
    title: 'PCIe',
    lines: [
      { name: 'pcieRxBytes', color: 0 },
      { name: 'pcieTxBytes', color: 3 },
    ],
  },
];

/** One GPU: the verdict with its evidence, then its readings over time. */
export function GpuPage() {
  const { id = '' } = useParams({ strict: false });
  const fleet = useApi<GpuFleet>('/gpus', { every: 30_000 });
  return (
    <Loaded query={fleet} what="The GPU" rows={8} rowHeight={48}>
      {({ items, currency }) => {
        const gpu = items.find((item) => item.id === id);
        return gpu ? <GpuView gpu={gpu} currency={currency} /> : <UnknownGpu />;
      }}
    </Loaded>
  );
}

function UnknownGpu() {
  const project = useProjectSlug();
  return (
    <Empty
      title="This GPU no longer reports."
      action={
        <Link to="/p/$project/gpus" params={{ project }}>
          See the fleet
        </Link>
      }
    />
  );
}

function GpuView({ gpu, currency }: { gpu: Gpu; currency: string }) {
  const { word, color } = verdictWords[gpu.verdict];
  const facts = [gpu.model, gpu.pool, gpu.owner && `held by ${gpu.owner}`].filter(Boolean);
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">{gpuTitle(gpu)}</h1>
        <Status color={color}>{word}</Status>
        <span className="muted">
          {facts.join(', ')}
          {gpu.hourlyCost !== null && `, ${formatMoney(gpu.hourlyCost, currency)} an hour`}
        </span>
      </div>
      <Evidence gpu={gpu} />
      <div className="tiles">
        {tileReadings.map((name) => (
          <Tile
            key={name}
            label={readings[name].label}
            value={formatReading(name, gpu.reading[name])}
            title={readings[name].source}
            {...(gpu.reading[name] === null && name !== 'xid' ? { note: notExported } : {})}
          />
        ))}
      </div>
      <GpuCharts id={gpu.id} />
    </div>
  );
}

function Evidence({ gpu }: { gpu: Gpu }) {
  return (
    <div className="notice notice-data">
      <strong>{gpu.nextStep}</strong>
      <span className="muted">
        {gpu.subReason ? `${reasonText(gpu.subReason)}; ` : ''}
        {gpu.evidence
          .map(
            ({ series, value, threshold }) =>
              `${series} ${value === null ? 'not exported' : formatSignificant(value)} (${threshold})`,
          )
          .join(', ')}
        ; confidence {gpu.confidence}
      </span>
    </div>
  );
}

function GpuCharts({ id }: { id: string }) {
  const time = useTime();
  const query = useApi<GpuSeries>(`/gpus/${encodeURIComponent(id)}/series`, { query: time.query });
  return (
    <Loaded query={query} what="The readings" rows={6} rowHeight={80}>
      {(series) =>
        series.points.length === 0 ? (
          <Empty title="No reading in this time.">Widen the time range above.</Empty>
        ) : (
          <div className={classes.charts}>
            {charts.map((chart) => (
              <ReadingChart key={chart.title} chart={chart} series={series} id={id} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

function ReadingChart({ chart, series, id }: { chart: GpuChart; series: GpuSeries; id: string }) {
  const time = useTime();
  const lines = useMemo<ChartSeries[]>(
    () =>
      chart.lines
        .filter(({ name }) => series.points.some((point) => point[name] !== null))
        .map(({ name, color }) => ({
          name: readings[name].label,
          color,
          points: series.points.map((point) => [Date.parse(point.t), shownValue(name, point[name])] as const),
        })),
    [chart, series],
  );
  const annotations = useMemo(
    () =>
      series.events.map(({ at, kind, title }, index): ChartAnnotation => ({
        id: String(index),
        atMs: Date.parse(at),
        label: title,
        kind: kind === 'xid' ? 'incident' : 'event',
      })),
    [series],
  );
  const first = chart.lines[0];
  if (!first) return null;
  return (
    <Panel title={chart.title}>
      {lines.length === 0 ? (
        <Empty title={`${chart.lines.map(({ name }) => readings[name].source).join(', ')}:`}>{notExported}</Empty>
      ) : (
        <TimeChart
          label={`${chart.title} of the GPU over time`}
          series={lines}
          fromMs={time.resolved.fromMs}
          toMs={time.resolved.toMs}
          zone={time.zone}
          height={150}
          group={`gpu-${id}`}
          formatValue={readings[first.name].format}
          annotations={annotations}
          onRange={time.setSpan}
          onZoomOut={() => time.setRange(zoomOut(time.resolved, Date.now()))}
          {...(chart.max ? { yMax: chart.max } : {})}
        />
      )}
    </Panel>
  );
}
