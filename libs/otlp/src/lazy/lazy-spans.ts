import type { SpanKind } from '@plimsoll/contract';
import { printAttribute } from '../attribute-text.js';
import { eachSpanGroup, readSpanWithin, readValueWithin } from '../decode-protobuf.js';
import type { FieldName, FieldValues, FirstToken } from '../dialects/dialect.js';
import { normaliseFinishReason } from '../finish-reason.js';
import { type Content, heldKeys } from '../held-content.js';
import { normaliseProvider } from '../models.js';
import {
  costText,
  first,
  isWithin,
  mostSpecific,
  readContent,
  readFirstToken,
  readMetadata,
  readProvider,
  type UsageField,
} from '../normalise.js';
import type { DecodedTraces } from '../signals.js';
import { dialectsSpoken } from '../dialects/index.js';
import { SpanFacts } from '../span-facts.js';
import { mostExpansion } from '../text-cap.js';
import { type NormalUsage, normaliseUsage } from '../usage.js';
import { ByteTable } from './byte-table.js';
import { KnownModel, KnownText, knownTexts, namedModels } from './known-text.js';
import { MessageScan } from './message-scan.js';
import { type FieldPlan, how, originOf, type SpanOrigin, type SpanPlan } from './span-plan.js';
import { SpanScan, valueKinds } from './span-scan.js';

const models = new ByteTable((source, start, end) => new KnownModel(source.bytes.toString('utf8', start, end)));
/** Null: the text names no provider. */
const providers = new ByteTable((source, start, end) => {
  const provider = normaliseProvider(source.bytes.toString('utf8', start, end));
  return provider === undefined ? null : new KnownText(provider);
});
const finishReasons = new ByteTable((source, start, end) => {
  const reason = normaliseFinishReason(readValueWithin(source.bytes, start, end));
  return reason === null ? null : new KnownText(reason);
});
const printedValues = new ByteTable(
  (source, start, end) => new KnownText(printAttribute(readValueWithin(source.bytes, start, end))),
);

/** One for all, as the scratch of `SpanScan`. */
const inputMessages = new MessageScan();
const outputMessages = new MessageScan();

/** What is known of a span's content without decoding it: nothing, messages that were scanned, or what dialects must say. */
export type ContentForm = 'none' | 'plain' | 'ask';

/**
 * The spans of one protobuf body, one after the other, without an object for any of them. `next` answers whether the span can
 * be read here; then the fields are answered by the plan for its shape, and only what no plan can tell is asked of the
 * dialects with the span decoded. Otherwise `decode` gives it to `normaliseSpan`. Both ways give the same figures.
 */
export class LazySpans {
  readonly scan: SpanScan;
  readonly input = inputMessages;
  readonly output = outputMessages;
  origin!: SpanOrigin;
  plan!: SpanPlan;
  /** Slots of attributes whose content the row's columns hold whole, so that they are not stored; -1 for none. */
  heldRequest = -1;
  heldAnswer = -1;
  /** Spans of the body. */
  count = 0;
  private readonly groups: { readonly ranges: readonly number[]; readonly origin: SpanOrigin }[] = [];
  private groupIndex = 0;
  /** Of the span in its group's ranges. */
  private at = -2;
  private asked: SpanFacts | null = null;

