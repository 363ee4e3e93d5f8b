import { isAscii, isUtf8 } from 'node:buffer';
import { normaliseRole } from '../messages.js';
import { type Bytes, ByteTable, rangeOf, stands, type Wanted } from './byte-table.js';

/** More messages, or more escapes in them, are left to the reader of all cases. */
const mostMessages = 256;
const mostEscapes = 4096;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** Bytes that end a run of plain text inside a JSON string: quotes, backslashes and control characters. */
const stops = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === quote || byte === backslash ? 1 : 0,
);

const highBits = 0x80808080 | 0;

/**
 * The high bits of those of four bytes that end a run: backslashes, and with bit 1 turned over what is then below 0x21, which
 * is a quote or a control character. The lowest of the bits is exact; those above it may be carries.
 */
function stopBits(word: number): number {
  return (((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101)) & ~word & highBits;
}

/** The place of the lowest byte with a high bit. */
function firstByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >>> 3;
}

/** What stands behind a backslash, by the character that it means; other escapes are left to the reader of all cases. */
const escapeOf: Readonly<Record<string, number>> = { '"': quote, '\\': backslash, b: 8, f: 12, n: 10, r: 13, t: 9 };
export const escaped = Uint8Array.from({ length: 256 }, (_, byte) => escapeOf[String.fromCharCode(byte)] ?? 0);

/**
 * The bytes around the text of a message: `{"role":"user","parts":[{"type":"text","content":"` and `}]}`. A client writes all
 * its messages in the same few forms; to find one again costs less than to read its members.
 */
interface MessageForm {
  readonly opening: Wanted;
  readonly closing: Wanted;
  readonly role: Role;
  readonly finishReason: string;
}

interface Role {
  readonly name: string;
  /** Whether the client called it so, too. */
  readonly isExact: boolean;
}

const mostForms = 8;
const longestForm = 400;
const forms: MessageForm[] = [];
let nextForm = 0;

function wantedOf(bytes: Uint8Array): Wanted {
  return { view: new DataView(Uint8Array.from(bytes).buffer), length: bytes.length };
}

/** Members of messages and parts that are understood here. */
const members = { role: 1, content: 2, parts: 3, finishReason: 4, type: 5, other: 0 } as const;
const memberNames = new ByteTable<number>((source, start, end) => {
  const names = new Map<string, number>([
    ['role', members.role],
    ['content', members.content],
    ['parts', members.parts],
    ['finish_reason', members.finishReason],
    ['type', members.type],
    ['text', members.content],
  ]);
  return names.get(source.bytes.toString('latin1', start, end)) ?? members.other;
}, 64);
const textTypes = new ByteTable((source, start, end) => source.bytes.toString('latin1', start, end) === 'text', 64);
/** Null for a role of other characters. */
const roles = new ByteTable<Role | null>((source, start, end) => {
  const given = source.bytes.toString('latin1', start, end);
  const name = normaliseRole(given);
  return /^[a-z]+$/.test(name) ? { name, isExact: given === name } : null;
}, 64);
const finishReasons = new ByteTable((source, start, end) => source.bytes.toString('utf8', start, end), 64);

/**
 * Messages as JSON text in the form of most clients, taken apart without making a value of them: a list of
 * `{"role", "content": text}` or `{"role", "parts": [{"type": "text", "content": text}]}`, with a finish reason or without.
 * Whatever is not quite that (tool calls, several parts, other escapes than the short ones) is left to `messages.ts`, which
 * reads every form; where this answers true, both say the same.
 */
export class MessageScan {
  count = 0;
  /** Messages of the system among them. */
  systemCount = 0;
  readonly roles: string[] = [];
  /** Ranges of the texts between their quotes. */
  readonly starts = new Int32Array(mostMessages);
  readonly ends = new Int32Array(mostMessages);
  /** The escapes of text `index` are `escapes[escapeStarts[index]]` up to those of the next. */
  readonly escapeStarts = new Int32Array(mostMessages + 1);
  readonly escapes = new Int32Array(mostEscapes);

  /** Bytes between the quotes of all texts. */
  textBytes = 0;
  /** Whether all roles are written as they are stored. */
  hasExactRoles = true;
  /** What the messages say of how they ended, the last that says something; empty where none does. */
  finishReason = '';

  private source!: Bytes;
  private at = 0;
  private end = 0;
  private from = 0;
  private to = 0;
  private escapeCount = 0;
  private seen = 0;
  private contentStart = 0;
  private contentEnd = 0;

  read(source: Bytes, start: number, end: number): boolean {
    this.source = source;
    this.at = start;
    this.end = end;
    this.clear();
    if (!this.take(openList)) return false;
    do {
      if (!this.message()) return false;
    } while (this.take(comma));
    if (!this.take(closeList)) return false;
    this.skipSpace();
    return this.at === end && ((this.seen & highBits) === 0 || isUtf8(rangeOf(source.bytes, start, end)));
  }

  clear(): void {
    this.count = 0;
    this.systemCount = 0;
    this.textBytes = 0;
    this.hasExactRoles = true;
    this.finishReason = '';
    this.escapeCount = 0;
    this.seen = 0;
  }

  private message(): boolean {
    const { count } = this;
    if (count >= mostMessages) return false;
    this.skipSpace();
    const start = this.at;
    this.escapeStarts[count] = this.escapeCount;
    const known = this.knownForm(start);
    const role = known === undefined ? this.anyForm(start) : known;
    if (role === null) return false;
    if (!role.isExact) this.hasExactRoles = false;
    this.roles[count] = role.name;
    this.starts[count] = this.contentStart;
    this.ends[count] = this.contentEnd;
    this.textBytes += this.contentEnd - this.contentStart;
    if (role.name === 'system') this.systemCount += 1;
    this.count = count + 1;
    this.escapeStarts[count + 1] = this.escapeCount;
    return true;
  }

