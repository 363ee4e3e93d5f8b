import type { BlockWriter } from '@plimsoll/clickhouse';
import type { SpanKind } from '@plimsoll/contract';
import {
  type ContentForm,
  escaped,
  how,
  type KnownText,
  type LazySpans,
  type MessageScan,
  type SpanScan,
} from '@plimsoll/otlp';
import { messageEnd, noContent, openingOf } from './row-runs.js';
import type { SpanValues } from './span-values.js';

const openList = 0x5b;
const closeList = 0x5d;
const comma = 0x2c;

/** Messages and raw attributes of the span that is open. */
export class ContentColumns {
  private readonly block: BlockWriter;
  private readonly scan: SpanScan;

  constructor(
    private readonly spans: LazySpans,
    private readonly values: SpanValues,
  ) {
    this.block = values.block;
    this.scan = spans.scan;
  }

  /** Columns from `has_content` to `has_tools`. */
  write(form: ContentForm, kind: SpanKind, finishReason: KnownText | null): void {
    const { block, spans, values } = this;
    if (form === 'none') values.run(noContent);
    else if (form === 'plain') this.plainContent(finishReason);
    else {
      const { system, input, output, toolCalls, tools } = spans.content(kind, finishReason);
      block.uint8(input !== null || output !== null || (toolCalls?.length ?? 0) > 0 ? 1 : 0);
      block.text(system ?? '');
      block.text(input === null ? '' : JSON.stringify(input));
      block.text(output ?? '');
      block.uint8(output === null ? 0 : 1);
      block.text(toolCalls === null ? '' : JSON.stringify(toolCalls));
      values.texts(tools);
      block.uint8(tools === null ? 0 : 1);
    }
  }

  private plainContent(finishReason: KnownText | null): void {
    const { block, spans } = this;
    spans.holdPlain(finishReason);
    const { input, output, system } = spans.plan.fields;
    block.uint8(1);
    if (system.how === how.absent) block.uint8(0);
    else this.joinedText(spans.input, true);
    if (input.how === how.absent) block.uint8(0);
    else this.messages(spans.input);
    if (output.how === how.absent) block.zeros(3);
    else {
      this.joinedText(spans.output, false);
      block.uint8(1);
      block.text('[]');
    }
    block.zeros(2);
  }

  /** Texts one a line: those of the system, or all. */
  private joinedText(messages: MessageScan, ofSystem: boolean): void {
    const { block } = this;
    const expected = messages.textBytes;
    const start = block.openText(expected);
    let isFirst = true;
    for (let index = 0; index < messages.count; index += 1) {
      if (ofSystem && messages.roles[index] !== 'system') continue;
      if (!isFirst) block.uint8(0x0a);
      isFirst = false;
      this.unescaped(messages, index);
    }
    block.closeText(start, expected);
  }

  private unescaped(messages: MessageScan, index: number): void {
    const { block, scan } = this;
    let from = messages.starts[index]!;
    for (let escape = messages.escapeStarts[index]!; escape < messages.escapeStarts[index + 1]!; escape += 1) {
      const at = messages.escapes[escape]!;
      block.copy(scan.source, from, at);
      block.uint8(escaped[scan.source.bytes[at + 1]!]!);
      from = at + 2;
    }
    block.copy(scan.source, from, messages.ends[index]!);
  }

  /** `[{"role":"user","text":"..."}]` without the system's: the texts are JSON already. */
  private messages(messages: MessageScan): void {
    const { block, scan } = this;
    const expected = messages.textBytes;
    const start = block.openText(expected);
    let before = openList;
    for (let index = 0; index < messages.count; index += 1) {
      const role = messages.roles[index]!;
      if (role === 'system') continue;
      block.uint8(before);
      before = comma;
      this.values.run(openingOf(role));
      block.copy(scan.source, messages.starts[index]!, messages.ends[index]!);
      this.values.run(messageEnd);
    }
    block.uint8(closeList);
    block.closeText(start, expected);
  }

  /** The raw attributes, without those that the columns of content hold: to be called after `write`. */
  attributes(form: ContentForm): void {
    const { block, scan, spans, values } = this;
    const { plan } = spans;
    const { input, output } = plan.fields;
    // Messages that were scanned are known to be UTF-8.
    const checkedInput = form === 'plain' ? input.slot : -1;
    const checkedOutput = form === 'plain' ? output.slot : -1;
    const { stored, hasVectors } = plan;
    const { heldRequest, heldAnswer } = spans;
    const { source, count, keyStarts, keyEnds } = scan;
    block.size(stored - (heldRequest < 0 ? 0 : 1) - (heldAnswer < 0 ? 0 : 1));
    for (let slot = 0; slot < count; slot += 1) {
      if (slot === heldRequest || slot === heldAnswer || (hasVectors && scan.keys[slot]!.isVector)) continue;
      // With the byte of its length.
      block.copy(source, keyStarts[slot]! - 1, keyEnds[slot]!);
      if (slot === checkedInput || slot === checkedOutput) {
        block.size(scan.ends[slot]! - scan.starts[slot]!);
        block.copy(scan.source, scan.starts[slot]!, scan.ends[slot]!);
      } else values.value(slot);
    }
  }
}
