import { isUtf8 } from 'node:buffer';

/** Longer texts would reserve too much for what they may need. */
const longestAtOnce = 65_536;
/** Up to here copying by words costs less than the call that copies a range. */
const longestByWords = 320;
/** Words are copied whole: what lies behind the last byte is written again by what comes next. */
const slack = 3;

/** Two hex digits of each byte as they stand in memory. */
const hexDigits = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16LE(),
);

/** Bytes to copy from, with a view of the same bytes. */
export interface ByteSource {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function byteSource(bytes: Buffer): ByteSource {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Appends RowBinary values to one growing buffer. Integers are little-endian, lengths LEB128, as ClickHouse reads them. */
export class BlockWriter {
  private buffer: Buffer;
  private view: DataView;
  private at = 0;

  /** Into a fresh buffer of so many bytes, or into one that is given. */
  constructor(initial: number | Buffer = 64 * 1024) {
    this.buffer = typeof initial === 'number' ? Buffer.allocUnsafe(initial) : initial;
    this.view = byteSource(this.buffer).view;
  }

  get length(): number {
    return this.at;
  }

  /** The bytes written so far; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** What it wrote to, for another writer, once nobody needs the bytes any more. */
  get memory(): Buffer {
    return this.buffer;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.buffer[this.at] = value;
    this.at += 1;
  }

  uint16(value: number): void {
    this.reserve(2);
    this.at = this.buffer.writeUInt16LE(value, this.at);
  }

  uint32(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeUInt32LE(value, this.at);
  }

  int32(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeInt32LE(value, this.at);
  }

