import { isAbsent, memberAt, printAttribute, readJson } from './attribute-text.js';
import type { ParsedRequest } from './messages.js';
import type { AttributeValue, Attributes, OtlpSpan, SpanEvent } from './signals.js';

/** Highest index of an indexed key family and most slots of one family that are read. */
const maxIndex = 1_000;
const maxSlots = 10_000;
const unsafeSegments = new Set(['__proto__', 'constructor', 'prototype']);

type Nested = Map<string, Nested | AttributeValue>;

/** What the dialects ask a span: every look-up treats empty text, `{}`, `[]` and null as absent. */
export class SpanFacts {
  /** Requests that were taken apart, by attribute key. */
  readonly requests = new Map<string, ParsedRequest>();
  private readonly parsed = new Map<string, unknown>();

  constructor(
    readonly span: OtlpSpan,
    /** Dialects to ask, a bit each; all unless told. */
    readonly spoken?: number,
  ) {}

  get scopeName(): string {
    return this.span.scope.name;
  }

  value(key: string): AttributeValue | undefined {
    return present(this.span.attributes, key);
  }

  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  /** The value as text; lists and objects as JSON. */
  text(key: string): string | undefined {
    const value = this.value(key);
    return value === undefined ? undefined : printAttribute(value);
  }

  resourceText(key: string): string | undefined {
    const value = present(this.span.resource, key);
    return value === undefined ? undefined : printAttribute(value);
  }

  /** The value with JSON inside text read; absent JSON is absent. */
  json(key: string): unknown {
    if (this.parsed.has(key)) return this.parsed.get(key);
    const result = readJson(this.value(key));
    this.parsed.set(key, result);
    return result;
  }

  /** A member of a JSON object under `key`, by path. */
  member(key: string, ...path: string[]): unknown {
    return memberAt(this.json(key), path);
  }

  event(name: string): SpanEvent | undefined {
    return this.span.events.find((event) => event.name === name);
  }

  eventText(name: string, key: string): string | undefined {
    const event = this.event(name);
    const value = event === undefined ? undefined : present(event.attributes, key);
    return value === undefined ? undefined : printAttribute(value);
  }

  /** Attributes whose key starts with `prefix`, by the rest of the key. */
  under(prefix: string): Map<string, AttributeValue> {
    const found = new Map<string, AttributeValue>();
    for (const [key, value] of this.span.attributes) {
      if (key.startsWith(prefix) && key.length > prefix.length && !isAbsent(value)) {
        found.set(key.slice(prefix.length), value);
      }
    }
    return found;
  }

  /**
   * A family of indexed keys (`prefix` + `0.message.role`, ...) as nested lists and objects.
   * Indexes above 1,000 are ignored and list slots are capped: one attribute must not allocate a huge list.
   */
  indexed(prefix: string): unknown[] | undefined {
    const root: Nested = new Map();
    let slots = 0;
    for (const [rest, value] of this.under(prefix)) {
      const path = rest.split('.');
      if (path.some((step) => unsafeSegments.has(step) || Number(step) >= maxIndex)) continue;
      if (slots >= maxSlots) break;
      slots += 1;
      insert(root, path, value);
    }
    const list = denest(root);
    return Array.isArray(list) && list.length > 0 ? list : undefined;
  }
}

function present(attributes: Attributes, key: string): AttributeValue | undefined {
  const value = attributes.get(key);
  return isAbsent(value) ? undefined : value;
}

function insert(root: Nested, path: readonly string[], value: AttributeValue): void {
  let node = root;
  for (const step of path.slice(0, -1)) {
    let child = node.get(step);
    if (!(child instanceof Map)) {
      child = new Map();
      node.set(step, child);
    }
    node = child;
  }
  const last = path.at(-1);
  if (last !== undefined && !(node.get(last) instanceof Map)) node.set(last, value);
}

function denest(node: Nested): unknown {
  const entries = [...node].map(([key, value]): [string, unknown] => [
    key,
    value instanceof Map ? denest(value) : value,
  ]);
  if (entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.toSorted(([left], [right]) => Number(left) - Number(right)).map(([, value]) => value);
  }
  return Object.fromEntries(entries);
}
