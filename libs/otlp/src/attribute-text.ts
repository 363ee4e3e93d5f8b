import type { AttributeValue, Attributes } from './signals.js';

/** JSON of an attribute value; integers beyond 2^53 keep their digits, bytes become base64. */
export function printJson(value: AttributeValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${printJson(entry)}`);
    return `{${pairs.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** How an attribute is stored: text as it is, everything else as JSON. */
export function printAttribute(value: AttributeValue): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : printJson(value);
}

/** Attributes as stored, without those that are left out. */
export function printAttributes(
  attributes: Attributes,
  isLeftOut: (key: string) => boolean = () => false,
): Record<string, string> {
  // A null prototype, so that a key `__proto__` is a key like any other.
  const printed = Object.create(null) as Record<string, string>;
  for (const [key, value] of attributes) {
    if (!isLeftOut(key)) printed[key] = printAttribute(value);
  }
  return printed;
}

/** Deeper JSON stays text: what reads messages walks it by recursion. */
const maxJsonDepth = 64;

/**
 * Reads text that holds JSON, also JSON inside JSON (clients quote twice): at most three levels.
 * Text that is no JSON object, list or quoted text comes back as it was.
 */
export function readNestedJson(value: unknown): unknown {
  let current = value;
  for (let level = 0; level < 3; level += 1) {
    if (typeof current !== 'string') return current;
    const first = current.trimStart()[0];
    if (first !== '{' && first !== '[' && first !== '"') return current;
    const parsed = parseShallow(current);
    if (parsed === undefined) return current;
    current = parsed;
  }
  return current;
}

/** The value with JSON inside text read; absent JSON is undefined. */
export function readJson(given: AttributeValue | undefined): unknown {
  const value = typeof given === 'string' ? readNestedJson(given) : plainJson(given);
  return isAbsent(value) ? undefined : value;
}

/** A structured attribute as JSON has it: wide integers as their digits, bytes as base64. */
export function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plainJson);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plainJson(entry)]));
}

function parseShallow(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return isWithinDepth(parsed, maxJsonDepth) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isWithinDepth(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (left === 0) return false;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const each of members) {
    if (!isWithinDepth(each, left - 1)) return false;
  }
  return true;
}

/** Empty text, `{}`, `[]` and null mean that a client had nothing to say; 0 and false are values. */
export function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') {
    if (value.length > 4) return false;
    return value === '' || value === '{}' || value === '[]' || value === 'null' || value === '""';
  }
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A member of an object that came as JSON; undefined of anything else. */
export function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** A member inside JSON, by path; absent JSON is absent. */
export function memberAt(json: unknown, path: readonly string[]): unknown {
  let current = json;
  for (const step of path) current = memberOf(current, step);
  return isAbsent(current) ? undefined : current;
}
