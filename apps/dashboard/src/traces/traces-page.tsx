import { CloseButton, SegmentedControl, TextInput } from '@mantine/core';
import type { TraceOverview, TraceSummary } from '@plimsoll/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { callApi } from '../api/client.js';
import { useApi, useProjectSlug } from '../api/queries.js';
import { formatCount, shortId } from '../design/format.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import { Key } from '../design/status.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useTime } from '../time/use-time.js';
import { formatMoment, zoneName } from '../time/zone.js';
import {
  boxQuery,
  boxWords,
  measures,
  readBox,
  readMeasure,
  writeBox,
  type Measure,
  type TraceBox,
} from './trace-box.js';
import { FacetList } from './facet-list.js';
import { TraceComparison } from './trace-comparison.js';
import { TraceHeatmap } from './trace-heatmap.js';
import { TraceHistogram } from './trace-histogram.js';
import { TracePeek } from './trace-peek.js';
import { TraceTable } from './trace-table.js';
import { filterNames, filterWords, readFilters, readSort, type FilterName, type Sort } from './trace-words.js';
import classes from './traces-page.module.css';

interface TracePage {
  items: TraceSummary[];
  nextCursor: string | null;
}

const pageSize = 100;
const presets: readonly { label: string; words: Record<string, string> }[] = [
  { label: 'Bad', words: { failedScorer: 'any' } },
  { label: 'Slow', words: { sort: 'duration' } },
  { label: 'Costly', words: { sort: 'cost' } },
  { label: 'Errors', words: { status: 'error' } },
];

