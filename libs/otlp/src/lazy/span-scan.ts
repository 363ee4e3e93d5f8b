import { type Bytes, bytesOf, stands } from './byte-table.js';
import { absences, isAbsentText, type KnownKey, knownKeys } from './known-keys.js';

/** Kinds of attribute values, as far as they are told apart without decoding them. */
export const valueKinds = { text: 1, flag: 2, whole: 3, real: 4, other: 5 } as const;

/** More attributes are left to the reader of all cases. */
const mostAttributes = 256;
const noOffset = -1;
const nanosecondsADay = 86_400e9;

/** One for all: a span is scanned and its row written without a pause in between. */
const scratch = {
  keys: [] as KnownKey[],
  keyStarts: new Int32Array(mostAttributes),
  keyEnds: new Int32Array(mostAttributes),
  kinds: new Uint8Array(mostAttributes),
  starts: new Int32Array(mostAttributes),
  ends: new Int32Array(mostAttributes),
  valueStarts: new Int32Array(mostAttributes),
  numbers: new Float64Array(mostAttributes),
  absent: new Uint8Array(mostAttributes),
};

/**
 * One span as offsets into the body: which attribute is where and of which kind, in scratch that the next span takes over.
 * Nothing is decoded and nothing is allocated. `read` answers false for whatever is not the plain case (a span with events,
 * a bad id, fields in an unusual form): the reader of all cases (`decode-protobuf.ts`) then decides what it is.
 */
export class SpanScan {
  /** The body. */
  readonly source: Bytes;
  traceId = noOffset;
  spanId = noOffset;
  /** -1: a root. */
  parentSpanId = noOffset;
  nameStart = 0;
  nameEnd = 0;
  /** Offsets of the times, -1 where there is none. */
  startTime = noOffset;
  endTime = noOffset;
  /** The time that is part of the span's identity: its end, or its start where there is no end after it. */
  time = noOffset;
  statusCode = 0;
  messageStart = 0;
  messageEnd = 0;

  /** Attributes: how many, and of each its key, the kind of its value, and the range of its text or of the value as sent. */
  count = 0;
  readonly keys = scratch.keys;
  /** Where the key begins, with the byte of its length before it. */
  readonly keyStarts = scratch.keyStarts;
  readonly keyEnds = scratch.keyEnds;
  readonly kinds = scratch.kinds;
  readonly starts = scratch.starts;
  readonly ends = scratch.ends;
  /** Where the value as sent begins; it ends where the text does. */
  readonly valueStarts = scratch.valueStarts;
  readonly numbers = scratch.numbers;
  readonly absent = scratch.absent;
  /** Hash over keys and absences: spans of one shape are answered by one plan. */
  shape = 0;

  private at = 0;

  private readonly bytes: Buffer;
  private readonly view: DataView;

  constructor(body: Buffer) {
    this.source = bytesOf(body);
    this.bytes = body;
    this.view = this.source.view;
  }

  /** @returns false where the span is not plain; what was read is then of no use. */
  read(start: number, end: number): boolean {
    this.reset();
    this.at = start;
    while (this.at < end) {
      if (!this.shortText(end) && !this.field(end)) return false;
    }
    // As `startOf` has it.
    if (this.high(this.startTime) === 0 && this.low(this.startTime) === 0) this.startTime = this.endTime;
    const apart =
      this.high(this.endTime) - this.high(this.startTime) || this.low(this.endTime) - this.low(this.startTime);
    this.time = this.isFinished && apart >= 0 ? this.endTime : this.startTime;
    return this.at === end && this.traceId !== noOffset && this.spanId !== noOffset;
  }

  /** True for a span with an end. */
  get isFinished(): boolean {
    return this.high(this.endTime) !== 0 || this.low(this.endTime) !== 0;
  }

  /** Nanoseconds since the epoch of that time, as near as a double comes. */
  get timeNs(): number {
    return this.high(this.time) * 4_294_967_296 + this.low(this.time);
  }

  get timeMs(): number {
    return Math.floor(this.timeNs / 1e6);
  }

  /** Days since the epoch at that time, exact. */
  get day(): number {
    const { timeNs } = this;
    const day = Math.floor(timeNs / nanosecondsADay);
    const isNearMidnight = timeNs - day * nanosecondsADay < 1_000 || (day + 1) * nanosecondsADay - timeNs < 1_000;
    return isNearMidnight ? Number(this.nanoseconds(this.time) / BigInt(nanosecondsADay)) : day;
  }

