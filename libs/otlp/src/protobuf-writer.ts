/** Texts of so many characters are written by hand: a call of the engine costs more. */
const shortText = 24;

function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes += 1;
  return bytes;
}

/** Writes protobuf fields one behind the other. A message's length is known when it is closed: then it may move by a byte. */
export class ProtobufWriter {
  private length = 0;

  constructor(private bytes: Buffer) {}

  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** Begins a message; the answer is for `close`. */
  open(tag: number): number {
    this.reserve(2);
    this.bytes[this.length] = tag;
    this.length += 2;
    return this.length;
  }

  close(start: number): void {
    const length = this.length - start;
    const more = varintBytes(length) - 1;
    this.reserve(more);
    if (more > 0) this.bytes.copyWithin(start + more, start, this.length);
    const end = this.length + more;
    this.length = start - 1;
    this.varint(length);
    this.length = end;
  }

  text(tag: number, text: string): void {
    const start = this.open(tag);
    this.reserve(text.length * 3);
    if (!this.shortAscii(text)) this.length = start + this.bytes.write(text, start, 'utf8');
    this.close(start);
  }

  byteString(tag: number, given: Uint8Array): void {
    const start = this.open(tag);
    this.reserve(given.length);
    this.bytes.set(given, start);
    this.length += given.length;
    this.close(start);
  }

  bool(tag: number, value: boolean): void {
    this.number(tag, value ? 1 : 0);
  }

  /** `int32`, `int64` or an enumeration: negative ones take ten bytes. */
  number(tag: number, value: number | bigint): void {
    this.reserve(11);
    this.bytes[this.length] = tag;
    this.length += 1;
    if (typeof value === 'number' && value >= 0) this.varint(value);
    else this.wideVarint(BigInt.asUintN(64, BigInt(value)));
  }

  fixed64(tag: number, value: bigint): void {
    this.reserve(9);
    this.bytes[this.length] = tag;
    this.bytes.writeBigUInt64LE(value, this.length + 1);
    this.length += 9;
  }

  double(tag: number, value: number): void {
    this.reserve(9);
    this.bytes[this.length] = tag;
    this.bytes.writeDoubleLE(value, this.length + 1);
    this.length += 9;
  }

  private shortAscii(text: string): boolean {
    if (text.length > shortText) return false;
    const { bytes, length } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[length + index] = code;
    }
    this.length += text.length;
    return true;
  }

  private varint(value: number): void {
    let left = value;
    while (left >= 0x80) {
      this.bytes[this.length] = (left % 0x80) | 0x80;
      this.length += 1;
      left = Math.floor(left / 0x80);
    }
    this.bytes[this.length] = left;
    this.length += 1;
  }

  private wideVarint(value: bigint): void {
    let left = value;
    while (left >= 0x80n) {
      this.bytes[this.length] = Number(left & 0x7fn) | 0x80;
      this.length += 1;
      left >>= 7n;
    }
    this.bytes[this.length] = Number(left);
    this.length += 1;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
