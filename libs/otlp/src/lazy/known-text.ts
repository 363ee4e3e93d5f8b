import { providerOfModel } from '../models.js';
import { type Bytes, bytesOf } from './byte-table.js';

let made = 0;

/** A text as a row takes it, with its length before its bytes; texts that come again are one object. */
export class KnownText {
  readonly source: Bytes;
  /** Bytes with the length (LEB128) before them. */
  readonly length: number;
  /** Tells it from all others, for tables that are keyed by several. */
  readonly serial: number;

  constructor(readonly text: string) {
    made += 1;
    this.serial = made;
    const bytes = Buffer.from(text);
    const prefix: number[] = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      prefix.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) break;
    }
    this.length = prefix.length + bytes.length;
    // Room behind the text: who copies it by words reads over its end.
    this.source = bytesOf(Buffer.concat([Buffer.from(prefix), bytes, Buffer.alloc(8)]));
  }
}

export class KnownModel extends KnownText {
  /** Who makes a model of this name. */
  readonly maker: string | undefined;

  constructor(text: string) {
    super(text);
    this.maker = providerOfModel(text);
  }
}

/** Texts that no bytes stand for: made by a dialect, or in all spans of an origin. */
class KnownTexts<Text extends KnownText> {
  private readonly known = new Map<string, Text>();

  constructor(private readonly make: (text: string) => Text) {}

  of(text: string): Text {
    let known = this.known.get(text);
    if (known === undefined) {
      if (this.known.size >= 1_000) this.known.clear();
      known = this.make(text);
      this.known.set(text, known);
    }
    return known;
  }
}

export const namedModels = new KnownTexts((text) => new KnownModel(text));
export const knownTexts = new KnownTexts((text) => new KnownText(text));
