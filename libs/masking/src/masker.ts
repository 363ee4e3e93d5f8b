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

/** A text and what detectors see of it, place by place. */
interface Seen {
  readonly text: string;
  readonly seen: string;
}

const escapes = /\\+(?:[nrtbf]|u[0-9a-fA-F]{4})/g;

/**
 * Blanks where JSON text has an escape: in `"\nsk-..."` the key would else begin with an `n`. JSON may stand inside JSON, or be
 * cut off, so it is not read here.
 */
function withoutEscapes(text: string): string {
  return text.replace(escapes, (escape) => ' '.repeat(escape.length));
}

const escapedAscii = /\\+u00([2-7][0-9a-fA-F])/g;

/** With printable ASCII as itself, where JSON text has escapes for it (`\u0040`); quotes and backslashes must stay escaped. */
function unescaped(text: string): string {
  if (!text.includes('\\u00')) return text;
  return text.replace(escapedAscii, (escape, code: string) => {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    return character === '"' || character === '\\' || character === '\u007f' ? escape : character;
  });
}

/** Replaces one detector's findings and counts them. */
function replaceFindings(
  { text, seen }: Seen,
  { confirm, hint, id, longestText, pattern }: Detector,
  counts: MaskCounts,
  replacement: (finding: string, id: string) => string,
): Seen {
  if (hint !== undefined && !hint.test(seen)) return { text, seen };
  if (longestText !== undefined && text.length > longestText) throw new Error(`${id}: the text is too long for it`);
  const masked: string[] = [];
  const maskedSeen: string[] = [];
  let done = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(seen); match !== null; match = pattern.exec(seen)) {
    const { 0: candidate, index } = match;
    const length = confirm === undefined ? candidate.length : confirm(candidate);
    if (length === 0) {
      // A finding may begin within what was none.
      pattern.lastIndex = index + ((seen.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
      continue;
    }
    counts[id] = (counts[id] ?? 0) + 1;
    const replaced = replacement(seen.slice(index, index + length), id);
    masked.push(text.slice(done, index), replaced);
    maskedSeen.push(seen.slice(done, index), replaced);
    done = index + length;
    pattern.lastIndex = done;
  }
  if (done === 0) return { text, seen };
  return { text: masked.join('') + text.slice(done), seen: maskedSeen.join('') + seen.slice(done) };
}

/**
 * Runs all detectors over a text. Fails closed: if any of them throws, or may not be run over a text this long, the whole
 * text is withheld and counted as `failed`, since what was not checked must not be stored.
 */
export function replaceAll(
  text: string,
  policy: MaskingPolicy,
  replacement: (finding: string, id: string) => string,
): Masked {
  const counts: MaskCounts = {};
  try {
    const plain = unescaped(text);
    const replaceIn = (given: Seen): string =>
      policy.detectors.reduce((seen, detector) => replaceFindings(seen, detector, counts, replacement), given).text;
    let masked = plain;
    if (plain.includes('\\')) masked = replaceIn({ text: plain, seen: withoutEscapes(plain) });
    // And as it stands: a backslash need not be an escape.
    masked = replaceIn({ text: masked, seen: masked });
    return { text: masked === plain ? text : masked, counts };
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
