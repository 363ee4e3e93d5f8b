import type { BlockWriter } from '@plimsoll/clickhouse';
import { type KnownText, type LazySpans, type SpanScan, valueKinds } from '@plimsoll/otlp';
import { no, type Run, yes } from './row-runs.js';

/** Writes texts and values of the span that is open, from its bytes or from memory. */
export class SpanValues {
  private readonly scan: SpanScan;

  constructor(
    private readonly spans: LazySpans,
    readonly block: BlockWriter,
  ) {
    this.scan = spans.scan;
  }

  /** A text of the body. Short ones have their length before them there as here: both are copied at once. */
  body(start: number, end: number): void {
    const { block, scan } = this;
    const { length } = block;
    const isShort = end - start < 0x80 && start > 0 && scan.source.bytes[start - 1] === end - start;
    if (!isShort) block.utf8(scan.source, start, end);
    else if (!block.copy(scan.source, start - 1, end)) {
      block.truncate(length);
      block.utf8(scan.source, start, end);
    }
  }

  run(bytes: Run): void {
    this.block.copy(bytes.source, 0, bytes.length);
  }

  known(text: KnownText | null): void {
    if (text === null) this.block.uint8(0);
    else this.run(text);
  }

  /** An attribute's value as text. */
  value(slot: number): void {
    const { block, scan } = this;
    switch (scan.kinds[slot]) {
      case valueKinds.text:
        this.body(scan.starts[slot]!, scan.ends[slot]!);
        break;
      case valueKinds.whole: {
        const start = block.openText();
        block.digits(scan.numbers[slot]!);
        block.closeText(start);
        break;
      }
      case valueKinds.flag:
        this.run(scan.numbers[slot] === 1 ? yes : no);
        break;
      default:
        this.known(this.spans.printed(slot));
    }
  }

  texts(list: readonly string[] | null): void {
    this.block.size(list?.length ?? 0);
    for (const text of list ?? []) this.block.text(text);
  }

  pairs(record: Readonly<Record<string, string>> | null): void {
    const entries = record === null ? [] : Object.entries(record);
    this.block.size(entries.length);
    for (const [key, value] of entries) {
      this.block.text(key);
      this.block.text(value);
    }
  }
}
