import type { Incident } from '@plimsoll/contract';
import { useElementSize } from '@mantine/hooks';
import { useMemo } from 'react';
import { type ChartAnnotation, type ChartSeries, intervalSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatPercent } from '../design/format.js';
import { useZone } from '../time/use-time.js';
import { zoneName } from '../time/zone.js';
import classes from './incident-page.module.css';
import { StoreAway } from './store-away.js';

const valueNames: Record<Incident['kind'], string> = {
  latency: 'Calls in time',
  error: 'Calls without an error',
  quality: 'Calls that pass',
  cost: 'Cost over what is expected',
};

/** Pixels of legend and lane above the plot: on a phone the legend has two lines and the lane three. */
const abovePlot = 78;
const aboveNarrowPlot = 130;
const narrowBody = 480;

/** The indicator over time with its target, the changes before it and the moment the incident opened. */
export function IncidentChart({ incident }: { incident: Incident }) {
  const zone = useZone();
  const { ref, width, height } = useElementSize();
  const above = width < narrowBody ? aboveNarrowPlot : abovePlot;
  const { series, fromMs, toMs } = useMemo(() => chartSeries(incident), [incident]);
  const annotations = useMemo(() => chartAnnotations(incident), [incident]);
  return (
    <section className={`panel ${classes.chartPanel}`} aria-label="Since when">
      <div className="panel-head">
        <h2 className="panel-title">Since when</h2>
        <span className="panel-aside muted">
          {!incident.storeAway && !incident.imported && (
            <button type="button" className="link-button no-print" onClick={scrollToCourse}>
              What else moved
            </button>
          )}
          {zoneName(toMs, zone)}
        </span>
      </div>
      <div className={`${classes.chartBody} panel-body`} ref={ref}>
        {incident.storeAway ? (
          <StoreAway incident={incident} />
        ) : (
          <TimeChart
            label={`${valueNames[incident.kind]} of ${incident.objectiveName}, with the target ${incident.target}`}
            series={series}
            fromMs={fromMs}
            toMs={toMs}
            zone={zone}
            height={Math.max(96, height - above)}
            formatValue={formatPercent}
            annotations={annotations}
            {...(incident.kind === 'cost' ? {} : { yMax: 1 })}
          />
        )}
      </div>
    </section>
  );
}

function scrollToCourse(): void {
  document.getElementById('incident-course')?.scrollIntoView();
}

function chartSeries(incident: Incident): { series: ChartSeries[]; fromMs: number; toMs: number } {
  const times = incident.series.map(({ t }) => Date.parse(t));
  const fromMs = times[0] ?? Date.parse(incident.openedAt) - 3_600_000;
  const toMs = Math.max(times.at(-1) ?? 0, fromMs + 60_000);
  // Ratios are shares of bad calls; people read the share that is good. A cost ratio is an excess and is read as it is.
  const read = (value: number | null) => (value === null ? null : incident.kind === 'cost' ? value : 1 - value);
  const points = (pick: (point: Incident['series'][number]) => number | null) =>
    incident.series.map((point, index) => [times[index] ?? 0, read(pick(point))] as const);
  const series: ChartSeries[] = [
    { name: valueNames[incident.kind], points: points(({ ratio }) => ratio), kind: 'line', color: 'data' },
  ];
  if (incident.series.some(({ low }) => low !== null)) {
    // Of the good share the lower edge is what the upper one of the bad share leaves.
    const [low, high] = [points((point) => point.low), points((point) => point.high)];
    series.push(...(incident.kind === 'cost' ? intervalSeries(low, high, 'data') : intervalSeries(high, low, 'data')));
  }
  const target = Number(incident.target);
  if (incident.kind !== 'cost' && target > 0 && target < 1) {
    const line = [
      [fromMs, target],
      [toMs, target],
    ] as const;
    series.push({ name: `Target ${formatPercent(target)}`, points: line, color: 'failing', dashed: true });
  }
  return { series, fromMs, toMs };
}

/** Changes before it, and when it opened. */
export function chartAnnotations(incident: Incident): ChartAnnotation[] {
  const changes = incident.changes.map((change): ChartAnnotation => ({
    id: change.id,
    atMs: Date.parse(change.at),
    label: change.title,
    kind: 'change',
  }));
  const opened: ChartAnnotation = {
    id: 'opened',
    atMs: Date.parse(incident.openedAt),
    label: `${incident.reference} opened`,
    kind: 'incident',
  };
  return [...changes, opened];
}
