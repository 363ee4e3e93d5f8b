import { Button, CloseButton, SegmentedControl } from '@mantine/core';
import { type ObjectiveCall, type ObjectiveCalls, priceCurrency } from '@plimsoll/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { callApi } from '../api/client.js';
import { useProjectSlug } from '../api/queries.js';
import { DataTable, type Column } from '../design/data-table.js';
import { formatCount, formatLatency, formatMoney, formatPercent, formatSignificant, plural } from '../design/format.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import { Status } from '../design/status.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useTime } from '../time/use-time.js';
import { formatInstant, formatMoment, zoneName } from '../time/zone.js';
import { callDimensions, dimensionLabels, groupValues, wordsOfGroup } from './call-words.js';
import { OutcomesList } from './outcomes-list.js';

const outcomes = ['bad', 'good', 'all'] as const;
const pageSize = 100;

/** The calls behind a figure of an objective or an incident: exactly those that were counted. */
export function CallsPage() {
  const { id: slug = '' } = useParams({ strict: false });
  const project = useProjectSlug();
  const [words, setWords] = usePageSearch();
  const time = useTime();
  const outcome = outcomes.find((name) => name === oneWord(words, 'outcome')) ?? 'bad';
  const sort = oneWord(words, 'sort') === 'cost' ? 'cost' : 'time';
  const incident = oneWord(words, 'incident');
  const dimensions = callDimensions.flatMap((name) => {
    const value = words[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const group = oneWord(words, 'group');
  const suspect = oneWord(words, 'suspect');
  const side = suspect === undefined ? undefined : oneWord(words, 'side') === 'unexposed' ? 'unexposed' : 'exposed';
  const showsOutcomes = oneWord(words, 'of') === 'outcomes';
  const query = { ...Object.fromEntries(dimensions), outcome, sort, incident, group, suspect, side, ...time.query };
  const calls = useInfiniteQuery({
    queryKey: ['api', project, `/objectives/${slug}/calls`, query],
    queryFn: ({ pageParam, signal }) =>
      callApi<ObjectiveCalls>(`/objectives/${encodeURIComponent(slug)}/calls`, {
        project,
        signal,
        query: { ...query, limit: pageSize, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
  const first = calls.data?.pages[0];
  const names = first?.kind === 'cost' ? costNames : plainNames;
  const rows = useMemo(() => calls.data?.pages.flatMap(({ items }) => items) ?? [], [calls.data]);
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">{headline(slug, first)}</h1>
        <Link to="/p/$project/slos/$id" params={{ project, id: slug }}>
          Objective
        </Link>
        {incident && (
          <Link to="/p/$project/incidents/$id" params={{ project, id: incident }}>
            Incident
          </Link>
        )}
        <span style={{ marginLeft: 'auto' }} />
        {first?.kind === 'cost' && first.countsOutcomes && (
          <SegmentedControl
            aria-label="What is listed"
            value={showsOutcomes ? 'outcomes' : 'calls'}
            onChange={(value) => setWords({ of: value === 'calls' ? undefined : value }, true)}
            data={[
              { value: 'calls', label: 'Calls' },
              { value: 'outcomes', label: 'Outcomes' },
            ]}
          />
        )}
        {!showsOutcomes && (
          <>
            <SegmentedControl
              aria-label="Order"
              value={sort}
              onChange={(value) => setWords({ sort: value === 'time' ? undefined : value }, true)}
              data={[
                { value: 'time', label: 'Newest' },
                { value: 'cost', label: 'Dearest' },
              ]}
            />
            <SegmentedControl
              aria-label="Which calls"
              value={outcome}
              onChange={(value) => setWords({ outcome: value }, true)}
              data={[
                { value: 'bad', label: `${names.bad} ${formatCount(first?.bad)}` },
                { value: 'good', label: `${names.good} ${formatCount(first ? first.eligible - first.bad : null)}` },
                { value: 'all', label: `All ${formatCount(first?.eligible)}` },
              ]}
            />
          </>
        )}
      </div>
      <div className="row-wrap muted">
        {first && `${formatInstant(first.from, time.zone)} to ${formatInstant(first.to, time.zone)}`}
        {incident && <span>as counted when the incident opened</span>}
        {suspect && (
          <span className="badge">
            {side === 'unexposed' ? 'What the suspect is compared with' : 'With the suspect'}
            <CloseButton
              size="xs"
              aria-label="Any call of the incident"
              onClick={() => setWords({ suspect: undefined, side: undefined }, true)}
            />
          </span>
        )}
        {group && (
          <span className="badge">
            Group {wordsOfGroup(groupValues(group), group)}
            <CloseButton size="xs" aria-label="Any group" onClick={() => setWords({ group: undefined }, true)} />
          </span>
        )}
        {dimensions.map(([name, value]) => (
          <span key={name} className="badge">
            {dimensionLabels[name]} {value || 'not tagged'}
            <CloseButton
              size="xs"
              aria-label={`Any ${dimensionLabels[name]}`}
              onClick={() => setWords({ [name]: undefined }, true)}
            />
          </span>
        ))}
      </div>
      {showsOutcomes ? (
        <OutcomesList
          slug={slug}
          query={{ incident, group, ...time.query }}
          zone={time.zone}
          toMs={time.resolved.toMs}
        />
      ) : calls.isError && !calls.data ? (
        <Failure what="The calls" error={calls.error} onRetry={() => void calls.refetch()} />
      ) : !calls.data ? (
        <Waiting rows={12} height={24} />
      ) : (
        <CallTable
          rows={rows}
          names={names}
          zone={time.zone}
          toMs={time.resolved.toMs}
          dimmed={calls.isPlaceholderData}
        />
      )}
      {!showsOutcomes && calls.hasNextPage && (
        <div>
          <Button loading={calls.isFetchingNextPage} onClick={() => void calls.fetchNextPage()}>
            Show more
          </Button>{' '}
          <span className="muted">{formatCount(rows.length)} shown</span>
        </div>
      )}
    </div>
  );
}

const plainNames = { bad: 'Bad', good: 'Good' };
/** Money is a sum: its requests are dear or not, and all of them are what was spent. */
const costNames = { bad: 'Above the ceiling', good: 'Below' };

function headline(slug: string, calls: ObjectiveCalls | undefined): string {
  if (!calls) return `Calls behind ${slug}`;
  if (calls.kind === 'cost')
    return `${formatMoney(calls.cost, priceCurrency)} for ${plural(calls.eligible, 'call')}: ${slug}`;
  const share = calls.eligible === 0 ? '' : ` (${formatPercent(calls.bad / calls.eligible)})`;
  return `${formatCount(calls.bad)} of ${formatCount(calls.eligible)} calls are bad${share}: ${slug}`;
}

interface CallTableProps {
  rows: readonly ObjectiveCall[];
  names: typeof plainNames;
  zone: string;
  toMs: number;
  dimmed: boolean;
}

function CallTable({ rows, names, zone, toMs, dimmed }: CallTableProps) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const columns = useMemo(() => callColumns(project, names, zone, toMs), [project, names, zone, toMs]);
  if (rows.length === 0) return <Empty title="No such call in this time.">Widen the time or drop a filter.</Empty>;
  return (
    <section className={`panel scroll-x ${dimmed ? 'updating' : ''}`} tabIndex={0} aria-label="Calls">
      <DataTable
        label="Calls"
        rows={rows}
        columns={columns}
        rowId={({ traceId, spanId }) => traceId + spanId}
        keys
        onOpen={({ traceId, spanId }) =>
          void navigate({ to: '/p/$project/traces/$id', params: { project, id: traceId }, search: { span: spanId } })
        }
      />
    </section>
  );
}

function callColumns(project: string, names: typeof plainNames, zone: string, toMs: number): Column<ObjectiveCall>[] {
  return [
    {
      id: 'at',
      header: `Time (${zoneName(toMs, zone)})`,
      cell: ({ at, traceId, spanId }) => (
        <Link
          to="/p/$project/traces/$id"
          params={{ project, id: traceId }}
          search={{ span: spanId }}
          className="nowrap"
          title="Open the span"
        >
          {formatMoment(at, zone)}
        </Link>
      ),
    },
    {
      id: 'bad',
      header: 'Is',
      cell: ({ bad, badness }) => (
        <Status color={bad ? 'failing' : 'ok'}>
          {(bad ? names.bad : names.good).toLowerCase()}
          {badness > 0 && badness < 1 ? ` ${formatSignificant(badness, 2)}` : ''}
        </Status>
      ),
    },
    { id: 'feature', header: 'Feature', cell: ({ feature }) => <span className="nowrap">{feature ?? '-'}</span> },
    { id: 'customer', header: 'Customer', cell: ({ customer }) => <Cut text={customer} width={180} /> },
    { id: 'model', header: 'Model', wide: true, cell: ({ model }) => <span className="nowrap">{model ?? '-'}</span> },
    { id: 'prompt', header: 'Prompt', cell: ({ promptVersion }) => promptVersion ?? '-' },
    {
      id: 'latency',
      header: 'Duration',
      numeric: true,
      value: ({ latencyMs }) => latencyMs,
      cell: ({ latencyMs }) => formatLatency(latencyMs),
    },
    {
      id: 'cost',
      header: 'Cost',
      numeric: true,
      wide: true,
      value: ({ cost }) => (cost === null ? null : Number(cost)),
      cell: ({ cost }) => <span title={cost ?? ''}>{formatMoney(cost, priceCurrency)}</span>,
    },
    {
      id: 'weight',
      header: 'Stands for',
      title: 'How many calls it stands for: one over the probability that it was chosen to be scored',
      numeric: true,
      wide: true,
      cell: ({ weight }) => (weight === 1 ? 'itself' : `${formatSignificant(weight)} calls`),
    },
    {
      id: 'reason',
      header: 'Why',
      wide: true,
      cell: ({ reason }) => <Cut text={reason} width={260} />,
    },
  ];
}

/** One line at most so wide; the whole text is in the title, and the span that it opens has it too. */
function Cut({ text, width }: { text: string | null; width: number }) {
  return (
    <span className="clip" style={{ display: 'block', maxWidth: width }} title={text ?? ''}>
      {text ?? '-'}
    </span>
  );
}
