import { Button } from '@mantine/core';
import type { Span, Trace } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import {
  formatCompact,
  formatCount,
  formatLatency,
  formatMoney,
  formatPercent,
  formatSigned,
  shortId,
} from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Key } from '../design/status.js';
import { diffWords } from '../incidents/word-diff.js';
import { WordDiff } from '../incidents/word-diff-view.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { alignSpans, type AlignedPair } from './align-spans.js';
import { spanTree } from './span-tree.js';
import classes from './trace-page.module.css';
import { kindLetters, promptWords, qualityWord } from './trace-words.js';

/** Two traces side by side: their figures, their steps, and what their texts have in common. */
export function ComparePage() {
  const [words, setWords] = usePageSearch();
  const [a, b] = [oneWord(words, 'a') ?? '', oneWord(words, 'b') ?? ''];
  const left = useApi<Trace>(`/traces/${encodeURIComponent(a)}`, { enabled: a !== '', keep: false });
  const right = useApi<Trace>(`/traces/${encodeURIComponent(b)}`, { enabled: b !== '', keep: false });
  const swap = () => setWords({ a: b, b: a }, true);
  useShortcuts('Compare', [{ keys: 'x', label: 'Swap the sides', run: swap }]);
  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="page-title">Two traces side by side</h1>
        <Button onClick={swap} rightSection={<Key>x</Key>} style={{ marginLeft: 'auto' }}>
          Swap
        </Button>
      </div>
      {a === '' || b === '' ? (
        <Empty title="Choose two traces.">In the list, press c on the one and then c on the other.</Empty>
      ) : (
        <Loaded query={left} what="The first trace" rows={10}>
          {(first) => (
            <Loaded query={right} what="The second trace" rows={10}>
              {(second) => <Comparison a={first} b={second} />}
            </Loaded>
          )}
        </Loaded>
      )}
    </div>
  );
}

function Comparison({ a, b }: { a: Trace; b: Trace }) {
  const pairs = useMemo(() => alignSpans(spanTree(a.items), spanTree(b.items)), [a, b]);
  return (
    <div className="stack">
      <Panel title="Figures" flush>
        <Figures a={a} b={b} />
      </Panel>
      <Panel
        title="Steps"
        flush
        aside={<span className="muted">{pairs.filter((pair) => pair.a && pair.b).length} that both have</span>}
      >
        <Steps pairs={pairs} a={a} b={b} />
      </Panel>
      <Texts pairs={pairs} />
    </div>
  );
}

interface Figure {
  label: string;
  show: (trace: Trace) => ReactNode;
  /** B less A, where that means something. */
  difference?: (a: Trace, b: Trace) => string;
}

const change = (a: number, b: number): string =>
  a === 0 ? '-' : formatSigned((b - a) / a, (share) => formatPercent(share));

const figures: readonly Figure[] = [
  { label: 'Feature, customer', show: (trace) => [trace.feature, trace.customer].filter(Boolean).join(', ') || '-' },
  { label: 'Prompt', show: (trace) => promptWords(trace.prompts).word },
  { label: 'Models', show: (trace) => trace.models.join(', ') || '-' },
  {
    label: 'Duration',
    show: (trace) => formatLatency(trace.durationMs),
    difference: (a, b) => change(a.durationMs, b.durationMs),
  },
  {
    label: 'Tokens in',
    show: (trace) => formatCompact(trace.tokensInput),
    difference: (a, b) => change(a.tokensInput, b.tokensInput),
  },
  {
    label: 'Tokens out',
    show: (trace) => formatCompact(trace.tokensOutput),
    difference: (a, b) => change(a.tokensOutput, b.tokensOutput),
  },
  {
    label: 'Cost',
    show: (trace) => <span title={trace.cost ?? ''}>{formatMoney(trace.cost, trace.costCurrency)}</span>,
    difference: (a, b) => (a.cost === null || b.cost === null ? '-' : change(Number(a.cost), Number(b.cost))),
  },
  {
    label: 'Spans, errors',
    show: (trace) => `${formatCount(trace.spans)}, ${formatCount(trace.errors)}`,
    difference: (a, b) => formatSigned(b.spans - a.spans, formatCount),
  },
  {
    label: 'Quality',
    show: (trace) => {
      const quality = qualityWord(trace);
      return <span className={`state-${quality.color}`}>{quality.word}</span>;
    },
  },
];