/** Search over traces: filters, histogram, facets, an endless list and a look inside without leaving it. */
export function TracesPage() {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const [words, setWords] = usePageSearch();
  const time = useTime();
  const filters = readFilters(words);
  const q = oneWord(words, 'q');
  const { sort, order } = readSort(words);
  const selected = oneWord(words, 'sel') ?? null;
  const whole = { ...filters, q, ...time.query };
  const measure = readMeasure(words);
  const box = measure === null ? null : readBox(oneWord(words, 'box'));
  const query = box && measure ? { ...whole, ...boxQuery(box, measure, filters) } : whole;

  const overview = useApi<TraceOverview>('/traces/overview', { query });
  const list = useInfiniteQuery({
    queryKey: ['api', project, '/traces', { ...query, sort, order }],
    queryFn: ({ pageParam, signal }) =>
      callApi<TracePage>('/traces', {
        project,
        signal,
        query: { ...query, sort, order, limit: pageSize, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const select = (traceId: string | null) => setWords({ sel: traceId ?? undefined });
  const index = rows.findIndex(({ traceId }) => traceId === selected);
  const step = (by: number) => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, index === -1 ? 0 : index + by))];
    if (next) select(next.traceId);
  };
  const marked = oneWord(words, 'compare') ?? null;
  const compare = (traceId: string | null) => {
    if (traceId === null) return;
    if (marked === null) setWords({ compare: traceId });
    else if (marked === traceId) setWords({ compare: undefined });
    else void navigate({ to: '/p/$project/traces/compare', params: { project }, search: { a: marked, b: traceId } });
  };
  useShortcuts('Traces', [
    { keys: 'c', label: 'Compare with another trace', run: () => compare(selected) },
    { keys: 'j', label: 'Next trace', run: () => step(1) },
    { keys: 'k', label: 'Trace before', run: () => step(-1) },
    { keys: 'Escape', label: 'Close the look inside', run: () => select(null) },
  ]);

  return (
    <div className={classes.page} data-peek={selected !== null} data-heat={measure !== null}>
      <aside className={`wide-only ${classes.facets}`} aria-label="Facets">
        <FacetList
          overview={overview}
          filters={filters}
          onFilter={(name, value) => setWords({ [name]: value }, true)}
        />
      </aside>
      <div className={classes.main}>
        <div className="page-head">
          <h1 className="page-title">Traces</h1>
          <SearchField value={q ?? ''} onSearch={(value) => setWords({ q: value || undefined }, true)} />
          <QuickFilters active={{ ...filters, sort }} onChange={(change) => setWords(change, true)} />
        </div>
        {marked && (
          <div className="notice notice-data" role="status">
            <span>
              Trace <span className="mono">{shortId(marked)}</span> is chosen; select another and press c to see both
              side by side.
            </span>
            <button type="button" className="link-button" onClick={() => setWords({ compare: undefined })}>
              Let go
            </button>
          </div>
        )}
        <ActiveFilters filters={filters} onRemove={(name) => setWords({ [name]: undefined }, true)} />
        <div className="row-wrap">
          <SegmentedControl
            size="xs"
            aria-label="Chart"
            value={measure ?? 'number'}
            onChange={(value) => setWords({ heat: measures.find((name) => name === value), box: undefined }, true)}
            data={[
              { value: 'number', label: 'Number' },
              ...measures.map((name) => ({ value: name, label: measureWords[name] })),
            ]}
          />
          {box && measure && (
            <SelectedBox
              box={box}
              measure={measure}
              zone={time.zone}
              onDrop={() => setWords({ box: undefined }, true)}
            />
          )}
        </div>
        {measure === null ? (
          <TraceHistogram overview={overview} time={time} />
        ) : (
          <TraceHeatmap
            measure={measure}
            query={whole}
            time={time}
            box={box}
            onBox={(next) => setWords({ box: next ? writeBox(next) : undefined }, true)}
          />
        )}
        {box && measure && (
          <div className={classes.comparison}>
            <TraceComparison
              measure={measure}
              query={whole}
              box={box}
              onFilter={(name, value) => setWords({ [name]: value }, true)}
            />
          </div>
        )}
        {list.isError && !list.data ? (
          <Failure what="Traces" error={list.error} onRetry={() => void list.refetch()} />
        ) : !list.data ? (
          <Waiting rows={12} height={24} />
        ) : rows.length === 0 ? (
          <NothingFound filtered={Object.keys(filters).length > 0 || Boolean(q)} setWords={setWords} />
        ) : (
          <>
            <TraceTable
              rows={rows}
              total={overview.data?.total ?? null}
              sort={sort}
              order={order}
              zone={time.zone}
              selected={selected}
              dimmed={list.isPlaceholderData}
              onSelect={select}
              onSort={(next: Sort) =>
                setWords({ sort: next, order: next === sort && order === 'desc' ? 'asc' : 'desc' })
              }
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
            />
            <div className={`muted ${classes.foot}`}>
              {formatCount(rows.length)} shown
              {overview.data ? ` of ${formatCount(overview.data.total)}` : ''}; times in{' '}
              {zoneName(time.resolved.toMs, time.zone)}
            </div>
          </>
        )}
      </div>
      {selected && (
        <TracePeek
          traceId={selected}
          compareWith={marked}
          onClose={() => select(null)}
          onStep={step}
          onCompare={() => compare(selected)}
        />
      )}
    </div>
  );
}

const measureWords: Record<Measure, string> = { duration: 'Duration', quality: 'Quality' };

interface SelectedBoxProps {
  box: TraceBox;
  measure: Measure;
  zone: string;
  onDrop: () => void;
}

function SelectedBox({ box, measure, zone, onDrop }: SelectedBoxProps) {
  return (
    <span className={classes.chip}>
      <span className="muted">Selected</span>{' '}
      <span className="clip">
        {boxWords(box, measure)}, {formatMoment(new Date(box.fromMs).toISOString(), zone)} to{' '}
        {formatMoment(new Date(box.toMs).toISOString(), zone)} {zoneName(box.toMs, zone)}
      </span>
      <CloseButton size="xs" aria-label="Select nothing" onClick={onDrop} />
    </span>
  );
}

function SearchField({ value, onSearch }: { value: string; onSearch: (value: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <form
      className={classes.search}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <TextInput
        data-filter
        aria-label="Search in outputs and names"
        placeholder="Search in outputs and names"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => text.trim() !== value && onSearch(text.trim())}
        rightSection={
          text ? (
            <CloseButton
              size="sm"
              aria-label="Clear the search"
              onClick={() => {
                setText('');
                onSearch('');
              }}
            />
          ) : (
            <Key>/</Key>
          )
        }
      />
    </form>
  );
}

interface QuickFiltersProps {
  active: Record<string, string | undefined>;
  onChange: (change: Record<string, string | undefined>) => void;
}

function QuickFilters({ active, onChange }: QuickFiltersProps) {
  return (
    <div className="row-wrap" role="group" aria-label="Quick filters">
      {presets.map(({ label, words }) => {
        const on = Object.entries(words).every(([name, value]) => active[name] === value);
        return (
          <button
            key={label}
            type="button"
            className={classes.quick}
            aria-pressed={on}
            onClick={() =>
              onChange(on ? Object.fromEntries(Object.keys(words).map((name) => [name, undefined])) : words)
            }
          >
            {label}
          </button>
        );
      })}
    </div>
  );
}

interface ActiveFiltersProps {
  filters: Partial<Record<FilterName, string>>;
  onRemove: (name: FilterName) => void;
}

function ActiveFilters({ filters, onRemove }: ActiveFiltersProps) {
  const shown = filterNames.filter((name) => filters[name]);
  if (shown.length === 0) return null;
  return (
    <div className={`row-wrap ${classes.active}`}>
      {shown.map((name) => (
        <span key={name} className={classes.chip}>
          <span className="muted">{filterWords[name]}</span> <span className="clip">{filters[name]}</span>
          <CloseButton
            size="xs"
            aria-label={`Remove ${filterWords[name]} ${filters[name]}`}
            onClick={() => onRemove(name)}
          />
        </span>
      ))}
    </div>
  );
}

interface NothingFoundProps {
  filtered: boolean;
  setWords: (change: Record<string, string | undefined>) => void;
}

function NothingFound({ filtered, setWords }: NothingFoundProps) {
  const project = useProjectSlug();
  const widen = (
    <button type="button" className="link-button" onClick={() => setWords({ from: 'now-7d', to: 'now' })}>
      Widen to the last 7 days
    </button>
  );
  return (
    <Empty title={filtered ? '0 traces match.' : 'No trace in this time.'} action={widen}>
      {filtered ? 'Remove a filter or widen the time.' : <a href={`/p/${project}/welcome`}>Send the first trace</a>}
    </Empty>
  );
}
