import type { TraceOverview } from '@plimsoll/contract';
import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ChartSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatCompact } from '../design/format.js';
import type { TimeControl } from '../time/use-time.js';
import { zoomOut } from '../time/range.js';

interface TraceHistogramProps {
  overview: UseQueryResult<TraceOverview>;
  time: TimeControl;
}

/** How many traces match over time; dragging sets the range. */
export function TraceHistogram({ overview, time }: TraceHistogramProps) {
  const series = useMemo<ChartSeries[]>(() => {
    const points = overview.data?.histogram ?? [];
    return [
      {
        name: 'Without an error',
        kind: 'bar',
        stack: 'n',
        color: 'data',
        points: points.map(({ t, count, errors }) => [Date.parse(t), count - errors] as const),
      },
      {
        name: 'With an error',
        kind: 'bar',
        stack: 'n',
        color: 'failing',
        points: points.map(({ t, errors }) => [Date.parse(t), errors] as const),
      },
    ];
  }, [overview.data]);
  if (overview.isError) return <div className="notice notice-risk">The histogram could not be loaded.</div>;
  return (
    <div className={overview.isPlaceholderData ? 'updating' : undefined} style={{ minHeight: 122 }}>
      {overview.data && (
        <TimeChart
          label="Traces over time"
          series={series}
          fromMs={time.resolved.fromMs}
          toMs={time.resolved.toMs}
          zone={time.zone}
          height={100}
          formatValue={formatCompact}
          onRange={time.setSpan}
          onZoomOut={() => time.setRange(zoomOut(time.resolved, Date.now()))}
        />
      )}
    </div>
  );
}
