/** Longer texts would reserve too much for what they may need. */
const longestAtOnce = 65_536;

/** Appends RowBinary values to one growing buffer. Integers are little-endian, lengths LEB128, as ClickHouse reads them. */
export class BlockWriter {
  private buffer: Buffer;
  private at = 0;

  constructor(initialBytes = 64 * 1024) {
    this.buffer = Buffer.allocUnsafe(initialBytes);
  }

  get length(): number {
    return this.at;
  }

  /** The bytes written so far; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.at);
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
    this.at = this.buffer.writeUInt32LE(value >>> 0, this.at);
    this.at = this.buffer.writeUInt32LE(Math.floor(value / 4_294_967_296), this.at);
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
    this.at = this.buffer.writeDoubleLE(value, this.at);
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
    this.reserve(count);
    this.buffer.fill(0, this.at, this.at + count);
    this.at += count;
  }

  private reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

/** Bytes of a LEB128 number. */
function sizeBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
