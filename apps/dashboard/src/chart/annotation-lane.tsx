import { useElementSize } from '@mantine/hooks';
import classes from './chart.module.css';
import { plotLeft, plotRight } from './plot.js';
import type { ChartAnnotation } from './series.js';
import { packLane } from './ticks.js';

/** At least 24 px, so that neighbouring labels can be hit apart. */
const rowHeight = 24;
const maxRows = 2;
/** Where a plot is narrower than this there is room for one label a row, and nothing to point at the count of the rest. */
const narrowPlot = 420;
const maxNarrowRows = 3;
/** Long enough for `prompt support-answer v41 to v42`. */
const maxLabelWidth = 230;
/** Kept free at the right end for the count of labels that found no room. */
const moreWidth = 30;
/** Mean width of a character at the lane's size; labels are cut by CSS when a font is wider. */
const characterWidth = 6.4;

interface LaneProps {
  annotations: readonly ChartAnnotation[];
  /** False: lines alone. */
  named: boolean;
  fromMs: number;
  toMs: number;
  plotHeight: number;
}

const words = { change: 'Change', incident: 'Incident', event: 'Event' } as const;

/** Names of changes and incidents above the plot. They are HTML, so that they never collide, take focus and can be read out. */
export function AnnotationLane({ annotations, named, fromMs, toMs, plotHeight }: LaneProps) {
  const { ref, width } = useElementSize();
  const plotWidth = Math.max(0, width - plotLeft - plotRight);
  const visible = distinct(annotations.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs));
  const positions = visible.map((item) => ({
    item,
    x: ((item.atMs - fromMs) / (toMs - fromMs)) * plotWidth,
    width: Math.min(maxLabelWidth, item.label.length * characterWidth + 22),
  }));
  const { placed, hidden } = packLane(
    named ? positions : [],
    plotWidth - moreWidth,
    plotWidth < narrowPlot ? maxNarrowRows : maxRows,
  );
  const rows = Math.max(1, ...placed.map(({ row }) => row + 1));
  const height = visible.length === 0 || !named ? 0 : rows * rowHeight;
  return (
    <div ref={ref} className={classes.lane} style={{ height }}>
      {positions.map(({ item, x }) => (
        <div
          key={item.id}
          className={classes.mark}
          data-kind={item.kind}
          style={{ left: plotLeft + x, height: height + plotHeight }}
        />
      ))}
      {placed.map(({ item, left, row }) => {
        const style = { left: plotLeft + left, top: row * rowHeight };
        const content = (
          <>
            <span className="badge-dot" data-shape={item.kind === 'change' ? 'diamond' : 'circle'} aria-hidden />
            <span className="clip">{item.label}</span>
          </>
        );
        const title = `${words[item.kind]}: ${item.label}`;
        return item.href ? (
          <a key={item.id} className={classes.flag} data-kind={item.kind} style={style} href={item.href} title={title}>
            {content}
          </a>
        ) : (
          <span key={item.id} className={classes.flag} data-kind={item.kind} style={style} title={title}>
            {content}
          </span>
        );
      })}
      {hidden.length > 0 && (
        <span className={classes.more} title={hidden.map(({ label }) => label).join('\n')}>
          +{hidden.length}
        </span>
      )}
    </div>
  );
}

/** The same change declared by a person and first seen in calls stands once, at the earlier time. */
const sameWithinMs = 15 * 60_000;

function distinct(annotations: readonly ChartAnnotation[]): ChartAnnotation[] {
  const kept: ChartAnnotation[] = [];
  for (const item of annotations.toSorted((a, b) => a.atMs - b.atMs)) {
    const known = kept.some(({ label, atMs }) => label === item.label && item.atMs - atMs <= sameWithinMs);
    if (!known) kept.push(item);
  }
  return kept;
}