function Figures({ a, b }: { a: Trace; b: Trace }) {
  const project = useProjectSlug();
  const zone = useZone();
  const heading = (trace: Trace) => (
    <th className="nowrap">
      <Link to="/p/$project/traces/$id" params={{ project, id: trace.traceId }}>
        {shortId(trace.traceId)}
      </Link>{' '}
      {formatInstant(trace.startTime, zone, Date.now(), true)}
    </th>
  );
  return (
    <table className="table" aria-label="Figures of both traces">
      <thead>
        <tr>
          <td />
          {heading(a)}
          {heading(b)}
          <th className="num">Change</th>
        </tr>
      </thead>
      <tbody>
        {figures.map(({ label, show, difference }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td style={{ overflowWrap: 'anywhere' }}>{show(a)}</td>
            <td style={{ overflowWrap: 'anywhere' }}>{show(b)}</td>
            <td className="num">{difference?.(a, b) ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Steps({ pairs, a, b }: { pairs: readonly AlignedPair[]; a: Trace; b: Trace }) {
  return (
    <table className="table" aria-label="Steps of both traces">
      <thead>
        <tr>
          <th>Step</th>
          <th className="num">{shortId(a.traceId)}</th>
          <th className="num">{shortId(b.traceId)}</th>
          <th className="num">Change</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair, index) => {
          const row = pair.a ?? pair.b;
          if (!row) return null;
          const [left, right] = [pair.a?.span, pair.b?.span];
          return (
            <tr key={index}>
              <td style={{ paddingLeft: 12 + Math.min(row.depth, 12) * 12 }}>
                <span className={classes.kind} data-call={row.span.kind === 'generation'}>
                  {kindLetters[row.span.kind]}
                </span>{' '}
                {row.span.name}
                {!left && <span className="state-change"> only in the second</span>}
                {!right && <span className="state-change"> only in the first</span>}
              </td>
              <td className="num">{spanWord(left)}</td>
              <td className="num">{spanWord(right)}</td>
              <td className="num">
                {left?.latencyMs && right?.latencyMs ? change(left.latencyMs, right.latencyMs) : '-'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function spanWord(span: Span | undefined): ReactNode {
  if (!span) return '-';
  if (span.status === 'error') return <span className="state-failing">error, {formatLatency(span.latencyMs)}</span>;
  return formatLatency(span.latencyMs);
}

/** The texts of the first call that both have; where none is shared, of the first call of each. */
function Texts({ pairs }: { pairs: readonly AlignedPair[] }) {
  const isCall = (span: Span | undefined) => span?.kind === 'generation';
  const shared = pairs.find((pair) => pair.a && pair.b && isCall(pair.a.span));
  const a = shared?.a?.span ?? pairs.find((pair) => isCall(pair.a?.span))?.a?.span;
  const b = shared?.b?.span ?? pairs.find((pair) => isCall(pair.b?.span))?.b?.span;
  if (!a || !b) return null;
  return (
    <>
      <TextPanel title="Instructions" before={systemOf(a)} after={systemOf(b)} />
      <TextPanel title="Question" before={questionOf(a)} after={questionOf(b)} />
      <TextPanel title="Answer" before={a.output} after={b.output} />
    </>
  );
}

function systemOf(span: Span): string | null {
  return span.system ?? span.input?.find(({ role }) => role === 'system' || role === 'developer')?.text ?? null;
}

function questionOf(span: Span): string | null {
  return span.input?.findLast(({ role }) => role === 'user')?.text ?? null;
}

function TextPanel({ title, before, after }: { title: string; before: string | null; after: string | null }) {
  if (before === null && after === null) return null;
  return (
    <Panel title={title} aside={before === after ? <span className="muted">the same in both</span> : undefined}>
      <BothTexts before={before ?? ''} after={after ?? ''} />
    </Panel>
  );
}

/** Below this share of common words a merged text is harder to read than two. */
const enoughInCommon = 0.4;

function BothTexts({ before, after }: { before: string; after: string }) {
  const common = diffWords(before, after).reduce((sum, { kind, text }) => sum + (kind === 'same' ? text.length : 0), 0);
  if (common >= enoughInCommon * Math.max(before.length, after.length))
    return <WordDiff before={before} after={after} />;
  return (
    <div className={classes.bothTexts}>
      <pre className="block">{before}</pre>
      <pre className="block">{after}</pre>
    </div>
  );
}