  /** The trace id in hex. */
  get traceIdText(): string {
    return this.bytes.toString('hex', this.traceId, this.traceId + 16);
  }

  /** A time, exact. */
  nanoseconds(offset: number): bigint {
    return offset < 0 ? 0n : this.view.getBigUint64(offset, true);
  }

  private low(offset: number): number {
    return offset < 0 ? 0 : this.view.getUint32(offset, true);
  }

  private high(offset: number): number {
    return offset < 0 ? 0 : this.view.getUint32(offset + 4, true);
  }

  private reset(): void {
    this.traceId = noOffset;
    this.spanId = noOffset;
    this.parentSpanId = noOffset;
    this.nameStart = 0;
    this.nameEnd = 0;
    this.startTime = noOffset;
    this.endTime = noOffset;
    this.statusCode = 0;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.count = 0;
    this.shape = 0;
  }

  /**
   * An attribute whose value is a text and whose lengths are a byte each, which most are: `4a n 0a k key 12 v 0a t text`.
   * Nothing is stepped over where the bytes are otherwise.
   */
  private shortText(end: number): boolean {
    const { bytes, at, count } = this;
    if (at + 8 > end || bytes[at] !== 0x4a || bytes[at + 2] !== 0x0a) return false;
    const attributeEnd = at + 2 + bytes[at + 1]!;
    const keyEnd = at + 4 + bytes[at + 3]!;
    const text = keyEnd + 4;
    if (attributeEnd > end || attributeEnd - at >= 0x82 || text > attributeEnd || count >= mostAttributes) return false;
    const isText =
      bytes[keyEnd] === 0x12 &&
      bytes[keyEnd + 1] === attributeEnd - keyEnd - 2 &&
      bytes[keyEnd + 2] === 0x0a &&
      bytes[keyEnd + 3] === attributeEnd - text;
    if (!isText) return false;
    this.valueStarts[count] = keyEnd + 2;
    this.starts[count] = text;
    this.ends[count] = attributeEnd;
    this.kinds[count] = valueKinds.text;
    this.absent[count] = attributeEnd - text <= 4 && isAbsentText(bytes, text, attributeEnd) ? 1 : 0;
    this.key(at + 4, keyEnd);
    this.at = attributeEnd;
    return true;
  }

  /** Ends an attribute whose value is noted. */
  private key(start: number, end: number): void {
    const { count } = this;
    // Spans of one client have their keys in one order: what stood here in the span before stands here again.
    const before = this.keys[count];
    const isBefore = before !== undefined && before.length === end - start && stands(before, this.view, start);
    const key = isBefore ? before : knownKeys.find(this.source, start, end);
    this.keys[count] = key;
    this.keyStarts[count] = start;
    this.keyEnds[count] = end;
    const shape = Math.imul(this.shape ^ (key.id * 2 + this.absent[count]!), 0x01000193);
    this.shape = shape ^ (shape >>> 15);
    this.count = count + 1;
  }

  /** Tags of Span: field number and wire type in one byte, in two above field 15. */
  private field(end: number): boolean {
    const tag = this.bytes[this.at]!;
    this.at += 1;
    switch (tag) {
      case 0x4a:
        return this.nested(end) && this.attribute(this.innerStart, this.at);
      case 0x0a:
        if (!this.nested(end) || !this.isId(16)) return false;
        this.traceId = this.innerStart;
        return true;
      case 0x12:
        if (!this.nested(end) || !this.isId(8)) return false;
        this.spanId = this.innerStart;
        return true;
      case 0x22:
        if (!this.nested(end)) return false;
        this.parentSpanId = this.isId(8) ? this.innerStart : noOffset;
        return true;
      case 0x2a:
        if (!this.nested(end)) return false;
        this.nameStart = this.innerStart;
        this.nameEnd = this.at;
        return true;
      case 0x39:
        this.startTime = this.at;
        this.at += 8;
        return this.at <= end;
      case 0x41:
        this.endTime = this.at;
        this.at += 8;
        return this.at <= end;
      case 0x7a:
        return this.nested(end) && this.status(this.innerStart, this.at);
      case 0x1a: // trace state
      case 0x6a: // links
        return this.nested(end);
      case 0x30: // kind, and the counts of what was dropped
      case 0x50:
      case 0x60:
      case 0x70:
        return this.skipVarint(end);
      case 0x85: // flags
        this.at += 5;
        return this.bytes[this.at - 5] === 0x01 && this.at <= end;
      default:
        return false;
    }
  }

  private innerStart = 0;

