import { createHash } from 'node:crypto';
import type { CanonicalSpan, Message, ToolCall } from '@plimsoll/contract';
import { printAttribute, printAttributes, printJson, readNestedJson } from './attribute-text.js';
import { normaliseFinishReason } from './finish-reason.js';
import { finishReasonOfEvent, messageOfEvent } from './message-events.js';
import {
  joinText,
  type ParsedMessage,
  readMessages,
  readResponse,
  readToolNames,
  roleOfEvent,
  splitSystem,
  systemText,
} from './messages.js';
import { plainMessages } from './normalise.js';
import type { OtlpLogRecord } from './signals.js';

/** A log record as composing reads it. `body` is JSON; attributes are text, those that are no text as JSON. */
export interface StoredLogRecord {
  name: string;
  scopeName: string;
  /** Nanoseconds since the epoch. */
  timeNs: bigint;
  body: string;
  attributes: Record<string, string>;
}

/** A log record as the store takes it. */
export interface LogRecordEntry extends StoredLogRecord {
  /** Empty when the record belongs to no span. */
  traceId: string;
  spanId: string;
  /** Place in its request: orders records of one time. */
  ordinal: number;
  /** Identity (architecture 3a, rule 8): 32 hex digits over trace, span, time, name and body. */
  recordId: string;
  severity: string;
  service: string;
}

export function storeLogRecord(record: OtlpLogRecord, ordinal: number): LogRecordEntry {
  const body = printJson(record.body);
  const service = record.resource.get('service.name');
  return {
    traceId: record.traceId,
    spanId: record.spanId,
    timeNs: record.time,
    ordinal,
    recordId: createHash('sha256')
      .update(JSON.stringify([record.traceId, record.spanId, record.time.toString(), record.name, body]))
      .digest('hex')
      .slice(0, 32),
    name: record.name,
    severity: record.severity,
    scopeName: record.scope.name,
    service: service === undefined ? '' : printAttribute(service),
    body,
    attributes: printAttributes(record.attributes),
  };
}

/** What composing may fill. */
export type SpanContent = Pick<CanonicalSpan, 'system' | 'input' | 'output' | 'toolCalls' | 'tools' | 'finishReason'>;

export interface ComposedContent {
  content: SpanContent;
  /** True where input, system text, output or tool calls came from a log record. */
  fromLogs: boolean;
}

const detailsEvent = 'gen_ai.client.inference.operation.details';

/**
 * A span's content with what its log records add, in either order of arrival: the span's own stands first, a record fills
 * only what the span does not carry (architecture 3a, rule 8). A details record repeats the span and is never a second call.
 * Records of one time must come in the order in which they were sent.
 */
export function composeContent(own: SpanContent, records: readonly StoredLogRecord[]): ComposedContent {
  const logged = readRecords(records);
  const ownInput = own.input !== null;
  const ownOutput = own.output !== null || (own.toolCalls?.length ?? 0) > 0;
  const composed: SpanContent = {
    system: own.system ?? (ownInput ? null : logged.system),
    input: own.input ?? logged.input,
    output: ownOutput ? own.output : logged.output,
    toolCalls: ownOutput ? own.toolCalls : (logged.toolCalls ?? own.toolCalls),
    tools: own.tools ?? logged.tools,
    finishReason: own.finishReason ?? logged.finishReason,
  };
  const fromLogs =
    (composed.input !== null && !ownInput) ||
    composed.system !== own.system ||
    (!ownOutput && (logged.output !== null || (logged.toolCalls?.length ?? 0) > 0));
  return { content: composed, fromLogs };
}

function readRecords(records: readonly StoredLogRecord[]): SpanContent {
  const ordered = records.toSorted((left, right) =>
    left.timeNs === right.timeNs ? 0 : left.timeNs < right.timeNs ? -1 : 1,
  );
  const request: ParsedMessage[] = [];
  const answer: ParsedMessage[] = [];
  let finishReason: string | null = null;
  for (const record of ordered) {
    if (roleOfEvent(record.name) === undefined) continue;
    const payload = payloadOf(record);
    if (record.name === 'gen_ai.choice') {
      answer.push(...messageOfEvent(record.name, payload));
      finishReason ??= normaliseFinishReason(finishReasonOfEvent(payload));
    } else {
      request.push(...messageOfEvent(record.name, payload));
    }
  }
  const details = readDetails(ordered.find((record) => record.name === detailsEvent));
  const parts = splitSystem(request, undefined, undefined);
  return {
    system: parts.system ?? details.system,
    input: parts.messages.length > 0 ? plainMessages(parts.messages) : details.input,
    output: answer.length > 0 ? joinText(answer) : details.output,
    toolCalls: answer.length > 0 ? answer.flatMap((message) => message.toolCalls) : details.toolCalls,
    tools: details.tools,
    finishReason: finishReason ?? details.finishReason,
  };
}

/** Older senders put the message into the attributes and leave the body empty. */
function payloadOf(record: StoredLogRecord): unknown {
  const body = readNestedJson(record.body);
  return typeof body === 'object' && body !== null ? body : record.attributes;
}

interface DetailsContent {
  system: string | null;
  input: Message[] | null;
  output: string | null;
  toolCalls: ToolCall[] | null;
  tools: string[] | null;
  finishReason: string | null;
}

function readDetails(record: StoredLogRecord | undefined): DetailsContent {
  const attributes = record?.attributes ?? {};
  const request = splitSystem(
    readMessages(readNestedJson(attributes['gen_ai.input.messages']), 'user'),
    systemText(attributes['gen_ai.system_instructions']),
    undefined,
  );
  const answer = readResponse(attributes['gen_ai.output.messages']);
  return {
    system: request.system ?? null,
    input: request.messages.length > 0 ? plainMessages(request.messages) : null,
    output: joinText(answer),
    toolCalls: answer.length > 0 ? answer.flatMap((message) => message.toolCalls) : null,
    tools: readToolNames(attributes['gen_ai.tool.definitions']) ?? null,
    finishReason: normaliseFinishReason(attributes['gen_ai.response.finish_reasons']),
  };
}
