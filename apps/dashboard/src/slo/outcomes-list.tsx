import { Button } from '@mantine/core';
import { type ObjectiveOutcome, type ObjectiveOutcomes, priceCurrency } from '@plimsoll/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { callApi } from '../api/client.js';
import { useProjectSlug } from '../api/queries.js';
import { DataTable, type Column } from '../design/data-table.js';
import { formatCount, formatMoney, plural } from '../design/format.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import { formatMoment, zoneName } from '../time/zone.js';

const pageSize = 100;

interface OutcomesListProps {
  slug: string;
  /** Range, group and incident, as the calls have them. */
  query: Readonly<Record<string, string | undefined>>;
  zone: string;
  toMs: number;
}

/** What a cost per outcome divides by: every outcome of the range, with the trace behind it. */
export function OutcomesList({ slug, query, zone, toMs }: OutcomesListProps) {
  const project = useProjectSlug();
  const path = `/objectives/${encodeURIComponent(slug)}/outcomes`;
  const outcomes = useInfiniteQuery({
    queryKey: ['api', project, path, query],
    queryFn: ({ pageParam, signal }) =>
      callApi<ObjectiveOutcomes>(path, { project, signal, query: { ...query, limit: pageSize, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
  const rows = useMemo(() => outcomes.data?.pages.flatMap(({ items }) => items) ?? [], [outcomes.data]);
  const columns = useMemo(() => outcomeColumns(project, zone, toMs), [project, zone, toMs]);
  const first = outcomes.data?.pages[0];
  if (outcomes.isError && !first)
    return <Failure what="The outcomes" error={outcomes.error} onRetry={() => void outcomes.refetch()} />;
  if (!first) return <Waiting rows={12} height={24} />;
  if (rows.length === 0) return <Empty title={`Nothing was ${first.name} in this time.`}>Widen the time.</Empty>;
  return (
    <>
      <div className="muted">
        {formatMoney(first.cost, priceCurrency)} for {plural(first.outcomes, 'outcome')} {first.name}:{' '}
        <span title={first.costPerOutcome ?? ''}>{formatMoney(first.costPerOutcome, priceCurrency)} each</span>
      </div>
      <section className="panel scroll-x" tabIndex={0} aria-label="Outcomes">
        <DataTable label="Outcomes" rows={rows} columns={columns} rowId={({ key }) => key} />
      </section>
      {outcomes.hasNextPage && (
        <div>
          <Button loading={outcomes.isFetchingNextPage} onClick={() => void outcomes.fetchNextPage()}>
            Show more
          </Button>{' '}
          <span className="muted">{formatCount(rows.length)} shown</span>
        </div>
      )}
    </>
  );
}

function outcomeColumns(project: string, zone: string, toMs: number): Column<ObjectiveOutcome>[] {
  return [
    {
      id: 'at',
      header: `Time (${zoneName(toMs, zone)})`,
      cell: ({ at }) => <span className="nowrap">{formatMoment(at, zone)}</span>,
    },
    { id: 'key', header: 'Outcome', cell: ({ key }) => <span style={{ overflowWrap: 'anywhere' }}>{key}</span> },
    {
      id: 'value',
      header: 'Worth',
      numeric: true,
      value: ({ value }) => (value === null ? null : Number(value)),
      cell: ({ value, currency }) => (value === null ? '-' : formatMoney(value, currency)),
    },
    { id: 'feature', header: 'Feature', cell: ({ feature }) => <span className="nowrap">{feature ?? '-'}</span> },
    {
      id: 'customer',
      header: 'Customer',
      cell: ({ customer }) => (
        <span className="clip" style={{ display: 'block', maxWidth: 180 }} title={customer ?? ''}>
          {customer ?? '-'}
        </span>
      ),
    },
    {
      id: 'trace',
      header: 'Trace',
      cell: ({ traceId }) =>
        traceId === null ? (
          <span className="muted">only a key is known</span>
        ) : (
          <Link to="/p/$project/traces/$id" params={{ project, id: traceId }}>
            {traceId.slice(0, 8)}
          </Link>
        ),
    },
  ];
}
