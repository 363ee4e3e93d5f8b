import type { Change, Objective, ObjectiveSeries } from '@plimsoll/contract';
import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import { type ChartAnnotation, type ChartSeries, intervalSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatCompact, formatPercent, formatSignificant } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import type { IncidentPageOf } from '../shell/home-page.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useZone } from '../time/use-time.js';
import { zoneName } from '../time/zone.js';
import { TierChart } from './tier-chart.js';

interface BurnChartsProps {
  objective: Objective;
  query: UseQueryResult<ObjectiveSeries>;
}

interface Zoom {
  fromMs: number;
  toMs: number;
}

/** `from_to` in epoch milliseconds, as the address keeps it; anything else is the whole window. */
function readZoom(text: string | undefined): Zoom | null {
  const [, from, to] = /^(\d{12,14})_(\d{12,14})$/.exec(text ?? '') ?? [];
  return from && to && Number(from) < Number(to) ? { fromMs: Number(from), toMs: Number(to) } : null;
}

/** The budget over the objective's own window and, under the same crosshair, burn and volume. Dragging only zooms. */
export function BurnCharts({ objective, query }: BurnChartsProps) {
  const [words, setWords] = usePageSearch();
  const zoom = readZoom(oneWord(words, 'zoom'));
  const setZoom = (next: Zoom | null) =>
    setWords({ zoom: next ? `${Math.round(next.fromMs)}_${Math.round(next.toMs)}` : undefined }, true);
  return (
    <Panel
      title="Budget"
      aside={
        <span className="muted">
          {objective.windowText}
          {zoom && (
            <>
              {', zoomed in. '}
              <button type="button" className="link-button" onClick={() => setZoom(null)}>
                Show the whole window
              </button>
            </>
          )}
        </span>
      }
    >
      <Loaded query={query} what="The budget's course" rows={6} rowHeight={60}>
        {(series) => <Charts objective={objective} series={series} zoom={zoom} onZoom={setZoom} />}
      </Loaded>
    </Panel>
  );
}

interface ChartsProps {
  objective: Objective;
  series: ObjectiveSeries;
  zoom: Zoom | null;
  onZoom: (zoom: Zoom | null) => void;
}

const formatBurnAxis = (value: number) => `${formatSignificant(value, 2)}x`;

function Charts({ objective, series, zoom, onZoom }: ChartsProps) {
  const zone = useZone();
  const annotations = useAnnotations(objective, series);
  const { budget, burn, volume } = useMemo(() => chartSeries(objective, series), [objective, series]);
  const range = {
    fromMs: zoom?.fromMs ?? Date.parse(series.from),
    toMs: zoom?.toMs ?? Date.parse(series.to),
    zone,
    group: `objective-${objective.slug}`,
    onRange: (fromMs: number, toMs: number) => onZoom({ fromMs, toMs }),
    onZoomOut: () => onZoom(null),
  };
  return (
    <div className="stack">
      <TimeChart
        {...range}
        label={`Error budget left of ${objective.name}, ${objective.windowText}`}
        series={budget}
        annotations={annotations}
        height={210}
        formatValue={formatPercent}
      />
      <TierChart objective={objective} range={range} zoomed={zoom !== null} />
      <TimeChart
        {...range}
        label={`Burn rate of each point of ${objective.name}`}
        series={burn}
        height={110}
        formatValue={formatBurnAxis}
      />
      <TimeChart
        {...range}
        label={`Good and bad calls of ${objective.name}`}
        series={volume}
        height={110}
        formatValue={formatCompact}
      />
      <div className="muted">
        Times in {zoneName(range.toMs, zone)}. Drag to zoom in, double-click to see the whole window again.
      </div>
    </div>
  );
}

function chartSeries(objective: Objective, series: ObjectiveSeries) {
  const times = series.points.map(({ t }) => Date.parse(t));
  const at = <T,>(pick: (point: ObjectiveSeries['points'][number]) => T) =>
    series.points.map((point, index) => [times[index] ?? 0, pick(point)] as const);
  const [fromMs, toMs] = [Date.parse(series.from), Date.parse(series.to)];
  const flat = (value: number) =>
    [
      [fromMs, value],
      [toMs, value],
    ] as const;
  const budget: ChartSeries[] = [
    { name: 'Budget left', points: at(({ budgetRemaining }) => budgetRemaining), kind: 'area', color: 'data' },
    {
      name: 'Even burn',
      points: [
        [fromMs, 1],
        [toMs, 0],
      ],
      color: 'muted',
      dashed: true,
    },
    { name: 'Used up', points: flat(0), color: 'failing', dashed: true },
  ];
  const burn: ChartSeries[] = [
    { name: 'Burn rate', points: at(({ burnRate }) => burnRate), color: 'data' },
    { name: 'Even burn 1x', points: flat(1), color: 'muted', dashed: true },
  ];
  const allowed = 1 - Number(objective.target);
  if (allowed > 0 && series.points.some(({ low }) => low !== null)) {
    const scaled = (value: number | null) => (value === null ? null : value / allowed);
    const [low, high] = [at((point) => scaled(point.low)), at((point) => scaled(point.high))];
    burn.push(...intervalSeries(low, high, 'data'));
  }
  const volume: ChartSeries[] = [
    { name: 'Good', points: at(({ eligible, bad }) => eligible - bad), kind: 'bar', stack: 'n', color: 'data' },
    { name: 'Bad', points: at(({ bad }) => bad), kind: 'bar', stack: 'n', color: 'failing' },
  ];
  return { budget, burn, volume };
}

/** Changes of the feature and incidents of the objective, as marks over the chart. */
function useAnnotations(objective: Objective, series: ObjectiveSeries): ChartAnnotation[] {
  const project = useProjectSlug();
  const changes = useApi<{ items: Change[] }>('/changes', {
    query: { from: series.from, to: series.to, feature: objective.feature, limit: 100 },
  });
  const incidents = useApi<IncidentPageOf>('/incidents', { query: { state: 'all', limit: 200 } });
  return useMemo(() => {
    const marks = (changes.data?.items ?? []).map((change): ChartAnnotation => ({
      id: change.id,
      atMs: Date.parse(change.at),
      label: change.title,
      kind: 'change',
    }));
    for (const incident of incidents.data?.items ?? []) {
      if (incident.objectiveSlug !== objective.slug) continue;
      marks.push({
        id: incident.id,
        atMs: Date.parse(incident.openedAt),
        label: incident.reference,
        kind: 'incident',
        href: `/p/${project}/incidents/${incident.id}`,
      });
    }
    return marks;
  }, [changes.data, incidents.data, objective.slug, project]);
}