  /** Steps over a length and what it counts; `innerStart` is then its begin and `at` its end. */
  private nested(end: number): boolean {
    if (this.at >= end) return false;
    let length = this.bytes[this.at]!;
    this.at += 1;
    if (length >= 0x80) {
      if (this.at + 3 > end) return false;
      length = (length & 0x7f) | ((this.bytes[this.at]! & 0x7f) << 7);
      if (this.bytes[this.at]! >= 0x80) {
        this.at += 1;
        length |= (this.bytes[this.at]! & 0x7f) << 14;
        if (this.bytes[this.at]! >= 0x80) {
          this.at += 1;
          if (this.bytes[this.at]! >= 0x40) return false;
          length |= this.bytes[this.at]! << 21;
        }
      }
      this.at += 1;
    }
    this.innerStart = this.at;
    this.at += length;
    return this.at <= end;
  }

  private skipVarint(end: number): boolean {
    for (let count = 0; count < 10 && this.at < end; count += 1) {
      this.at += 1;
      if (this.bytes[this.at - 1]! < 0x80) return true;
    }
    return false;
  }

  /** Of this length and not all zero. */
  private isId(length: number): boolean {
    if (this.at - this.innerStart !== length) return false;
    for (let index = this.innerStart; index < this.at; index += 1) if (this.bytes[index] !== 0) return true;
    return false;
  }

  private status(start: number, end: number): boolean {
    this.statusCode = 0;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.at = start;
    while (this.at < end) {
      const tag = this.bytes[this.at]!;
      this.at += 1;
      if (tag === 0x12) {
        if (!this.nested(end)) return false;
        this.messageStart = this.innerStart;
        this.messageEnd = this.at;
      } else if (tag === 0x18 && this.at < end && this.bytes[this.at]! < 0x80) {
        this.statusCode = this.bytes[this.at]!;
        this.at += 1;
      } else {
        return false;
      }
    }
    return true;
  }

  /** KeyValue { 1 key, 2 AnyValue }, in this order. */
  private attribute(start: number, end: number): boolean {
    const { bytes, count } = this;
    if (count >= mostAttributes || start + 2 > end || bytes[start] !== 0x0a) return false;
    const keyEnd = start + 2 + bytes[start + 1]!;
    if (bytes[start + 1]! >= 0x80 || keyEnd > end) return false;
    if (!this.value(keyEnd, end)) return false;
    this.key(start + 2, keyEnd);
    this.at = end;
    return true;
  }

  private value(keyEnd: number, end: number): boolean {
    const { bytes, count } = this;
    this.at = keyEnd;
    if (keyEnd === end) return this.other(end, end);
    this.at += 1;
    if (bytes[keyEnd] !== 0x12 || !this.nested(end) || this.at !== end) return false;
    const start = this.innerStart;
    this.valueStarts[count] = start;
    this.ends[count] = end;
    this.absent[count] = 0;
    switch (start === end ? 0 : bytes[start]) {
      case 0x0a:
        this.at = start + 1;
        if (!this.nested(end)) return false;
        if (this.at !== end) return this.other(start, end);
        this.kinds[count] = valueKinds.text;
        this.starts[count] = this.innerStart;
        if (end - this.innerStart <= 4 && isAbsentText(bytes, this.innerStart, end)) this.absent[count] = 1;
        return true;
      case 0x10:
        if (end !== start + 2 || bytes[start + 1]! > 1) return this.other(start, end);
        this.kinds[count] = valueKinds.flag;
        this.numbers[count] = bytes[start + 1]!;
        return true;
      case 0x18:
        return this.whole(start, end);
      case 0x21:
        if (end !== start + 9) return this.other(start, end);
        this.kinds[count] = valueKinds.real;
        this.numbers[count] = this.view.getFloat64(start + 1, true);
        return true;
      default:
        return this.other(start, end);
    }
  }

  /** Whole numbers of up to seven bytes: they are exact. */
  private whole(start: number, end: number): boolean {
    let value = 0;
    let unit = 1;
    let at = start + 1;
    while (at < end && at < start + 8) {
      const byte = this.bytes[at]!;
      at += 1;
      value += (byte & 0x7f) * unit;
      unit *= 128;
      if (byte < 0x80) {
        if (at !== end) break;
        this.kinds[this.count] = valueKinds.whole;
        this.numbers[this.count] = value;
        return true;
      }
    }
    return this.other(start, end);
  }

  private other(start: number, end: number): boolean {
    this.kinds[this.count] = valueKinds.other;
    this.valueStarts[this.count] = start;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.absent[this.count] = absences.find(this.source, start, end) ? 1 : 0;
    return true;
  }
}
