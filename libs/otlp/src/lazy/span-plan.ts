import { isAbsent, printAttribute, printAttributes } from '../attribute-text.js';
import { readValueWithin } from '../decode-protobuf.js';
import { type FieldName, fieldNames, type Origin, type Source } from '../dialects/dialect.js';
import { dialectsAround, type DialectSet, matches, sourcesOf } from '../dialects/index.js';
import { soleMessages } from '../held-content.js';
import type { Attributes, AttributeValue, InstrumentationScope } from '../signals.js';
import { ByteTable } from './byte-table.js';
import { type KnownText, knownTexts } from './known-text.js';
import type { SpanScan } from './span-scan.js';

/** How a field of a span is answered. */
export const how = {
  /** Nothing in spans of this shape can answer. */
  absent: 0,
  /** The same text in all spans of this origin. */
  constant: 1,
  /** The value of one attribute, as text or as it is. */
  value: 2,
  /** What a source makes of the value of one attribute, remembered by its bytes; `next` where it makes nothing of it. */
  known: 3,
  /** Messages in one attribute. */
  messages: 4,
  /** The dialects must be asked, with the span decoded. */
  ask: 5,
} as const;

/** What a source made of one value, and the text of it. */
export interface KnownAnswer {
  readonly value: unknown;
  readonly text: string;
}

export class FieldPlan {
  constructor(
    readonly how: number,
    readonly slot = -1,
    readonly constant: KnownText | null = null,
    readonly answers: ByteTable<KnownAnswer> | null = null,
    readonly next: FieldPlan | null = null,
  ) {}
}

const absentPlan = new FieldPlan(how.absent);
const askPlan = new FieldPlan(how.ask);

export type FieldPlans = Readonly<Record<FieldName, FieldPlan>>;

const origins = new Map<string, SpanOrigin>();
/** Beyond these all are forgotten, so that invented resources and keys cannot fill the memory. */
const mostOrigins = 100;
const mostPlans = 1_000;
const longestOrigin = 20_000;

/** Exports of one process come from one origin, request after request. */
export function originOf(resource: Attributes, scope: InstrumentationScope): SpanOrigin {
  const key = JSON.stringify([scope.name, scope.version, Object.entries(printAttributes(resource))]);
  if (plansMade > mostPlans || origins.size >= mostOrigins) {
    origins.clear();
    plansMade = 0;
  }
  let origin = origins.get(key);
  if (origin === undefined) {
    origin = new SpanOrigin(resource, scope, key.length);
    if (key.length <= longestOrigin) origins.set(key, origin);
  }
  return origin;
}

/** Where spans come from: all that they share. */
export class SpanOrigin {
  readonly spoken: DialectSet;
  /** Resource attributes as they are stored. */
  readonly printed: Readonly<Record<string, string>>;
  /** By the hash of a shape; null where it was met once and has no plan yet. */
  private readonly plans = new Map<number, SpanPlan | null>();

  constructor(
    readonly resource: Attributes,
    readonly scope: InstrumentationScope,
    /** Characters of all its texts together, at most. */
    readonly length: number,
  ) {
    this.spoken = dialectsAround(this);
    this.printed = printAttributes(resource);
  }

  resourceText(key: string): string | null {
    const value = this.resource.get(key);
    return value === undefined || isAbsent(value) ? null : printAttribute(value);
  }

  /**
   * The plan for spans of the shape that was scanned; null where the shape is new. It is made when the shape comes again, so
   * that shapes that never do, as invented keys make them, cost no plan.
   */
  planOf(scan: SpanScan): SpanPlan | null {
    const known = this.plans.get(scan.shape);
    if (known !== undefined && known !== null && known.fits(scan)) return known;
    if (this.plans.size >= mostShapes) this.plans.clear();
    const plan = known === undefined ? null : new SpanPlan(this, scan);
    if (plan !== null) plansMade += 1;
    this.plans.set(scan.shape, plan);
    return plan;
  }
}

/** Clients write spans of a few dozen shapes. */
const mostShapes = 100;
let plansMade = 0;

/**
 * The tables of the dialects, worked out for spans with the same keys: which source of each field is the first that such a
 * span carries. Sources that it cannot carry cost nothing any more.
 */
