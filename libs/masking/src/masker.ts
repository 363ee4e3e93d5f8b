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
  /** Of the project alone, and secret: makes the pseudonyms in names. */
  readonly nameKey: Uint8Array;
}

/** Stands where content was dropped by policy or could not be checked. */
export const droppedContent = '[content not recorded]';

/** Replaces one detector's findings and counts them. */
function replaceFindings(
  text: string,
  detector: Detector,
  counts: MaskCounts,
  replacement: (finding: string, id: string) => string,
): string {
  if (detector.hint !== undefined && !detector.hint.test(text)) return text;
  const { confirm, id } = detector;
  return text.replace(detector.pattern, (candidate) => {
    if (confirm !== undefined && !confirm(candidate)) return candidate;
    counts[id] = (counts[id] ?? 0) + 1;
    return replacement(candidate, id);
  });
}

/**
 * Runs all detectors over a text. Fails closed: if any of them throws, the whole text is withheld and counted as `failed`,
 * since what was not checked must not be stored.
 */
export function replaceAll(
  text: string,
  policy: MaskingPolicy,
  replacement: (finding: string, id: string) => string,
): Masked {
  const counts: MaskCounts = {};
  try {
    let masked = text;
    for (const detector of policy.detectors) masked = replaceFindings(masked, detector, counts, replacement);
    return { text: masked, counts };
  } catch {
    return { text: droppedContent, counts: { failed: 1 } };
  }
}

/** Masks content: every finding becomes `[id]`. */
export function maskText(text: string, policy: MaskingPolicy): Masked {
  if (policy.dropContent) return { text: text === '' ? '' : droppedContent, counts: text === '' ? {} : { dropped: 1 } };
  return replaceAll(text, policy, (_, id) => `[${id}]`);
}

/** Adds the counts of one text to a running sum. */
export function addCounts(sum: MaskCounts, counts: MaskCounts): void {
  for (const [id, count] of Object.entries(counts)) sum[id] = (sum[id] ?? 0) + count;
}
