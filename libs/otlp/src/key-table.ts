/** Slots of the table; what does not fit displaces what was there, so that invented keys cannot fill the memory. */
const slots = 4096;
/** Longer texts are hardly ever keys that come again. */
const longest = 96;

interface KnownKey {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Strings by their UTF-8 bytes. Clients repeat the same few hundred attribute keys in every span: finding the string by a
 * hash of the bytes costs less than decoding them, and a string that is the same object is found faster in a Map.
 */
export class KeyTable {
  private readonly table: (KnownKey | undefined)[] = Array.from({ length: slots });

  read(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > longest) return buffer.toString('utf8', start, end);
    const slot = slotOf(buffer, start, end);
    const known = this.table[slot];
    if (known !== undefined && isSame(known.bytes, buffer, start, length)) return known.text;
    const text = buffer.toString('utf8', start, end);
    this.table[slot] = { bytes: Uint8Array.prototype.slice.call(buffer, start, end), text };
    return text;
  }
}

/** FNV-1a. */
function slotOf(buffer: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ buffer[at]!, 0x01000193);
  return ((hash >>> 16) ^ hash) & (slots - 1);
}

function isSame(known: Uint8Array, buffer: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (known[index] !== buffer[start + index]) return false;
  }
  return true;
}
