import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { Trace } from '@plimsoll/contract';
import { IconCopy } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import { formatCompact, formatLatency, formatMoney, plural, shortId } from '../design/format.js';
import { Empty, Loaded } from '../design/states.js';
import { Key, Status } from '../design/status.js';
import { announce } from '../shell/announce.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { SpanDetail } from './span-detail.js';
import { callsInsideCalls, spanTree, visibleRows } from './span-tree.js';
import classes from './trace-page.module.css';
import { promptWords, qualityWord } from './trace-words.js';
import { Waterfall } from './waterfall.js';

/** One trace: the tree with its bars at the left, the selected span at the right. */
export function TracePage() {
  const { id = '' } = useParams({ strict: false });
  const query = useApi<Trace>(`/traces/${encodeURIComponent(id)}`, { keep: false });
  return (
    <Loaded query={query} what="The trace" rows={12} rowHeight={28}>
      {(trace) => <TraceView trace={trace} />}
    </Loaded>
  );
}

function TraceView({ trace }: { trace: Trace }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const [words, setWords] = usePageSearch();
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const tree = useMemo(() => spanTree(trace.items), [trace.items]);
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  const inside = useMemo(() => callsInsideCalls(trace.items), [trace.items]);
  const firstCall = tree.find(({ span }) => span.kind === 'generation') ?? tree[0];
  const selectedId = oneWord(words, 'span') || (firstCall?.span.spanId ?? null);
  const selected = tree.find(({ span }) => span.spanId === selectedId)?.span;
  const select = (spanId: string) => setWords({ span: spanId });
  const step = (by: number) => {
    const index = rows.findIndex(({ span }) => span.spanId === selectedId);
    const next = rows[Math.max(0, Math.min(rows.length - 1, index + by))];
    if (next) select(next.span.spanId);
  };
  const toggle = (spanId: string) => {
    const next = new Set(collapsed);
    if (!next.delete(spanId)) next.add(spanId);
    setCollapsed(next);
  };
  const compare = () =>
    void navigate({
      to: '/p/$project/traces',
      params: { project },
      search: { compare: trace.traceId, ...(trace.feature ? { feature: trace.feature } : {}) },
    });
  useShortcuts('Trace', [
    { keys: 'j', label: 'Next span', run: () => step(1) },
    { keys: 'k', label: 'Span before', run: () => step(-1) },
    { keys: 'x', label: 'Fold or unfold', run: () => selectedId && toggle(selectedId) },
    { keys: 'c', label: 'Compare with another trace', run: compare },
    { keys: 'y', label: 'Copy the trace id', run: () => copyId(trace.traceId) },
  ]);
  if (tree.length === 0) return <Empty title="No span of this trace is stored any more." />;
  return (
    <>
      <TraceHead trace={trace} onCompare={compare} />
      {trace.rootMissing && (
        <div className="notice notice-risk" role="status">
          The root span is missing; it may still come. Times and fields are those of the spans that are here.
        </div>
      )}
      {inside.length > 0 && (
        <div className="notice notice-risk" role="status">
          {plural(inside.length, 'call')} inside another call: tokens and cost of both are counted. If the outer one
          only repeats the inner one, name its operation <span className="mono">invoke_agent</span>.
        </div>
      )}
      <div className={classes.columns}>
        <Waterfall
          rows={rows}
          trace={trace}
          collapsed={collapsed}
          selected={selectedId}
          onSelect={select}
          onToggle={toggle}
          onFoldAll={(fold) =>
            setCollapsed(new Set(fold ? tree.filter(({ depth }) => depth === 1).map(({ span }) => span.spanId) : []))
          }
        />
        <section className={`panel ${classes.detail}`} aria-label="Selected span">
          <div className="panel-body" style={{ paddingTop: 12 }}>
            {selected ? <SpanDetail key={selected.spanId} span={selected} /> : <Empty title="Select a span." />}
          </div>
        </section>
      </div>
    </>
  );
}

function copyId(traceId: string): void {
  void navigator.clipboard.writeText(traceId).then(() => announce('Trace id copied'));
}

function TraceHead({ trace, onCompare }: { trace: Trace; onCompare: () => void }) {
  const zone = useZone();
  const quality = qualityWord(trace);
  const facts = [
    trace.feature,
    trace.customer,
    trace.prompts.length > 0 && promptWords(trace.prompts).word,
    trace.models.join(', '),
  ].filter(Boolean);
  return (
    <div className="page-head">
      <h1 className="page-title">{trace.name}</h1>
      <Status color={trace.errors > 0 ? 'failing' : 'ok'}>
        {trace.errors > 0 ? plural(trace.errors, 'error') : 'no error'}
      </Status>
      <Status color={quality.color}>{quality.word}</Status>
      <span className="row">
        <span className="mono muted">{shortId(trace.traceId)}</span>
        <Tooltip label="Copy the trace id">
          <ActionIcon aria-label="Copy the trace id" onClick={() => copyId(trace.traceId)}>
            <IconCopy size={15} />
          </ActionIcon>
        </Tooltip>
      </span>
      <Button style={{ marginLeft: 'auto' }} onClick={onCompare} rightSection={<Key>c</Key>}>
        Compare
      </Button>
      <Button onClick={() => download(trace)}>Download JSON</Button>
      <span className="muted" style={{ width: '100%' }}>
        {formatInstant(trace.startTime, zone, Date.now(), true)}; {formatLatency(trace.durationMs)};{' '}
        {plural(trace.spans, 'span')}; {formatCompact(trace.tokensInput)} in, {formatCompact(trace.tokensOutput)} out;{' '}
        {formatMoney(trace.cost, trace.costCurrency)}
        {trace.unpricedCalls > 0 && `, ${plural(trace.unpricedCalls, 'call')} without a price`}; {facts.join(', ')}
      </span>
    </div>
  );
}

function download(trace: Trace): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(trace, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `trace-${trace.traceId}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
