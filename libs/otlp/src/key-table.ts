/** Slots of the table; what does not fit displaces what was there, so that invented texts cannot fill the memory. */
const slots = 4096;

/**
 * ASCII strings by their bytes. Clients repeat the same few hundred keys, models and names in every span: finding the string
 * by a hash of its bytes costs less than decoding them, and a string that is the same object is found faster in a Map.
 */
export class KeyTable {
  private readonly table: string[] = Array.from({ length: slots }, () => '');

  /** Texts above `longest` bytes hardly ever come again and are not kept. */
  constructor(private readonly longest: number) {}

  read(buffer: Buffer, start: number, end: number): string {
    if (end - start > this.longest) return buffer.toString('utf8', start, end);
    const slot = slotOf(buffer, start, end);
    const known = this.table[slot]!;
    if (isSame(known, buffer, start, end - start)) return known;
    const text = buffer.toString('utf8', start, end);
    this.table[slot] = text;
    return text;
  }
}

/** FNV-1a. */
function slotOf(buffer: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ buffer[at]!, 0x01000193);
  return ((hash >>> 16) ^ hash) & (slots - 1);
}

/** True for ASCII only: any other character is more bytes than UTF-16 units, or U+FFFD, which is no byte. */
function isSame(known: string, buffer: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (known.charCodeAt(index) !== buffer[start + index]) return false;
  }
  return true;
}
