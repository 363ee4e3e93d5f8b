import type { TraceSummary } from '@plimsoll/contract';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { formatCompact, formatLatency, formatMoney } from '../design/format.js';
import { formatMoment } from '../time/zone.js';
import { promptWords, qualityWord, type Sort } from './trace-words.js';
import classes from './traces-page.module.css';

interface TraceTableProps {
  rows: readonly TraceSummary[];
  total: number | null;
  sort: Sort;
  order: 'asc' | 'desc';
  zone: string;
  selected: string | null;
  dimmed: boolean;
  onSelect: (traceId: string) => void;
  onSort: (sort: Sort) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

const rowHeight = 32;

/** Only the rows in sight are in the document; sorting and paging are the server's. */
export function TraceTable(props: TraceTableProps) {
  const { rows, total, zone, selected, dimmed, onSelect, hasMore, loadingMore, onMore } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - 20) onMore();
  }, [hasMore, loadingMore, last, rows.length, onMore]);
  const selectedIndex = selected === null ? -1 : rows.findIndex(({ traceId }) => traceId === selected);
  useEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: 'auto' });
  }, [selectedIndex, virtualizer]);

  return (
    <section className={`panel ${dimmed ? 'updating' : ''}`} aria-label="Traces" aria-busy={dimmed}>
      <div ref={box} className={classes.tableBox} tabIndex={0} role="group" aria-label="Trace list, scrollable">
        <div className={classes.grid} role="grid" aria-label="Traces" aria-rowcount={total ?? rows.length}>
          <div role="rowgroup">
            <div className={classes.head} role="row">
              <Heading {...props} name="time" label="Time" />
              <span role="columnheader">Trace</span>
              <span role="columnheader">Feature</span>
              <span role="columnheader">Customer</span>
              <span role="columnheader">Model</span>
              <span role="columnheader">Prompt</span>
              <Heading {...props} name="duration" label="Duration" numeric />
              <Heading {...props} name="tokens" label="Tokens" numeric />
              <Heading {...props} name="cost" label="Cost" numeric />
              <span role="columnheader">Quality</span>
            </div>
          </div>
          <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            {items.map(({ index, start }) => {
              const trace = rows[index];
              if (!trace) return null;
              return (
                <div
                  key={trace.traceId}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={trace.traceId === selected}
                  className={classes.traceRow}
                  style={{ transform: `translateY(${start}px)` }}
                  onClick={() => onSelect(trace.traceId)}
                >
                  <TraceCells trace={trace} zone={zone} onSelect={onSelect} />
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}

interface HeadingProps extends Pick<TraceTableProps, 'sort' | 'order' | 'onSort'> {
  name: Sort;
  label: string;
  numeric?: boolean;
}

function Heading({ name, label, numeric = false, sort, order, onSort }: HeadingProps) {
  const active = sort === name;
  const direction = order === 'desc' ? 'descending' : 'ascending';
  return (
    <span role="columnheader" className={numeric ? 'num' : undefined} aria-sort={active ? direction : undefined}>
      <button type="button" className="sort" onClick={() => onSort(name)}>
        {label}
        {active && (order === 'desc' ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
      </button>
    </span>
  );
}

interface TraceCellsProps {
  trace: TraceSummary;
  zone: string;
  onSelect: (traceId: string) => void;
}

function TraceCells({ trace, zone, onSelect }: TraceCellsProps) {
  const quality = qualityWord(trace);
  const prompts = promptWords(trace.prompts);
  return (
    <>
      <span role="gridcell" className="nowrap">
        {formatMoment(trace.startTime, zone)}
      </span>
      <span role="gridcell" className="clip" title={trace.name}>
        <button type="button" className="link-button" onClick={() => onSelect(trace.traceId)}>
          {trace.rootMissing ? 'root missing, waiting' : trace.name}
        </button>
      </span>
      <span role="gridcell" className="clip" title={trace.feature ?? ''}>
        {trace.feature ?? '-'}
      </span>
      <span role="gridcell" className="clip" title={trace.customer ?? ''}>
        {trace.customer ?? '-'}
      </span>
      <span role="gridcell" className="clip" title={trace.models.join(', ')}>
        {trace.models.join(', ') || '-'}
      </span>
      <span role="gridcell" className="clip" title={prompts.title}>
        {prompts.word}
      </span>
      <span role="gridcell" className="num">
        {formatLatency(trace.durationMs)}
      </span>
      <span role="gridcell" className="num">
        {formatCompact(trace.tokensInput + trace.tokensOutput)}
      </span>
      <span
        role="gridcell"
        className="num"
        title={trace.unpricedCalls > 0 ? `${trace.unpricedCalls} calls without a price` : (trace.cost ?? '')}
      >
        {trace.cost === null && trace.unpricedCalls > 0 ? 'no price' : formatMoney(trace.cost, trace.costCurrency)}
      </span>
      <span role="gridcell" className={`clip state-${trace.errors > 0 ? 'failing' : quality.color}`}>
        {trace.errors > 0 ? `${trace.errors} ${trace.errors === 1 ? 'error' : 'errors'}` : quality.word}
      </span>
    </>
  );
}
