import { useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useMemo, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { formatInstant } from '../time/zone.js';
import { AnnotationLane } from './annotation-lane.js';
import { seriesCsv } from './chart-csv.js';
import { ChartFiles } from './chart-files.js';
import classes from './chart.module.css';
import { plotLeft, plotRight } from './plot.js';
import { categoryColor, type ChartAnnotation, type ChartSeries, legendSeries } from './series.js';

/** Asked for as soon as a page with a chart is, while its figures are still on their way. */
const canvas = import('./canvas.js');
// A failure is shown where the chart would be; here it is only no surprise.
canvas.catch(() => undefined);
const TimeCanvas = lazy(async () => ({ default: (await canvas).TimeCanvas }));

export interface TimeChartProps {
  /** What the chart shows, as a sentence: it is the accessible name. */
  label: string;
  series: readonly ChartSeries[];
  fromMs: number;
  toMs: number;
  zone: string;
  height?: number;
  formatValue: (value: number) => string;
  annotations?: readonly ChartAnnotation[];
  /** False: annotations are lines alone, since another chart of the group names them. */
  named?: boolean;
  /** Charts of one group share the crosshair. */
  group?: string;
  yFromZero?: boolean;
  yMin?: number;
  yMax?: number;
  legend?: boolean;
  onRange?: (fromMs: number, toMs: number) => void;
  onZoomOut?: () => void;
}

/** A chart over time: annotation lane, legend with words, drag to set the range, and the same data as a table. */
export function TimeChart(props: TimeChartProps) {
  const { label, series, fromMs, toMs, zone, height = 180, formatValue, annotations = [], legend = true } = props;
  const { yFromZero = true, yMin, yMax, group, named = true, onRange, onZoomOut } = props;
  const scheme = useComputedColorScheme('dark');
  const [asTable, setAsTable] = useState(false);
  const figure = useRef<HTMLElement>(null);

  const model = useMemo(
    () => ({ series, fromMs, toMs, zone, scheme, yFromZero, yMin, yMax, formatValue }),
    [series, fromMs, toMs, zone, scheme, yFromZero, yMin, yMax, formatValue],
  );
  const values = useMemo(() => series.flatMap(({ points }) => points.map(([, value]) => value)), [series]);
  const hasValues = values.some((value) => value !== null);

  return (
    <figure ref={figure} className={classes.figure}>
      <div className={classes.head}>
        {legend &&
          legendSeries(series).map((item, index) => (
            <span key={item.name} className={classes.legend}>
              <span
                className={classes.swatch}
                data-kind={item.kind ?? 'line'}
                data-dashed={item.dashed ?? false}
                data-faint={item.faint ?? false}
                style={{
                  color:
                    typeof item.color === 'string'
                      ? `var(--state-${item.color})`
                      : categoryColor(item.color ?? index, scheme),
                }}
              />
              <span className="clip">{item.name}</span>
            </span>
          ))}
        {!yFromZero && <span>y axis does not start at 0</span>}
        <span className={classes.aside}>
          <button type="button" className="link-button no-print" onClick={() => setAsTable(!asTable)}>
            {asTable ? 'View as chart' : 'View as table'}
          </button>
          {hasValues && (
            <ChartFiles label={label} legend={legendText(series)} csv={() => seriesCsv(series)} figure={figure} />
          )}
        </span>
      </div>
      {asTable ? (
        <SeriesTable series={series} zone={zone} formatValue={formatValue} height={height} label={label} />
      ) : (
        <div className={classes.body}>
          <AnnotationLane
            annotations={annotations}
            named={named}
            fromMs={fromMs}
            toMs={toMs}
            plotHeight={height - 24}
          />
          <DragRange fromMs={fromMs} toMs={toMs} onRange={onRange} onZoomOut={onZoomOut}>
            <Suspense fallback={<div style={{ height }} />}>
              {hasValues ? (
                <TimeCanvas model={model} height={height} label={label} group={group} />
              ) : (
                <div className="empty" style={{ height, boxSizing: 'border-box' }}>
                  <span className="muted">No data between these times.</span>
                </div>
              )}
            </Suspense>
          </DragRange>
        </div>
      )}
    </figure>
  );
}

function legendText(series: readonly ChartSeries[]): string {
  return legendSeries(series)
    .map(({ name, dashed }) => (dashed ? `${name} (dashed)` : name))
    .join('   ');
}

interface DragRangeProps {
  fromMs: number;
  toMs: number;
  onRange?: ((fromMs: number, toMs: number) => void) | undefined;
  onZoomOut?: (() => void) | undefined;
  children: ReactNode;
}

function DragRange({ fromMs, toMs, onRange, onZoomOut, children }: DragRangeProps) {
  const [drag, setDrag] = useState<{ start: number; end: number } | null>(null);
  const offset = (event: PointerEvent<HTMLDivElement>) =>
    Math.max(
      plotLeft,
      Math.min(event.clientX - event.currentTarget.getBoundingClientRect().left, widthOf(event) - plotRight),
    );
  const finish = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag) return;
    setDrag(null);
    const plotWidth = widthOf(event) - plotLeft - plotRight;
    const [left, right] = [Math.min(drag.start, drag.end), Math.max(drag.start, drag.end)];
    if (right - left < 6) return;
    const at = (x: number) => fromMs + ((x - plotLeft) / plotWidth) * (toMs - fromMs);
    onRange?.(at(left), at(right));
  };
  return (
    <div
      className={classes.plot}
      onPointerDown={(event) => {
        if (onRange && event.button === 0 && event.pointerType === 'mouse')
          setDrag({ start: offset(event), end: offset(event) });
      }}
      onPointerMove={(event) => {
        if (drag) setDrag({ ...drag, end: offset(event) });
      }}
      onPointerUp={finish}
      onPointerLeave={() => setDrag(null)}
      onDoubleClick={onZoomOut}
    >
      {children}
      {drag && Math.abs(drag.end - drag.start) > 2 && (
        <div
          className={classes.selection}
          style={{ left: Math.min(drag.start, drag.end), width: Math.abs(drag.end - drag.start) }}
        />
      )}
    </div>
  );
}

function widthOf(event: PointerEvent<HTMLDivElement>): number {
  return event.currentTarget.getBoundingClientRect().width;
}

interface SeriesTableProps {
  series: readonly ChartSeries[];
  zone: string;
  formatValue: (value: number) => string;
  height: number;
  label: string;
}

function SeriesTable({ series, zone, formatValue, height, label }: SeriesTableProps) {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => b - a);
  const lookup = series.map(({ points }) => new Map(points.map(([time, value]) => [time, value])));
  return (
    <div className={classes.tableBox} style={{ maxHeight: height }} role="region" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>Time</th>
            {series.map(({ name }) => (
              <th key={name} className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.slice(0, 500).map((time) => (
            <tr key={time}>
              <td className="nowrap">{formatInstant(time, zone, Date.now(), true)}</td>
              {lookup.map((values, index) => {
                const value = values.get(time);
                return (
                  <td key={series[index]?.name} className="num">
                    {value === null || value === undefined ? '-' : formatValue(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
