import { PlimsollError } from '@plimsoll/contract';
import { KeyTable } from './key-table.js';

const knownKeys = new KeyTable(96);
/** Apart, so that ids displace no keys. */
const knownValues = new KeyTable(32);
const wireNames = ['varint', '64-bit', 'length-delimited', 'group start', 'group end', '32-bit'];
const maxGroupDepth = 32;

/**
 * Walks protobuf fields over bytes without an object tree: `while (reader.next()) switch (reader.field)`.
 * Every read is bounded by the message it is in; a bad byte throws `invalid_input` with its offset.
 */
export class ProtobufReader {
  field = 0;
  private wire = 0;

  constructor(
    private readonly bytes: Buffer,
    private position: number,
    private stop: number,
  ) {}

  static over(bytes: Uint8Array): ProtobufReader {
    return new ProtobufReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength);
  }

  /** Steps to the next field; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.stop) return false;
    const tag = this.varint();
    // 32-bit arithmetic for all but absurd field numbers.
    this.field = tag < 0x7fffffff ? tag >>> 3 : Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field === 0) this.fail('field number 0');
    return true;
  }

  /** Steps into the message of this field, which `next` then walks; the answer is for `leave`. Costs no object. */
  enter(): number {
    const length = this.length();
    const outer = this.stop;
    this.stop = this.position + length;
    return outer;
  }

  /** Back in the message around, behind the one that was entered. */
  leave(outer: number): void {
    this.position = this.stop;
    this.stop = outer;
  }

  /** Steps over the message of this field and notes where it begins and ends. */
  range(into: number[]): void {
    const length = this.length();
    into.push(this.position, this.position + length);
    this.position += length;
  }

  message(): ProtobufReader {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return new ProtobufReader(this.bytes, start, start + length);
  }

  string(): string {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return knownValues.read(this.bytes, start, this.position);
  }

  /** A text that comes again and again, such as an attribute's key: the string that was made of the same bytes before. */
  key(): string {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return knownKeys.read(this.bytes, start, this.position);
  }

  hex(): string {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return this.bytes.toString('hex', start, this.position);
  }

  copyBytes(): Uint8Array {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return Uint8Array.prototype.slice.call(this.bytes, start, this.position);
  }

  bool(): boolean {
    this.expect(0);
    const { low, high } = this.varintParts();
    return low !== 0 || high !== 0;
  }

  /** An enumeration or `int32`: the lowest 32 bits, since a negative one is written with 64. */
  int32(): number {
    this.expect(0);
    return this.varintParts().low | 0;
  }

  int64(): number | bigint {
    this.expect(0);
    const { low, high } = this.varintParts();
    if (high === 0) return low;
    const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
    return exactInteger(value);
  }

  /** `int64` in its fixed form, used by metrics. */
  fixed64(): bigint {
    this.expect(1);
    this.need(8);
    const value = this.bytes.readBigUInt64LE(this.position);
    this.position += 8;
    return value;
  }

  double(): number {
    this.expect(1);
    this.need(8);
    const value = this.bytes.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }

  skip(depth = 0): void {
    switch (this.wire) {
      case 0:
        this.varintParts();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.advance(this.length());
        return;
      case 3:
        this.skipGroup(depth);
        return;
      case 5:
        this.advance(4);
        return;
      default:
        this.fail(`field ${this.field} has wire type ${this.wire}`);
    }
  }

  private skipGroup(depth: number): void {
    if (depth >= maxGroupDepth) this.fail('groups nested too deeply');
    const opened = this.field;
    while (this.next()) {
      if (this.wire === 4) {
        if (this.field !== opened) this.fail('group ends with another field number');
        return;
      }
      this.skip(depth + 1);
    }
    this.fail('group without an end');
  }

  private length(): number {
    this.expect(2);
    const length = this.varint();
    this.need(length);
    return length;
  }

  private advance(count: number): void {
    this.need(count);
    this.position += count;
  }

  private need(count: number): void {
    if (count > this.stop - this.position) {
      this.fail(`needs ${count} bytes where ${this.stop - this.position} are left (truncated?)`);
    }
  }

  private expect(wire: number): void {
    if (this.wire !== wire) {
      this.fail(`field ${this.field} is ${wireNames[this.wire] ?? 'unknown'} where ${wireNames[wire]} is due`);
    }
  }

  private varint(): number {
    // Nearly all tags and lengths are one byte or two.
    const { bytes, position, stop } = this;
    if (position + 1 < stop) {
      const first = bytes[position]!;
      if (first < 0x80) {
        this.position = position + 1;
        return first;
      }
      const second = bytes[position + 1]!;
      if (second < 0x80) {
        this.position = position + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
    const { low, high } = this.varintParts();
    const value = high * 4294967296 + low;
    if (!Number.isSafeInteger(value)) this.fail('number too large');
    return value;
  }

  private varintParts(): { low: number; high: number } {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.stop) this.fail('number is cut off (truncated?)');
      const byte = this.bytes[this.position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) return { low: low >>> 0, high: high >>> 0 };
    }
    return this.fail('number longer than 10 bytes');
  }

  private fail(what: string): never {
    throw new PlimsollError('invalid_input', `protobuf body: ${what} at byte ${this.position}`, { field: 'body' });
  }
}

/** A number where it is exact, else the bigint. */
export function exactInteger(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
