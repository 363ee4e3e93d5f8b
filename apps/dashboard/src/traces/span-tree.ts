import type { Span } from '@plimsoll/contract';

export interface TreeRow {
  span: Span;
  depth: number;
  /** Spans below it. */
  descendants: number;
}

/**
 * Spans in the order in which a tree shows them: parents before children, siblings by start.
 * A span whose parent has not come is a root; a loop of parents is cut where it is met.
 */
export function spanTree(spans: readonly Span[]): TreeRow[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = span.parentSpanId !== null && known.has(span.parentSpanId) ? span.parentSpanId : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  for (const siblings of children.values()) siblings.sort(byStart);
  const rows: TreeRow[] = [];
  const seen = new Set<Span>();
  // An explicit stack: traces nest deeper than the call stack allows.
  const walk = (root: Span) => {
    const stack: { span: Span; depth: number }[] = [{ span: root, depth: 0 }];
    while (stack.length > 0) {
      const { span, depth } = stack.pop() as { span: Span; depth: number };
      if (seen.has(span)) continue;
      seen.add(span);
      rows.push({ span, depth, descendants: 0 });
      for (const child of (children.get(span.spanId) ?? []).toReversed()) stack.push({ span: child, depth: depth + 1 });
    }
  };
  for (const root of children.get(null) ?? []) walk(root);
  for (const span of spans) {
    if (!seen.has(span)) walk(span);
  }
  countDescendants(rows);
  return rows;
}

function byStart(a: Span, b: Span): number {
  const left = a.startTimeUnixNano.padStart(20, '0');
  const right = b.startTimeUnixNano.padStart(20, '0');
  return left < right ? -1 : left > right ? 1 : 0;
}

/** In this order a subtree is one run of rows: it ends at the next row that is no deeper. */
function countDescendants(rows: TreeRow[]): void {
  const open: { row: TreeRow; index: number }[] = [];
  const close = (depth: number, end: number) => {
    for (let last = open.at(-1); last && last.row.depth >= depth; last = open.at(-1)) {
      last.row.descendants = end - last.index - 1;
      open.pop();
    }
  };
  rows.forEach((row, index) => {
    close(row.depth, index);
    open.push({ row, index });
  });
  close(0, rows.length);
}

/** The rows left when the subtrees of the collapsed spans are folded away. */
export function visibleRows(rows: readonly TreeRow[], collapsed: ReadonlySet<string>): TreeRow[] {
  const visible: TreeRow[] = [];
  let foldedBelow = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (row.depth > foldedBelow) continue;
    foldedBelow = collapsed.has(row.span.spanId) ? row.depth : Number.POSITIVE_INFINITY;
    visible.push(row);
  }
  return visible;
}

/** Where a span's bar stands, as shares of the trace's whole time. */
export function barOf(span: Span, traceStartMs: number, traceLengthMs: number): { left: number; width: number } {
  const left = Math.max(0, Math.min(1, (Date.parse(span.startTime) - traceStartMs) / traceLengthMs));
  const width = span.latencyMs === null ? 0 : span.latencyMs / traceLengthMs;
  return { left, width: Math.max(0, Math.min(1 - left, width)) };
}

/** Calls with counts that lie directly inside others with counts: both are in every sum, though one may repeat the other. */
export function callsInsideCalls(spans: readonly Span[]): Span[] {
  const calls = new Set(spans.filter((span) => isCall(span) && span.tokens !== null).map(({ spanId }) => spanId));
  return spans.filter(
    ({ spanId, parentSpanId }) => calls.has(spanId) && parentSpanId !== null && calls.has(parentSpanId),
  );
}

function isCall({ kind }: Span): boolean {
  return kind === 'generation' || kind === 'embedding';
}
