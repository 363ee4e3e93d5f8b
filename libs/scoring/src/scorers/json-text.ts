import { jsonrepair } from 'jsonrepair';

/** How a text reads as JSON. `repaired` parses only after fixing quotes, commas or cut ends. */
export type JsonReading =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'repaired'; readonly value: unknown; readonly problem: string }
  | { readonly kind: 'invalid'; readonly problem: string };

const FENCE = /^\s*```(?:json5?|JSON)?\s*\n([\s\S]*?)\n?\s*```\s*$/u;

/** The JSON part of an answer: the inside of a code fence that spans all of it, else the trimmed text. */
export const jsonPart = (text: string): string => (FENCE.exec(text)?.[1] ?? text).trim();

/** True when somebody evidently meant to write JSON: it opens like an object or an array. */
export const looksLikeJson = (text: string): boolean => {
  const part = jsonPart(text);
  return (
    /^[{[]/u.test(part) &&
    !/^\[[^\]]{0,80}\]\(/u.test(part) &&
    (/^[{[]\s*(["{[\]}\d-]|true|false|null)/u.test(part) || /["']\s*:/u.test(part))
  );
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function readJson(text: string): JsonReading {
  const part = jsonPart(text);
  try {
    return { kind: 'valid', value: JSON.parse(part) as unknown };
  } catch (error) {
    const problem = messageOf(error);
    try {
      return { kind: 'repaired', value: JSON.parse(jsonrepair(part)) as unknown, problem };
    } catch {
      return { kind: 'invalid', problem };
    }
  }
}