  uint64(value: number | bigint): void {
    this.reserve(8);
    if (typeof value === 'bigint') {
      this.at = this.buffer.writeBigUInt64LE(value, this.at);
      return;
    }
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an unsigned whole number`);
    this.view.setUint32(this.at, value >>> 0, true);
    this.view.setUint32(this.at + 4, value / 4_294_967_296, true);
    this.at += 8;
  }

  /** Whole numbers up to 2^53, one behind the other. */
  uint64s(values: readonly number[]): void {
    this.reserve(values.length * 8);
    let { at } = this;
    for (let index = 0; index < values.length; index += 1, at += 8) {
      const value = values[index]!;
      if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`${value} is out of range`);
      this.view.setUint32(at, value, true);
      this.view.setUint32(at + 4, value / 4_294_967_296, true);
    }
    this.at = at;
  }

  int64(value: bigint): void {
    this.reserve(8);
    this.at = this.buffer.writeBigInt64LE(value, this.at);
  }

  /** Two's complement over 16 bytes. */
  int128(value: bigint): void {
    this.reserve(16);
    this.at = this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.at);
    this.at = this.buffer.writeBigInt64LE(value >> 64n, this.at);
  }

  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** LEB128 length of what follows. */
  size(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.at] = (rest & 0x7f) | 0x80;
      this.at += 1;
      rest >>>= 7;
    }
    this.buffer[this.at] = rest;
    this.at += 1;
  }

  /** Copies bytes as they are; true if all of them are ASCII (told of short ranges only). */
  copy(source: ByteSource, start: number, end: number): boolean {
    const length = end - start;
    this.reserve(length + slack);
    const { at } = this;
    this.at = at + length;
    if (length > longestByWords || end + slack > source.bytes.length) return this.copyRange(source, start, end, at);
    const from = source.view;
    const to = this.view;
    const shift = at - start;
    let seen = 0;
    let position = start;
    for (; position + 8 <= end; position += 8) {
      const first = from.getInt32(position, true);
      const second = from.getInt32(position + 4, true);
      seen |= first | second;
      to.setInt32(position + shift, first, true);
      to.setInt32(position + shift + 4, second, true);
    }
    for (; position < end; position += 4) {
      const word = from.getInt32(position, true);
      seen |= position + 4 <= end ? word : word << ((position + 4 - end) * 8);
      to.setInt32(position + shift, word, true);
    }
    return (seen & 0x80808080) === 0;
  }

  private copyRange({ bytes }: ByteSource, start: number, end: number, at: number): boolean {
    this.buffer.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), at);
    return false;
  }

  /** A text by its bytes; what is no UTF-8 is replaced as a decoder does. */
  utf8(source: ByteSource, start: number, end: number): void {
    const { at } = this;
    this.size(end - start);
    if (!this.copy(source, start, end)) this.checkUtf8(source, start, end, at);
  }

  private checkUtf8({ bytes }: ByteSource, start: number, end: number, at: number): void {
    if (isUtf8(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start))) return;
    this.at = at;
    this.text(bytes.toString('utf8', start, end));
  }

  /** Bytes as a text of hex digits. */
  hex(source: ByteSource, start: number, count: number): void {
    this.size(count * 2);
    this.reserve(count * 2);
    let { at } = this;
    for (let index = start; index < start + count; index += 1) {
      this.view.setUint16(at, hexDigits[source.bytes[index]!]!, true);
      at += 2;
    }
    this.at = at;
  }

  /** The digits of a whole number, without a length. */
  digits(value: number): void {
    if (!(value >= 0 && value < 0x7fffffff)) {
      this.ascii(String(value));
      return;
    }
    this.reserve(10);
    let count = 1;
    for (let power = 10; power <= value; power *= 10) count += 1;
    let rest = value | 0;
    for (let position = this.at + count - 1; position >= this.at; position -= 1) {
      const tenth = (rest / 10) | 0;
      this.buffer[position] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.at += count;
  }

  /** ASCII characters, without a length. */
  ascii(value: string): void {
    this.reserve(value.length);
    const { buffer, at } = this;
    for (let index = 0; index < value.length; index += 1) buffer[at + index] = value.charCodeAt(index);
    this.at = at + value.length;
  }

  /**
   * Begins a text of about `expected` bytes, whose length is known when it ends: what is written until `closeText` with the
   * answer belongs to it.
   */
  openText(expected = 0): number {
    const start = this.at;
    this.size(expected);
    return start;
  }

  closeText(start: number, expected = 0): void {
    const room = sizeBytes(expected);
    const length = this.at - start - room;
    const needed = sizeBytes(length);
    if (needed !== room) {
      this.reserve(needed);
      this.buffer.copyWithin(start + needed, start + room, this.at);
    }
    this.at = start;
    this.size(length);
    this.at += length;
  }

  /** Takes back what was written behind `length`. */
  truncate(length: number): void {
    this.at = length;
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  text(value: string): void {
    const count = value.length;
    if (count > longestAtOnce) {
      this.longText(value);
      return;
    }
    // UTF-8 has one to three bytes for each unit of a string: room for the most of it, and for the length before it.
    this.reserve(count * 3 + 5);
    if (count < 0x80 && this.shortAscii(value)) return;
    const least = sizeBytes(count);
    if (least !== sizeBytes(count * 3)) this.longText(value);
    else {
      // The length takes as many bytes whatever the characters are: then one pass suffices.
      const written = this.buffer.write(value, this.at + least, 'utf8');
      this.size(written);
      this.at += written;
    }
  }

  /** Its bytes are counted first. */
  private longText(value: string): void {
    const size = Buffer.byteLength(value, 'utf8');
    this.size(size);
    this.reserve(size);
    this.at += this.buffer.write(value, this.at, size, 'utf8');
  }

  /** Most texts of a row are a few ASCII characters: copying these here costs less than the call that encodes them. */
  private shortAscii(value: string): boolean {
    const { buffer, at } = this;
    const count = value.length;
    for (let index = 0; index < count; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      buffer[at + 1 + index] = code;
    }
    buffer[at] = count;
    this.at = at + 1 + count;
    return true;
  }

  zeros(count: number): void {
    this.reserve(count + slack);
    const end = this.at + count;
    for (let position = this.at; position < end; position += 4) this.view.setInt32(position, 0, true);
    this.at = end;
  }

  /** Makes room, so that what is written next needs no more. */
  reserve(bytes: number): void {
    if (this.at + bytes > this.buffer.length) this.grow(this.at + bytes);
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
    this.view = byteSource(larger).view;
  }
}

/** Bytes of a LEB128 number. */
function sizeBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