  /**
   * `mostTextBytes`: spans with so little in them that no text can have more are read here, the others must be decoded.
   * @throws PlimsollError `invalid_input` for a body that cannot be read.
   */
  constructor(
    body: Uint8Array,
    private readonly mostTextBytes = Infinity,
  ) {
    this.scan = new SpanScan(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    eachSpanGroup(body, (ranges, resource, scope) => {
      if (ranges.length === 0) return;
      this.groups.push({ ranges, origin: originOf(resource, scope) });
      this.count += ranges.length / 2;
    });
  }

  /** Turns to the next span. @returns false where it must be decoded. */
  next(): boolean {
    let group = this.groups[this.groupIndex]!;
    this.at += 2;
    if (this.at >= group.ranges.length) {
      this.groupIndex += 1;
      this.at = 0;
      group = this.groups[this.groupIndex]!;
    }
    const { scan } = this;
    this.asked = null;
    this.origin = group.origin;
    const start = group.ranges[this.at]!;
    const end = group.ranges[this.at + 1]!;
    if ((end - start + group.origin.length) * mostExpansion > this.mostTextBytes) return false;
    if (!scan.read(start, end)) return false;
    const plan = group.origin.planOf(scan);
    if (plan === null || !plan.usable) return false;
    this.plan = plan;
    return true;
  }

  /** The span as an object, or why it is refused. */
  decode(): DecodedTraces {
    const { ranges, origin } = this.groups[this.groupIndex]!;
    const { bytes } = this.scan.source;
    return readSpanWithin(bytes, ranges[this.at]!, ranges[this.at + 1]!, origin.resource, origin.scope);
  }

  /** What the dialects are asked with. */
  facts(): SpanFacts {
    if (this.asked === null) {
      const span = this.decode().spans[0]!;
      this.asked = new SpanFacts(span, dialectsSpoken(span));
    }
    return this.asked;
  }

  /** What a field says, by the first source that says something. */
  answer<Name extends FieldName>(field: Name): FieldValues[Name] | undefined {
    for (let plan: FieldPlan | null = this.plan.fields[field]; plan !== null; plan = plan.next) {
      if (plan.how === how.absent) return undefined;
      if (plan.how !== how.known) break;
      const { value } = plan.answers!.find(
        this.scan.source,
        this.scan.valueStarts[plan.slot]!,
        this.scan.ends[plan.slot]!,
      );
      if (value !== undefined) return value as FieldValues[Name];
    }
    return first(this.facts(), field);
  }

  /** The text of an attribute that is none on the wire. */
  printed(slot: number): KnownText {
    return printedValues.find(this.scan.source, this.scan.valueStarts[slot]!, this.scan.ends[slot]!);
  }

  kind(model: KnownModel | null): SpanKind {
    return this.answer('kind') ?? (model === null ? 'span' : 'generation');
  }

  requestModel(): KnownModel | null {
    return this.model(this.plan.fields.requestModel, 'requestModel');
  }

  responseModel(): KnownModel | null {
    return this.model(this.plan.fields.responseModel, 'responseModel');
  }

  private model(plan: FieldPlan, field: 'requestModel' | 'responseModel'): KnownModel | null {
    if (plan.how === how.absent) return null;
    if (plan.how === how.value && this.scan.kinds[plan.slot] === valueKinds.text) {
      return models.find(this.scan.source, this.scan.starts[plan.slot]!, this.scan.ends[plan.slot]!);
    }
    const text = this.answer(field);
    return text === undefined ? null : namedModels.of(text);
  }

  provider(requested: KnownModel | null, answered: KnownModel | null): KnownText | null {
    const plan = this.plan.fields.provider;
    if (plan.how === how.value && this.scan.kinds[plan.slot] === valueKinds.text) {
      const known = providers.find(this.scan.source, this.scan.starts[plan.slot]!, this.scan.ends[plan.slot]!);
      if (known !== null) return known;
    }
    const text =
      plan.how === how.absent
        ? (answered?.maker ?? requested?.maker)
        : readProvider(this.facts(), {
            requestModel: requested?.text ?? null,
            responseModel: answered?.text ?? null,
          });
    return text === undefined || text === null ? null : knownTexts.of(text);
  }

  finishReason(): KnownText | null {
    const plan = this.plan.fields.finishReason;
    if (plan.how === how.absent) return null;
    if (plan.how === how.value && (this.scan.kinds[plan.slot] !== valueKinds.text || plan.next?.how === how.absent)) {
      return finishReasons.find(this.scan.source, this.scan.valueStarts[plan.slot]!, this.scan.ends[plan.slot]!);
    }
    const text = normaliseFinishReason(mostSpecific(this.facts(), 'finishReason'));
    return text === null ? null : knownTexts.of(text);
  }

  usage(): NormalUsage {
    const { fields } = this.plan;
    return normaliseUsage({
      input: this.figure(fields.usageInput, 'usageInput'),
      output: this.figure(fields.usageOutput, 'usageOutput'),
      cachedInput: this.figure(fields.cachedInput, 'cachedInput'),
      cacheWriteInput: this.figure(fields.cacheWriteInput, 'cacheWriteInput'),
      cacheWriteInput1h: this.figure(fields.cacheWriteInput1h, 'cacheWriteInput1h'),
      reasoningOutput: this.figure(fields.reasoningOutput, 'reasoningOutput'),
      audioInput: this.figure(fields.audioInput, 'audioInput'),
      audioOutput: this.figure(fields.audioOutput, 'audioOutput'),
    });
  }

  reportedCost(): string | null {
    const { cost } = this.plan.fields;
    return cost.how === how.absent ? null : costText(this.figure(cost, 'cost'));
  }

  /** A number as a source gives it; text only where no better source can be there. */
  private figure(plan: FieldPlan, field: UsageField | 'cost'): unknown {
    if (plan.how === how.absent) return null;
    if (plan.how === how.value) {
      const kind = this.scan.kinds[plan.slot]!;
      if (kind === valueKinds.whole || kind === valueKinds.real) return this.scan.numbers[plan.slot]!;
      if (kind === valueKinds.text && plan.next?.how === how.absent) {
        return this.scan.source.bytes.toString('utf8', this.scan.starts[plan.slot], this.scan.ends[plan.slot]);
      }
    }
    return mostSpecific(this.facts(), field);
  }

  firstToken(): FirstToken | undefined {
    const { plan, scan } = this;
    if (plan.fields.ttft.how === how.absent) return undefined;
    const found = plan.fields.ttft.how === how.known ? this.answer('ttft') : undefined;
    const isFirst =
      found !== undefined && isWithin(found, scan.nanoseconds(scan.startTime), scan.nanoseconds(scan.endTime));
    return isFirst ? found : readFirstToken(this.facts());
  }

  metadata(): Record<string, string> | null {
    return this.plan.fields.metadata.how === how.absent ? null : readMetadata(this.facts());
  }

  /** Scans the messages of the span; `input` and `output` hold them where the answer is `plain`. */
  contentForm(kind: SpanKind): ContentForm {
    this.heldRequest = -1;
    this.heldAnswer = -1;
    const { input, output, system, tools } = this.plan.fields;
    const none = how.absent;
    if (input.how === none && output.how === none && system.how === none && tools.how === none) return 'none';
    if (kind === 'tool' || tools.how !== none) return 'ask';
    if (system.how !== none && (system.how !== how.messages || system.slot !== input.slot)) return 'ask';
    if (!this.scanMessages(input, this.input) || !this.scanMessages(output, this.output)) return 'ask';
    const instructions = this.input.systemCount;
    // Where the request says nothing of the system, another source may.
    if (system.how !== none && instructions === 0 && system.next?.how !== none) return 'ask';
    return input.how === none || this.input.count > instructions ? 'plain' : 'ask';
  }

  private scanMessages(plan: FieldPlan, into: MessageScan): boolean {
    into.clear();
    if (plan.how === how.absent) return true;
    if (plan.how !== how.messages || this.scan.kinds[plan.slot] !== valueKinds.text) return false;
    return into.read(this.scan.source, this.scan.starts[plan.slot]!, this.scan.ends[plan.slot]!);
  }

  /** Notes which of the messages that were scanned need not be stored as they came; `heldKeys` says the same of objects. */
  holdPlain(finishReason: KnownText | null): void {
    const { plan, input, output } = this;
    const isSystemHeld =
      input.systemCount === 0 || (input.systemCount === 1 && input.roles[0] === 'system' && plan.isSoleSystem);
    if (isSystemHeld && input.hasExactRoles && input.finishReason === '') this.heldRequest = plan.soleRequest;
    const isAnswer = output.count === 1 && output.roles[0] === 'assistant' && output.hasExactRoles;
    const isReasonHeld = output.finishReason === '' || output.finishReason === finishReason?.text;
    if (isAnswer && isReasonHeld) this.heldAnswer = plan.soleAnswer;
  }

  content(kind: SpanKind, finishReason: KnownText | null): Content {
    const content = readContent(this.facts(), kind);
    const [first, second] = heldKeys(this.facts(), content, finishReason?.text ?? null);
    if (first !== undefined) this.heldRequest = this.plan.slotOf(first);
    if (second !== undefined) this.heldAnswer = this.plan.slotOf(second);
    return content;
  }
}
