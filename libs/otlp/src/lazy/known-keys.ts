/** What is known of attribute keys and of absent values by their bytes alone. */
import { isAscii } from 'node:buffer';
import { isAbsent } from '../attribute-text.js';
import { readValueWithin } from '../decode-protobuf.js';
import { type DialectSet, speakersOfKey } from '../dialects/index.js';
import { isVectorKey } from '../normalise.js';
import { ByteTable } from './byte-table.js';

/** An attribute key that was met, with what the registry says of it. */
export interface KnownKey {
  readonly id: number;
  /** Its bytes. */
  readonly view: DataView;
  readonly length: number;
  readonly text: string;
  readonly speakers: DialectSet;
  /** Vectors of embeddings are not stored. */
  readonly isVector: boolean;
  /** False for bytes that are no ASCII text. */
  readonly isPlain: boolean;
}

let keysMet = 0;

/** Keys of attributes, by their bytes. */
export const knownKeys = new ByteTable<KnownKey>((source, start, end) => {
  const text = source.bytes.toString('utf8', start, end);
  keysMet += 1;
  return {
    id: keysMet,
    view: new DataView(Uint8Array.from(source.bytes.subarray(start, end)).buffer),
    length: end - start,
    text,
    speakers: speakersOfKey(text),
    isVector: isVectorKey(text),
    isPlain: isAscii(source.bytes.subarray(start, end)),
  };
}, 2048);

/** Whether a value that is not plain is absent. */
export const absences = new ByteTable<boolean>((source, start, end) =>
  isAbsent(readValueWithin(source.bytes, start, end)),
);

/** Empty text, `{}`, `[]`, `null` and `""`: only what begins so is looked at. */
export function isAbsentText(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) return true;
  const first = bytes[start]!;
  if (first !== 0x7b && first !== 0x5b && first !== 0x6e && first !== 0x22) return false;
  return isAbsent(bytes.toString('latin1', start, end));
}
