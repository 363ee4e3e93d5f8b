import type { Detector } from './detector.js';

/** What was replaced, by detector id. */
export type MaskCounts = Record<string, number>;

export interface Masked {
  readonly text: string;
  readonly counts: MaskCounts;
}

export interface MaskingPolicy {
  /** Built-in or custom; a custom rule is a detector whose pattern was checked before it was stored. */
  readonly detectors: readonly Detector[];
  /** Content is replaced as a whole and never looked at. */
  readonly dropContent: boolean;
}

/** Stands where content was dropped by policy or could not be checked. */
export const droppedContent = '[content not recorded]';

/** Replaces one detector's findings by `[id]` and counts them. */
function replaceFindings(text: string, detector: Detector, counts: MaskCounts): string {
  if (detector.hint !== undefined && !detector.hint.test(text)) return text;
  const { confirm, id } = detector;
  return text.replace(detector.pattern, (candidate) => {
    if (confirm !== undefined && !confirm(candidate)) return candidate;
    counts[id] = (counts[id] ?? 0) + 1;
    return `[${id}]`;
  });
}

/**
 * Masks one text. Fails closed: if any detector throws, the whole text is withheld and counted as `failed`,
 * since what was not checked must not be stored.
 */
export function maskText(text: string, policy: MaskingPolicy): Masked {
  if (policy.dropContent) return { text: text === '' ? '' : droppedContent, counts: text === '' ? {} : { dropped: 1 } };
  const counts: MaskCounts = {};
  try {
    let masked = text;
    for (const detector of policy.detectors) masked = replaceFindings(masked, detector, counts);
    return { text: masked, counts };
  } catch {
    return { text: droppedContent, counts: { failed: 1 } };
  }
}

/** Adds the counts of one text to a running sum. */
export function addCounts(sum: MaskCounts, counts: MaskCounts): void {
  for (const [id, count] of Object.entries(counts)) sum[id] = (sum[id] ?? 0) + count;
}
