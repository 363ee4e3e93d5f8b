/** Bytes of a message, with a view of the same bytes. */
export interface Bytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Always of one form, so that what reads them is compiled for it. */
export function bytesOf(bytes: Buffer): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Bytes that are looked for. */
export interface Wanted {
  readonly view: DataView;
  /** Of the view: to ask it each time is a call. */
  readonly length: number;
}

/** Whether the bytes of `wanted` stand at `at`, where as many must be. */
export function stands({ view: wanted, length }: Wanted, view: DataView, at: number): boolean {
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (wanted.getInt32(index, true) !== view.getInt32(at + index, true)) return false;
  }
  // The last word overlaps the one before it.
  if (length >= 4) return wanted.getInt32(length - 4, true) === view.getInt32(at + length - 4, true);
  for (; index < length; index += 1) {
    if (wanted.getUint8(index) !== view.getUint8(at + index)) return false;
  }
  return true;
}

/** The same bytes without a copy, and without what a Buffer adds to it. */
export function rangeOf(bytes: Buffer, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Longer keys are made anew each time: they hardly ever come again. */
const longest = 96;

/**
 * What was made of some bytes, found again by the same bytes. Clients repeat the same few hundred keys, names and models in
 * every span: to compare their bytes costs a fraction of what it costs to decode and to map them. The table has a fixed size,
 * and what does not fit displaces what was there, so that invented values cannot fill the memory.
 */
export class ByteTable<Entry> {
  private readonly entries: (Entry | undefined)[];
  private readonly lengths: Uint8Array;
  private readonly known: DataView;

  constructor(
    private readonly make: (source: Bytes, start: number, end: number) => Entry,
    /** A power of two. */
    private readonly slots = 512,
  ) {
    this.entries = Array.from({ length: slots }, () => undefined);
    this.lengths = new Uint8Array(slots);
    this.known = new DataView(new ArrayBuffer(slots * longest));
  }

  find(source: Bytes, start: number, end: number): Entry {
    const length = end - start;
    if (length > longest) return this.make(source, start, end);
    const first = hashOf(source.view, start, end) & (this.slots - 1);
    const found = this.at(first, source.view, start, length);
    if (found !== undefined) return found;
    const second = first ^ 1;
    const other = this.at(second, source.view, start, length);
    if (other !== undefined) return other;
    return this.keep(this.entries[first] === undefined ? first : second, source, start, end);
  }

  private at(slot: number, view: DataView, start: number, length: number): Entry | undefined {
    const entry = this.entries[slot];
    if (entry === undefined || this.lengths[slot] !== length) return undefined;
    const { known } = this;
    let from = slot * longest;
    let position = start;
    const end = start + length;
    for (; position + 4 <= end; position += 4, from += 4) {
      if (view.getInt32(position, true) !== known.getInt32(from, true)) return undefined;
    }
    for (; position < end; position += 1, from += 1) {
      if (view.getUint8(position) !== known.getUint8(from)) return undefined;
    }
    return entry;
  }

  private keep(slot: number, source: Bytes, start: number, end: number): Entry {
    const entry = this.make(source, start, end);
    this.entries[slot] = entry;
    this.lengths[slot] = end - start;
    for (let index = start; index < end; index += 1) {
      this.known.setUint8(slot * longest + index - start, source.bytes[index]!);
    }
    return entry;
  }
}

/** FNV-1a over words of four bytes. */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = (0x811c9dc5 ^ (end - start)) | 0;
  let position = start;
  for (; position + 4 <= end; position += 4) {
    hash = Math.imul(hash ^ view.getInt32(position, true), 0x01000193);
    hash ^= hash >>> 15;
  }
  for (; position < end; position += 1) hash = Math.imul(hash ^ view.getUint8(position), 0x01000193);
  return (hash >>> 16) ^ hash;
}
