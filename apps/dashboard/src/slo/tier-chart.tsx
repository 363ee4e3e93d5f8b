import { SegmentedControl } from '@mantine/core';
import type { Objective, TierBurns } from '@plimsoll/contract';
import { useMemo } from 'react';
import { useApi } from '../api/queries.js';
import type { ChartSeries } from '../chart/series.js';
import { TimeChart, type TimeChartProps } from '../chart/time-chart.js';
import { Failure, Waiting } from '../design/states.js';
import { formatBurn } from '../incidents/incident-words.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { windowWords } from './slo-words.js';

type Tier = TierBurns['tiers'][number];
type Range = Pick<TimeChartProps, 'fromMs' | 'toMs' | 'zone' | 'group' | 'onRange' | 'onZoomOut'>;

/** An outage has no burn over time to draw, and the limit of an exhaustion moves with the budget. */
const burningTiers = ({ tiers }: Objective) => tiers.filter(({ rule }) => rule !== 'outage' && rule !== 'exhaustion');

/** The tier whose windows are shown: the one asked for, else one that fires, else the first. */
function shownTier(objective: Objective, asked: string | undefined): string | undefined {
  const tiers = burningTiers(objective);
  return (
    tiers.find(({ name }) => name === asked) ??
    tiers.find(({ state }) => state === 'firing' || state === 'resolving') ??
    tiers[0]
  )?.name;
}

interface TierChartProps {
  objective: Objective;
  /** Of the charts above and below it. */
  range: Range;
  /** A part of the window, in which points lie closer. */
  zoomed: boolean;
}

/** The long and the short window of one alert tier with the factor that both have to pass. */
export function TierChart({ objective, range, zoomed }: TierChartProps) {
  const [words, setWords] = usePageSearch();
  const name = shownTier(objective, oneWord(words, 'tier'));
  const query = zoomed
    ? { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() }
    : undefined;
  const burns = useApi<TierBurns>(`/objectives/${objective.slug}/burns`, {
    ...(query ? { query } : {}),
    enabled: burningTiers(objective).length > 0,
    every: 60_000,
  });
  const tier = burns.data?.tiers.find((each) => each.name === name);
  const series = useMemo(
    () => (tier ? tierSeries(tier, range.fromMs, range.toMs) : []),
    [tier, range.fromMs, range.toMs],
  );
  if (burningTiers(objective).length === 0) return null;
  if (burns.isError && !burns.data)
    return <Failure what="The burn of the alert tiers" error={burns.error} onRetry={() => void burns.refetch()} />;
  return (
    <div className="stack" style={{ gap: 4, minHeight: 186 }}>
      <SegmentedControl
        size="xs"
        aria-label="Alert tier"
        value={name ?? ''}
        onChange={(value) => setWords({ tier: value })}
        data={burningTiers(objective).map((each) => ({ value: each.name, label: each.name }))}
        style={{ alignSelf: 'flex-start', maxWidth: '100%', overflowX: 'auto' }}
      />
      {tier ? (
        <TimeChart
          {...range}
          label={`Burn of ${objective.name}, ${tier.name}: fires while ${windowWords(tier.long)} and ${windowWords(tier.short)} are both above ${formatBurn(tier.factor)}`}
          series={series}
          height={130}
          formatValue={formatBurn}
        />
      ) : (
        <Waiting rows={1} height={150} />
      )}
    </div>
  );
}

function tierSeries(tier: Tier, fromMs: number, toMs: number): ChartSeries[] {
  const at = (pick: (point: Tier['points'][number]) => number | null) =>
    tier.points.map((point) => [Date.parse(point.t), pick(point)] as const);
  return [
    { name: `Long window, ${windowWords(tier.long)}`, points: at(({ long }) => long), color: 'data' },
    { name: `Short window, ${windowWords(tier.short)}`, points: at(({ short }) => short), color: 3 },
    {
      name: `Fires above ${formatBurn(tier.factor)}`,
      points: [
        [fromMs, tier.factor],
        [toMs, tier.factor],
      ],
      color: 'failing',
      dashed: true,
    },
    {
      name: 'Both above',
      points: at(({ long, short, above }) => (above ? Math.min(long ?? 0, short ?? 0) : null)),
      kind: 'bar',
      color: 'failing',
    },
  ];
}
