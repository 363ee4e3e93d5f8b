import type { CostReport } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { ChartSeries } from '../chart/series.js';
import { TimeChart } from '../chart/time-chart.js';
import { formatMoneyShort } from '../design/format.js';
import { fromWallTime } from '../time/zone.js';
import { rowName } from './cost-words.js';

const dayMs = 86_400_000;
/** Beyond this many groups the chart would be noise; the rest is one band, and all of them are in the table. */
const maxGroups = 7;

/** Cost of each day, stacked by group, with the day's share of the budget as a line. */
export function DailyCostChart({ report, zone }: { report: CostReport; zone: string }) {
  const { series, fromMs, toMs } = useMemo(() => dailySeries(report, zone), [report, zone]);
  const formatValue = useMemo(
    () => (value: number) => formatMoneyShort(String(value), report.currency),
    [report.currency],
  );
  return (
    <TimeChart
      label={`Cost by day in ${report.currency}, stacked by ${report.groupBy}`}
      series={series}
      fromMs={fromMs}
      toMs={toMs}
      zone={zone}
      height={220}
      formatValue={formatValue}
    />
  );
}

function dailySeries(report: CostReport, zone: string): { series: ChartSeries[]; fromMs: number; toMs: number } {
  const startOf = (day: string) => fromWallTime(Date.parse(`${day}T00:00:00Z`), zone);
  const names = new Map(report.items.map((row) => [row.key, rowName(row)]));
  const keys = report.items.map(({ key }) => key).filter((key) => report.days.some(({ byKey }) => byKey[key]));
  const shown = keys.slice(0, maxGroups);
  const series: ChartSeries[] = shown.map((key, index) => ({
    name: names.get(key) ?? key,
    kind: 'bar',
    stack: 'cost',
    color: index,
    // Bars stand in the middle of their day.
    points: report.days.map(({ day, byKey }) => [startOf(day) + dayMs / 2, Number(byKey[key] ?? 0)] as const),
  }));
  const rest = keys.slice(maxGroups);
  if (rest.length > 0) {
    series.push({
      name: `${rest.length} more`,
      kind: 'bar',
      stack: 'cost',
      color: 'muted',
      points: report.days.map(
        ({ day, byKey }) =>
          [startOf(day) + dayMs / 2, rest.reduce((sum, key) => sum + Number(byKey[key] ?? 0), 0)] as const,
      ),
    });
  }
  const [fromMs, toMs] = [Date.parse(report.from), Date.parse(report.to)];
  if (report.budget) {
    const daily = Number(report.budget.amount) / Math.max(1, Math.round((toMs - fromMs) / dayMs));
    const points = [
      [fromMs, daily],
      [toMs, daily],
    ] as const;
    series.push({ name: 'Budget a day', points, color: 'failing', dashed: true });
  }
  return { series, fromMs, toMs };
}
