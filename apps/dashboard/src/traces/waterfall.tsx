import type { Trace } from '@plimsoll/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { formatLatency, formatMoney, plural } from '../design/format.js';
import { barOf, type TreeRow } from './span-tree.js';
import classes from './trace-page.module.css';
import { kindLetters } from './trace-words.js';

interface WaterfallProps {
  rows: readonly TreeRow[];
  trace: Trace;
  collapsed: ReadonlySet<string>;
  selected: string | null;
  onSelect: (spanId: string) => void;
  onToggle: (spanId: string) => void;
  onFoldAll: (fold: boolean) => void;
}

const rowHeight = 28;

/** The tree of spans with a bar each. Plain elements, so that text can be selected and read out; only rows in sight exist. */
export function Waterfall({ rows, trace, collapsed, selected, onSelect, onToggle, onFoldAll }: WaterfallProps) {
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const start = Date.parse(trace.startTime);
  const length = Math.max(1, trace.durationMs);
  const index = rows.findIndex(({ span }) => span.spanId === selected);
  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
  }, [index, virtualizer]);
  return (
    <section className={`panel ${classes.waterfall}`} aria-label="Spans">
      <div className="panel-head">
        <h2 className="panel-title">{plural(trace.spans, 'span')}</h2>
        <div className="panel-aside">
          <button type="button" className="link-button" onClick={() => onFoldAll(true)}>
            Fold
          </button>
          <button type="button" className="link-button" onClick={() => onFoldAll(false)}>
            Unfold
          </button>
        </div>
      </div>
      <div className={classes.scale} aria-hidden>
        <span />
        <span>
          <span>0</span>
          <span>{formatLatency(length / 2)}</span>
          <span>{formatLatency(length)}</span>
        </span>
      </div>
      <div ref={box} className={classes.rows} tabIndex={0} role="group" aria-label="Span tree, scrollable">
        <div role="tree" aria-label="Spans" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={row.span.spanId}
                role="treeitem"
                aria-level={row.depth + 1}
                aria-selected={row.span.spanId === selected}
                aria-expanded={row.descendants > 0 ? !collapsed.has(row.span.spanId) : undefined}
                className={classes.spanRow}
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onSelect(row.span.spanId)}
              >
                <SpanName row={row} folded={collapsed.has(row.span.spanId)} onToggle={onToggle} />
                <SpanBar row={row} start={start} length={length} />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

const maxIndent = 12;

function SpanName({ row, folded, onToggle }: { row: TreeRow; folded: boolean; onToggle: (spanId: string) => void }) {
  const { span, depth, descendants } = row;
  const failed = span.scores.filter(({ passed }) => passed === false).length;
  return (
    <span className={classes.name} style={{ paddingLeft: Math.min(depth, maxIndent) * 12 }}>
      {descendants > 0 ? (
        <span
          className={classes.fold}
          title={folded ? `Unfold ${descendants}` : `Fold ${descendants}`}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(span.spanId);
          }}
        >
          {folded ? '▸' : '▾'}
        </span>
      ) : (
        <span className={classes.fold} />
      )}
      <span className={classes.kind} data-call={span.kind === 'generation' || span.kind === 'embedding'}>
        {kindLetters[span.kind]}
      </span>
      <span className="clip" title={span.name}>
        {span.name}
      </span>
      {span.status === 'error' && <span className="state-failing">error</span>}
      {failed > 0 && <span className="state-failing nowrap">{failed} failed</span>}
    </span>
  );
}

function SpanBar({ row, start, length }: { row: TreeRow; start: number; length: number }) {
  const { span } = row;
  const { left, width } = barOf(span, start, length);
  const call = span.kind === 'generation' || span.kind === 'embedding';
  const label = `${span.finished ? formatLatency(span.latencyMs) : 'running'}${
    span.cost === null ? '' : ` ${formatMoney(span.cost, span.costCurrency)}`
  }`;
  return (
    <span className={classes.track}>
      <span
        className={classes.bar}
        data-state={span.status === 'error' ? 'error' : call ? 'call' : 'other'}
        style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
      />
      <span className={classes.barLabel} style={{ left: `calc(${(left + width) * 100}% + 4px)` }}>
        {label}
      </span>
    </span>
  );
}
