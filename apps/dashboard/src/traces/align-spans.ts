import type { Span } from '@plimsoll/contract';
import type { TreeRow } from './span-tree.js';

export interface AlignedPair {
  a: TreeRow | null;
  b: TreeRow | null;
}

/** Above this many spans on a side the table of the algorithm is too large; the sides are shown one after the other. */
const mostSpans = 1500;

const same = (a: TreeRow, b: TreeRow): boolean => a.depth === b.depth && step(a.span) === step(b.span);

/** What makes two spans the same step: kind and name, without what differs from call to call. */
function step({ kind, name }: Pick<Span, 'kind' | 'name'>): string {
  return `${kind} ${name.replace(/[0-9a-f-]{8,}|\d+/gi, '#')}`;
}

/**
 * The steps of two traces beside each other: those that both have stand in one row, in order (longest common
 * subsequence); the others stand alone.
 */
export function alignSpans(a: readonly TreeRow[], b: readonly TreeRow[]): AlignedPair[] {
  if (a.length > mostSpans || b.length > mostSpans) {
    return [...a.map((row) => ({ a: row, b: null })), ...b.map((row) => ({ a: null, b: row }))];
  }
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = same(a[i]!, b[j]!)
        ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const pairs: AlignedPair[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i] ?? null, b[j] ?? null];
    if (left && right && same(left, right)) {
      pairs.push({ a: left, b: right });
      i += 1;
      j += 1;
    } else if (left && (!right || (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))) {
      pairs.push({ a: left, b: null });
      i += 1;
    } else {
      pairs.push({ a: null, b: right });
      j += 1;
    }
  }
  return pairs;
}