  /** The role of a message in a form that was met before, undefined where it is in none. */
  private knownForm(start: number): Role | null | undefined {
    for (const { opening, closing, role, finishReason } of forms) {
      if (!this.standsAt(opening, start)) continue;
      this.at = start + opening.length - 1;
      if (!this.content()) return null;
      if (this.standsAt(closing, this.at)) {
        this.at += closing.length;
        if (finishReason !== '') this.finishReason = finishReason;
        return role;
      }
      this.escapeCount = this.escapeStarts[this.count]!;
    }
    return undefined;
  }

  private standsAt(wanted: Wanted, at: number): boolean {
    return at + wanted.length <= this.end && stands(wanted, this.source.view, at);
  }

  /** The role of a message in any form that is understood, null where it is in none. */
  private anyForm(start: number): Role | null {
    this.at = start;
    if (!this.take(openObject)) return null;
    let role: Role | null = null;
    let finishReason = '';
    let hasText = false;
    let isRoleFirst = false;
    do {
      switch (this.member()) {
        case members.role:
          if (role !== null || !this.simpleText()) return null;
          role = roles.find(this.source, this.from, this.to);
          isRoleFirst = !hasText;
          break;
        case members.content:
          if (hasText || !this.content()) return null;
          hasText = true;
          break;
        case members.parts:
          if (hasText || !this.parts()) return null;
          hasText = true;
          break;
        case members.finishReason:
          if (!this.simpleText()) return null;
          finishReason = finishReasons.find(this.source, this.from, this.to);
          break;
        default:
          return null;
      }
    } while (this.take(comma));
    if (!this.take(closeObject) || !hasText || role === null) return null;
    if (isRoleFirst) this.learnForm(start, role, finishReason);
    if (finishReason !== '') this.finishReason = finishReason;
    return role;
  }

  private learnForm(start: number, role: Role, finishReason: string): void {
    const { bytes } = this.source;
    const opening = bytes.subarray(start, this.contentStart);
    const closing = bytes.subarray(this.contentEnd + 1, this.at);
    // What is in a form is not looked at again: it must be sound whatever stands between.
    if (opening.length + closing.length > longestForm || !isAscii(opening) || !isAscii(closing)) return;
    forms[nextForm] = { opening: wantedOf(opening), closing: wantedOf(closing), role, finishReason };
    nextForm = (nextForm + 1) % mostForms;
  }

  /** One part, a text. */
  private parts(): boolean {
    if (!this.take(openList) || !this.take(openObject)) return false;
    let isText = false;
    let hasText = false;
    do {
      switch (this.member()) {
        case members.type:
          if (isText || !this.simpleText() || !textTypes.find(this.source, this.from, this.to)) return false;
          isText = true;
          break;
        case members.content:
          if (hasText || !this.content()) return false;
          hasText = true;
          break;
        default:
          return false;
      }
    } while (this.take(comma));
    return isText && hasText && this.take(closeObject) && this.take(closeList);
  }

  /** The text of a message. What may mean that there is none (`null`, `{}`) is left to the reader of all cases. */
  private content(): boolean {
    if (!this.text()) return false;
    if (this.to - this.from <= 4) {
      const first = this.source.bytes[this.from]!;
      if (
        this.from === this.to ||
        first === openObject ||
        first === openList ||
        first === 0x6e ||
        first === backslash
      ) {
        return false;
      }
    }
    this.contentStart = this.from;
    this.contentEnd = this.to;
    return true;
  }

  private member(): number {
    if (!this.simpleText()) return members.other;
    const name = memberNames.find(this.source, this.from, this.to);
    return this.take(colon) ? name : members.other;
  }

  /** A text without escapes. */
  private simpleText(): boolean {
    const before = this.escapeCount;
    return this.text() && this.escapeCount === before;
  }

  /** A JSON string; `from` and `to` are its range between the quotes. */
  private text(): boolean {
    if (!this.take(quote)) return false;
    const { bytes, view } = this.source;
    const { end } = this;
    let { at, seen } = this;
    this.from = at;
    for (;;) {
      // Eight bytes at a time as long as none of them is a stop.
      while (at + 8 <= end) {
        const first = view.getInt32(at, true);
        const second = view.getInt32(at + 4, true);
        seen |= first | second;
        const inFirst = stopBits(first);
        const inSecond = stopBits(second);
        if ((inFirst | inSecond) === 0) {
          at += 8;
          continue;
        }
        at += inFirst === 0 ? 4 + firstByte(inSecond) : firstByte(inFirst);
        break;
      }
      while (at < end && stops[bytes[at]!] === 0) {
        seen |= bytes[at]!;
        at += 1;
      }
      if (at >= end) return false;
      if (bytes[at] === quote) break;
      if (bytes[at] !== backslash || at + 1 >= end || escaped[bytes[at + 1]!] === 0) return false;
      if (this.escapeCount >= mostEscapes) return false;
      this.escapes[this.escapeCount] = at;
      this.escapeCount += 1;
      at += 2;
    }
    this.seen = seen;
    this.to = at;
    this.at = at + 1;
    return true;
  }

  private take(character: number): boolean {
    this.skipSpace();
    if (this.at >= this.end || this.source.bytes[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skipSpace(): void {
    const { bytes } = this.source;
    while (this.at < this.end) {
      const byte = bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.at += 1;
    }
  }
}