export class SpanPlan {
  /** False where spans of this shape are left to the reader of all cases: a key comes twice, or is no ASCII text. */
  readonly usable: boolean;
  readonly fields: FieldPlans;
  readonly unmapped: readonly string[];
  /** Attributes that are stored. */
  readonly stored: number;
  readonly hasVectors: boolean;
  readonly hasErrorType: boolean;
  /** Slots of the only messages of a request and of an answer; -1 where there are none, or more. */
  readonly soleRequest: number;
  readonly soleAnswer: number;
  /** Whether a system text in that request is the only one. */
  readonly isSoleSystem: boolean;
  private readonly ids: Int32Array;
  private readonly absent: Uint8Array;
  private readonly slots: ReadonlyMap<string, number>;

  constructor(
    private readonly origin: SpanOrigin,
    scan: SpanScan,
  ) {
    const keys = scan.keys.slice(0, scan.count);
    this.ids = Int32Array.from(keys, ({ id }) => id);
    this.absent = scan.absent.slice(0, scan.count);
    this.slots = new Map(keys.flatMap(({ text }, slot) => (this.absent[slot] === 0 ? [[text, slot]] : [])));
    this.usable = keys.every(({ isPlain }) => isPlain) && new Set(keys.map(({ text }) => text)).size === keys.length;
    this.hasErrorType = this.slots.has('error.type');
    this.unmapped = keys.filter(({ speakers }) => speakers === 0).map(({ text }) => text);
    this.stored = keys.filter(({ isVector }) => !isVector).length;
    const spoken = keys.reduce((set, { speakers }) => set | speakers, origin.spoken);
    this.hasVectors = this.stored < keys.length;
    this.fields = Object.fromEntries(
      fieldNames.map((field) => [field, this.planField(sourcesOf(field, spoken))]),
    ) as unknown as FieldPlans;
    const sole = (field: FieldName): number => this.soleSlot(sourcesOf(field, spoken));
    this.soleRequest = sole('input');
    const answer = sole('output');
    this.soleAnswer = answer === this.soleRequest ? -1 : answer;
    this.isSoleSystem = this.soleRequest >= 0 && sole('system') === this.soleRequest;
  }

  private soleSlot(sources: readonly Source<unknown>[]): number {
    const key = soleMessages(sources, (from) => this.planSource(from, () => absentPlan) !== absentPlan);
    return key === undefined ? -1 : this.slotOf(key);
  }

  slotOf(key: string): number {
    return this.slots.get(key) ?? -1;
  }

  /** Whether the span has the keys of this plan, in their order. */
  fits(scan: SpanScan): boolean {
    const { ids, absent } = this;
    if (scan.count !== ids.length) return false;
    for (let slot = 0; slot < ids.length; slot += 1) {
      if (scan.keys[slot]!.id !== ids[slot] || scan.absent[slot] !== absent[slot]) return false;
    }
    return true;
  }

  private planField(sources: readonly Source<unknown>[]): FieldPlan {
    for (const [index, { from }] of sources.entries()) {
      const plan = this.planSource(from, () => this.planField(sources.slice(index + 1)));
      if (plan !== absentPlan) return plan;
    }
    return absentPlan;
  }

  private planSource(from: Origin<unknown>, rest: () => FieldPlan): FieldPlan {
    if ('oneOf' in from) return from.oneOf.some((pattern) => this.carries(pattern)) ? askPlan : absentPlan;
    if ('scopes' in from) return from.scopes.includes(this.origin.scope.name) ? askPlan : absentPlan;
    if ('resource' in from) {
      const text = this.origin.resourceText(from.resource);
      return text === null ? absentPlan : new FieldPlan(how.constant, -1, knownTexts.of(text));
    }
    const slot = this.slots.get(from.attribute);
    if (slot === undefined) return absentPlan;
    if ('messages' in from) return new FieldPlan(how.messages, slot, null, null, rest());
    if ('as' in from) return new FieldPlan(how.value, slot, null, null, from.as === 'raw' ? rest() : null);
    return new FieldPlan(how.known, slot, null, answersOf(from.of), rest());
  }

  private carries(pattern: string): boolean {
    if (pattern.startsWith('resource ')) return this.origin.resource.has(pattern.slice('resource '.length));
    return [...this.slots.keys()].some((key) => matches(pattern, key));
  }
}

type Reading = (value: AttributeValue) => unknown;

const knownAnswers = new WeakMap<Reading, ByteTable<KnownAnswer>>();

function answersOf(of: Reading): ByteTable<KnownAnswer> {
  let answers = knownAnswers.get(of);
  if (answers === undefined) {
    answers = new ByteTable<KnownAnswer>((source, start, end) => {
      const value = of(readValueWithin(source.bytes, start, end));
      return { value: isAbsent(value) ? undefined : value, text: typeof value === 'string' ? value : '' };
    }, 128);
    knownAnswers.set(of, answers);
  }
  return answers;
}
