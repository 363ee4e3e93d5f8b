import { useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useMemo, useRef, useState, type PointerEvent } from 'react';
import { formatCount } from '../design/format.js';
import { csvText } from './chart-csv.js';
import { ChartFiles } from './chart-files.js';
import classes from './chart.module.css';
import { bandText, type HeatmapModel } from './heatmap-option.js';
import { plotBottom, plotLeft, plotRight, plotTop } from './plot.js';

const HeatmapCanvas = lazy(async () => ({ default: (await import('./canvas.js')).HeatmapCanvas }));

/** A part of the plot: a stretch of time and bands from `low` up to and without `high`. */
export interface HeatBox {
  fromMs: number;
  toMs: number;
  low: number;
  high: number;
}

interface HeatmapProps {
  label: string;
  model: Omit<HeatmapModel, 'scheme'>;
  height?: number;
  box: HeatBox | null;
  onBox: (box: HeatBox | null) => void;
}

/** Counts by time and band. Dragging selects a part; the table does the same for whole bands without a mouse. */
export function Heatmap({ label, model, height = 190, box, onBox }: HeatmapProps) {
  const scheme = useComputedColorScheme('dark');
  const figure = useRef<HTMLElement>(null);
  const [asTable, setAsTable] = useState(false);
  const drawn = useMemo(() => ({ ...model, scheme }), [model, scheme]);
  const csv = () =>
    csvText(
      ['time', 'from', 'to', model.unit],
      model.cells.map(({ startMs, band, count }) => [
        new Date(startMs).toISOString(),
        model.bands[band] ?? null,
        model.bands[band + 1] ?? null,
        count,
      ]),
    );
  return (
    <figure ref={figure} className={classes.figure}>
      <div className={classes.head}>
        <span className={classes.legend}>
          <span className={classes.scale} aria-hidden />
          few to many {model.unit}
        </span>
        <span className="wide-only">Drag over a part to select it</span>
        <span className={classes.aside}>
          <button type="button" className="link-button no-print" onClick={() => setAsTable(!asTable)}>
            {asTable ? 'View as chart' : 'View as table'}
          </button>
          <ChartFiles label={label} legend={`few to many ${model.unit}`} csv={csv} figure={figure} />
        </span>
      </div>
      {asTable ? (
        <BandTable label={label} model={model} height={height} onBox={onBox} />
      ) : model.cells.length === 0 ? (
        <div className="empty" style={{ height, boxSizing: 'border-box' }}>
          <span className="muted">No {model.unit} with such a value between these times.</span>
        </div>
      ) : (
        <Brush model={model} height={height} box={box} onBox={onBox}>
          <Suspense fallback={<div style={{ height }} />}>
            <HeatmapCanvas model={drawn} height={height} label={label} />
          </Suspense>
        </Brush>
      )}
    </figure>
  );
}

interface Corner {
  x: number;
  y: number;
}

interface BrushProps {
  model: HeatmapProps['model'];
  height: number;
  box: HeatBox | null;
  onBox: HeatmapProps['onBox'];
  children: React.ReactNode;
}

function Brush({ model, height, box, onBox, children }: BrushProps) {
  const [drag, setDrag] = useState<{ start: Corner; end: Corner } | null>(null);
  const plotHeight = height - plotTop - plotBottom;
  const at = (event: PointerEvent<HTMLDivElement>): Corner => {
    const bounds = event.currentTarget.getBoundingClientRect();
    return {
      x: share(event.clientX - bounds.left - plotLeft, bounds.width - plotLeft - plotRight),
      y: share(event.clientY - bounds.top - plotTop, plotHeight),
    };
  };
  const finish = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag) return;
    setDrag(null);
    const width = event.currentTarget.clientWidth - plotLeft - plotRight;
    const moved = Math.max(
      Math.abs(drag.start.x - drag.end.x) * width,
      Math.abs(drag.start.y - drag.end.y) * plotHeight,
    );
    if (moved >= 4) onBox(boxBetween(model, drag.start, drag.end));
  };
  const shown = drag ? boxBetween(model, drag.start, drag.end) : box;
  return (
    <div
      className={classes.plot}
      style={{ cursor: 'crosshair' }}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType !== 'mouse') return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ start: at(event), end: at(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, end: at(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => onBox(null)}
    >
      {children}
      {shown && <BoxMark model={model} plotHeight={plotHeight} box={shown} />}
    </div>
  );
}

const share = (value: number, whole: number): number => Math.max(0, Math.min(1, value / Math.max(1, whole)));

/** The cells that a drag touches, whole: what is selected is what is marked. */
function boxBetween({ fromMs, toMs, bucketMs, bandCount }: HeatmapProps['model'], a: Corner, b: Corner): HeatBox {
  const timeAt = (x: number) => fromMs + x * (toMs - fromMs);
  const bandAt = (y: number) => (1 - y) * bandCount;
  const down = (ms: number) => Math.floor(ms / bucketMs) * bucketMs;
  const start = down(timeAt(Math.min(a.x, b.x)));
  const end = down(timeAt(Math.max(a.x, b.x)) - 1) + bucketMs;
  const low = Math.min(bandCount - 1, Math.floor(bandAt(Math.max(a.y, b.y))));
  const high = Math.max(low + 1, Math.ceil(bandAt(Math.min(a.y, b.y))));
  return { fromMs: Math.max(fromMs, start), toMs: Math.min(toMs, end), low, high: Math.min(bandCount, high) };
}

interface BoxMarkProps {
  model: HeatmapProps['model'];
  plotHeight: number;
  box: HeatBox;
}

function BoxMark({ model, plotHeight, box }: BoxMarkProps) {
  const x = (ms: number) => share(ms - model.fromMs, model.toMs - model.fromMs);
  const y = (band: number) => plotTop + (1 - share(band, model.bandCount)) * plotHeight;
  const inset = `(100% - ${plotLeft + plotRight}px)`;
  return (
    <div
      className={classes.box}
      style={{
        left: `calc(${plotLeft}px + ${x(box.fromMs)} * ${inset})`,
        width: `calc(${x(box.toMs) - x(box.fromMs)} * ${inset})`,
        top: y(box.high),
        height: y(box.low) - y(box.high),
      }}
    />
  );
}

interface BandTableProps {
  label: string;
  model: HeatmapProps['model'];
  height: number;
  onBox: HeatmapProps['onBox'];
}

/** Highest band first, as in the chart; a band is selected over the whole time. */
function BandTable({ label, model, height, onBox }: BandTableProps) {
  const bands = Array.from({ length: model.bandCount }, (_, index) => model.bandCount - 1 - index);
  const count = (band: number) =>
    model.cells.filter((cell) => cell.band === band).reduce((sum, cell) => sum + cell.count, 0);
  return (
    <div className={classes.tableBox} style={{ maxHeight: height }} role="region" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>Value</th>
            <th className="num">Number of {model.unit}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {bands.map((band) => (
            <tr key={band}>
              <td className="nowrap">{bandText(model, band)}</td>
              <td className="num">{formatCount(count(band))}</td>
              <td>
                <button
                  type="button"
                  className="link-button"
                  aria-label={`Select ${bandText(model, band)}`}
                  onClick={() => onBox({ fromMs: model.fromMs, toMs: model.toMs, low: band, high: band + 1 })}
                >
                  Select
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
