import type { TraceHeatmap as TraceHeatmapAnswer } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { QueryParameters } from '../api/client.js';
import { useApi } from '../api/queries.js';
import { Heatmap, type HeatBox } from '../chart/heatmap.js';
import { formatCount } from '../design/format.js';
import { Failure, Waiting } from '../design/states.js';
import type { TimeControl } from '../time/use-time.js';
import { formatMeasure, type Measure, type TraceBox } from './trace-box.js';

interface TraceHeatmapProps {
  measure: Measure;
  query: QueryParameters;
  time: TimeControl;
  box: TraceBox | null;
  onBox: (box: TraceBox | null) => void;
}

/** Traces that match by time and duration or quality; dragging selects some of them. */
export function TraceHeatmap({ measure, query, time, box, onBox }: TraceHeatmapProps) {
  const answer = useApi<TraceHeatmapAnswer>('/traces/heatmap', { query: { ...query, measure } });
  const heat = answer.data?.measure === measure ? answer.data : undefined;
  const { zone } = time;
  const model = useMemo(() => {
    if (!heat) return null;
    const open = heat.measure === 'quality' || heat.bands.length < 2;
    return {
      cells: heat.cells.map(({ t, band, count, errors }) => ({
        startMs: Date.parse(t),
        band,
        count,
        note: errors > 0 ? `, ${formatCount(errors)} with an error` : '',
      })),
      bucketMs: heat.bucketSeconds * 1000,
      bands: heat.bands,
      bandCount: Math.max(1, open ? heat.bands.length : heat.bands.length - 1),
      fromMs: Date.parse(heat.from),
      toMs: Date.parse(heat.to),
      zone,
      formatEdge: formatMeasure[heat.measure],
      unit: 'traces',
    };
  }, [heat, zone]);
  if (answer.isError && !answer.data)
    return <Failure what="The heatmap" error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!heat || !model) return <Waiting rows={1} height={214} />;

  // An end of the plot is no limit: the longest trace and the best score belong to what touches it.
  const toTraceBox = ({ fromMs, toMs, low, high }: HeatBox): TraceBox => ({
    fromMs,
    toMs,
    min: low === 0 ? null : (heat.bands[low] ?? null),
    max: high >= model.bandCount ? null : (heat.bands[high] ?? null),
  });
  const toHeatBox = ({ fromMs, toMs, min, max }: TraceBox): HeatBox => ({
    fromMs,
    toMs,
    low: min === null ? 0 : bandAbove(heat.bands, min, model.bandCount),
    high: max === null ? model.bandCount : bandAbove(heat.bands, max, model.bandCount),
  });
  return (
    <div className={answer.isPlaceholderData ? 'updating' : undefined} style={{ minHeight: 218 }}>
      <Heatmap
        label={measure === 'duration' ? 'Traces by time and duration' : 'Traces by time and share of scores that pass'}
        model={model}
        box={box ? toHeatBox(box) : null}
        onBox={(next) => onBox(next ? toTraceBox(next) : null)}
      />
      {heat.unmeasured > 0 && (
        <div className="muted">{formatCount(heat.unmeasured)} traces have no score and are not shown.</div>
      )}
    </div>
  );
}

function bandAbove(bands: readonly number[], value: number, count: number): number {
  const index = bands.findIndex((edge) => edge >= value);
  return index === -1 ? count : index;
}
