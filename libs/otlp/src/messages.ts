import type { ToolCall } from '@plimsoll/contract';
import { isAbsent, memberOf, plainJson, printJson, readNestedJson } from './attribute-text.js';
import type { AttributeValue } from './signals.js';

/** One message of any client's shape, reduced to what is shown and scored. */
export interface ParsedMessage {
  role: string;
  text: string | null;
  toolCalls: ToolCall[];
}

export interface ParsedRequest {
  messages: ParsedMessage[];
  system: string | undefined;
  tools: string[] | undefined;
}

/** A map, since a client may call a role `constructor`. */
const roleNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    model: 'assistant',
    ai: 'assistant',
    aimessage: 'assistant',
    aimessagechunk: 'assistant',
    developer: 'system',
    systemmessage: 'system',
    human: 'user',
    humanmessage: 'user',
    toolmessage: 'tool',
    function: 'tool',
    toolresult: 'tool',
  }),
);

/** Our four roles; a role nobody knows is kept as given. */
export function normaliseRole(role: string): string {
  const lower = role.toLowerCase();
  return roleNames.get(lower) ?? lower;
}

/** The role in the name of an OTel message event: `gen_ai.user.message`, `gen_ai.choice`. */
export function roleOfEvent(name: string): string | undefined {
  if (name === 'gen_ai.choice') return 'assistant';
  return /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name)?.[1];
}

/** Reads a list of messages, one message, or plain text. */
export function readMessages(value: unknown, defaultRole: string): ParsedMessage[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) {
    return isPartList(value)
      ? [readParts(value, defaultRole)]
      : value.flatMap((entry) => readMessages(entry, defaultRole));
  }
  if (typeof value === 'object' && value !== null) return readMessage(value, defaultRole);
  return [{ role: defaultRole, text: asText(value), toolCalls: [] }];
}

/** What went in, from a whole request of any provider, a list of messages, or text. */
export function readRequest(given: unknown): ParsedRequest {
  const value = readNestedJson(given);
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    return splitSystem(readMessages(value, 'user'), undefined, undefined);
  }
  const system = systemText(
    firstOf(value, ['system', 'instructions', 'system_instruction', 'systemInstruction', 'systemPrompt']) ??
      memberOf(memberOf(value, 'config'), 'system_instruction'),
  );
  const tools = readToolNames(firstOf(value, ['tools', 'functions']) ?? memberOf(memberOf(value, 'config'), 'tools'));
  const content = firstOf(value, ['messages', 'contents', 'input', 'prompt', 'inputs', 'query', 'question']);
  if (content !== undefined) return splitSystem(readMessages(content, 'user'), system, tools);
  if (system !== undefined && Object.keys(value).length === 1) return { messages: [], system, tools };
  return splitSystem(readMessage(value, 'user'), system, tools);
}

/** What came out: a whole response of any provider, messages, or text. */
export function readResponse(given: unknown): ParsedMessage[] {
  const value = readNestedJson(given);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return readMessages(value, 'assistant');
  }
  for (const key of ['choices', 'candidates', 'generations']) {
    const list = memberOf(value, key);
    if (Array.isArray(list) && list.length > 0) return list.flatMap((choice) => readChoice(choice));
  }
  const output = firstOf(value, ['message', 'output', 'messages', 'output_text']);
  if (output !== undefined && firstOf(value, ['role', 'content', 'tool_calls']) === undefined) {
    return readMessages(output, 'assistant');
  }
  return readMessage(value, 'assistant');
}

/** Names of tools in any client's list of definitions; undefined where there is none. */
export function readToolNames(given: unknown): string[] | undefined {
  const value = readNestedJson(given);
  if (!Array.isArray(value)) return undefined;
  const names = value.flatMap((entry) => toolNames(readNestedJson(entry)));
  return names.length > 0 ? names : undefined;
}

export function readToolCalls(given: unknown): ToolCall[] {
  const value = readNestedJson(given);
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) => {
    // An attribute holds a list of texts at most: some clients put each call into one as JSON.
    const entry = readNestedJson(each);
    const call = readToolCall(memberOf(entry, 'tool_call') ?? entry);
    return call === undefined ? [] : [call];
  });
}

/** Text of a system instruction: text, parts, or a message. */
export function systemText(given: unknown): string | undefined {
  const value = readNestedJson(given);
  if (isAbsent(value)) return undefined;
  return joinText(readMessages(value, 'system')) ?? undefined;
}

export function joinText(messages: readonly ParsedMessage[]): string | null {
  let joined: string | null = null;
  for (const { text } of messages) {
    if (text !== null) joined = joined === null ? text : `${joined}\n${text}`;
  }
  return joined;
}

/** Takes the system messages out of a conversation; an explicit system text stands before them. */
export function splitSystem(
  messages: readonly ParsedMessage[],
  system: string | undefined,
  tools: string[] | undefined,
): ParsedRequest {
  const inline = joinText(messages.filter((message) => message.role === 'system'));
  return {
    messages: messages.filter((message) => message.role !== 'system'),
    system: system ?? inline ?? undefined,
    tools,
  };
}

function readChoice(choice: unknown): ParsedMessage[] {
  if (Array.isArray(choice)) return choice.flatMap((entry) => readChoice(entry));
  const inner = firstOf(choice, ['message', 'content', 'text', 'delta']);
  return readMessages(inner ?? choice, 'assistant');
}

function readMessage(value: object, defaultRole: string): ParsedMessage[] {
  const wrapped = memberOf(value, 'message');
  if (typeof wrapped === 'object' && wrapped !== null && memberOf(value, 'role') === undefined) {
    return readMessages(wrapped, eventRole(value) ?? defaultRole);
  }
  const kwargs = memberOf(value, 'kwargs');
  const isSerialised = Object.hasOwn(value, 'lc') || Array.isArray(memberOf(value, 'id'));
  if (isSerialised && typeof kwargs === 'object' && kwargs !== null) return readSerialised(value, kwargs, defaultRole);
  const type = memberOf(value, 'type');
  if (type === 'function_call') return [withCalls('assistant', null, readToolCalls([value]))];
  if (type === 'function_call_output') return [withCalls('tool', asText(memberOf(value, 'output')), [])];
  if (type === 'reasoning') return [];
  const role = roleOf(value) ?? defaultRole;
  const content = firstOf(value, ['content', 'parts', 'contents', 'text']);
  const message = readContent(content, role);
  const calls = firstOf(value, ['tool_calls', 'toolCalls', 'tool_call']);
  message.toolCalls.push(...readToolCalls(Array.isArray(calls) ? calls : [calls]));
  const single = memberOf(value, 'function_call');
  if (typeof single === 'object' && single !== null) message.toolCalls.push(...readToolCalls([single]));
  if (message.text === null && message.toolCalls.length === 0 && !isMessage(value)) {
    return [readPart(value, role) ?? { role, text: printUnknown(value), toolCalls: [] }];
  }
  return [message];
}

/** LangChain's serialised message: `{lc, type: 'constructor', id: [..., 'HumanMessage'], kwargs}`. */
function readSerialised(value: object, kwargs: object, defaultRole: string): ParsedMessage[] {
  const path = memberOf(value, 'id');
  const name: unknown = Array.isArray(path) ? path.at(-1) : undefined;
  return readMessage(kwargs, typeof name === 'string' ? normaliseRole(name) : defaultRole);
}

function roleOf(value: object): string | undefined {
  for (const key of ['role', 'author']) {
    const role = memberOf(value, key);
    if (typeof role === 'string' && role !== '') return normaliseRole(role);
  }
  const type = memberOf(value, 'type');
  if (typeof type === 'string' && roleNames.has(type.toLowerCase())) return normaliseRole(type);
  return eventRole(value);
}

function eventRole(value: object): string | undefined {
  const event = memberOf(value, 'event.name');
  return typeof event === 'string' ? roleOfEvent(event) : undefined;
}

function isMessage(value: object): boolean {
  return ['role', 'author', 'content', 'parts', 'tool_calls', 'event.name'].some((key) => Object.hasOwn(value, key));
}

function readContent(content: unknown, role: string): ParsedMessage {
  if (isAbsent(content)) return { role, text: null, toolCalls: [] };
  if (Array.isArray(content)) return readParts(content, role);
  if (typeof content === 'object' && content !== null) {
    const nested = firstOf(content, ['parts', 'content']);
    if (Array.isArray(nested)) return readParts(nested, roleOf(content) ?? role);
    return readPart(content, role) ?? { role, text: printUnknown(content), toolCalls: [] };
  }
  return { role, text: asText(content), toolCalls: [] };
}

function readParts(parts: readonly unknown[], role: string): ParsedMessage {
  const read = parts.flatMap((part) => {
    if (typeof part === 'string') return [{ role, text: part, toolCalls: [] }];
    const one = readPart(part, role);
    return one === undefined ? [] : [one];
  });
  const isAnswer = role === 'assistant' && read.some((part) => part.role !== 'tool');
  return {
    // Anthropic and Gemini put tool results into a user message.
    role: read.length > 0 && read.every((part) => part.role === 'tool') ? 'tool' : role,
    // An agent's answer may hold what its tools answered: that is not what it said.
    text: joinText(isAnswer ? read.filter((part) => part.role !== 'tool') : read),
    toolCalls: read.flatMap((part) => part.toolCalls),
  };
}

/** One part of a message: text, a tool call or a tool's answer; media and reasoning carry no text of the answer. */
function readPart(given: unknown, role: string): ParsedMessage | undefined {
  const part = memberOf(given, 'message_content') ?? given;
  const type = memberOf(part, 'type');
  if (type === 'reasoning' || type === 'thinking' || type === 'redacted_thinking') return undefined;
  const answer = toolAnswer(part, type);
  if (answer !== undefined) return { role: 'tool', text: asText(answer), toolCalls: [] };
  const call = partToolCall(part, type);
  if (call !== undefined) return { role, text: null, toolCalls: [call] };
  const text = firstOf(part, ['text', 'content', 'refusal']);
  if (typeof text === 'string') return { role, text, toolCalls: [] };
  return undefined;
}

function toolAnswer(part: unknown, type: unknown): unknown {
  if (type === 'tool_call_response') return firstOf(part, ['response', 'result', 'content']) ?? '';
  if (type === 'tool-result') {
    const output = firstOf(part, ['output', 'result']);
    return firstOf(output, ['value']) ?? output ?? '';
  }
  if (type === 'tool_result') {
    const content = memberOf(part, 'content');
    return Array.isArray(content) ? (joinText([readParts(content, 'tool')]) ?? '') : (content ?? '');
  }
  const response = firstOf(part, ['toolResponse', 'functionResponse', 'function_response']);
  return response === undefined ? undefined : (firstOf(response, ['output', 'response']) ?? response);
}

const callTypes = new Set(['tool_call', 'tool-call', 'toolCall', 'tool_use', 'function_call']);

function partToolCall(part: unknown, type: unknown): ToolCall | undefined {
  const nested = firstOf(part, ['toolRequest', 'functionCall', 'function_call', 'toolUse']);
  if (nested !== undefined) return readToolCall(nested);
  return typeof type === 'string' && callTypes.has(type) ? readToolCall(part) : undefined;
}

function readToolCall(value: unknown): ToolCall | undefined {
  const inner = memberOf(value, 'function');
  const source = typeof inner === 'object' && inner !== null ? inner : value;
  const name = firstOf(source, ['name', 'toolName', 'tool_name']) ?? firstOf(value, ['toolName']);
  if (typeof name !== 'string') return undefined;
  // Where an item of a conversation has an id of its own, the answer names the other one.
  const id = firstOf(value, ['call_id', 'id', 'toolCallId', 'tool_call_id', 'ref', 'toolUseId']);
  const given = firstOf(source, ['arguments', 'args', 'input', 'parameters']);
  // Only a structured attribute may hold bytes or wide integers, which JSON has not.
  const read = typeof given === 'string' ? readNestedJson(given) : plainJson(given);
  return { id: typeof id === 'string' ? id : null, name, arguments: read ?? null };
}

function toolNames(definition: unknown): string[] {
  const nested = firstOf(definition, ['function', 'tool', 'toolSpec']);
  const schema = memberOf(nested ?? definition, 'json_schema');
  if (schema !== undefined) return toolNames(readNestedJson(schema));
  const name = memberOf(nested ?? definition, 'name');
  if (typeof name === 'string') return [name];
  const declared = firstOf(definition, ['functionDeclarations', 'function_declarations']);
  return Array.isArray(declared) ? declared.flatMap((entry) => toolNames(entry)) : [];
}

/** A list of parts rather than of messages: no entry says whose it is, and each has the type of a part. */
function isPartList(value: readonly unknown[]): boolean {
  return value.every(
    (entry) =>
      typeof entry === 'object' &&
      entry !== null &&
      !Object.hasOwn(entry, 'role') &&
      ['text', 'input_text', 'output_text', 'image_url'].includes(String(memberOf(entry, 'type'))),
  );
}

function withCalls(role: string, text: string | null, toolCalls: ToolCall[]): ParsedMessage {
  return { role, text, toolCalls };
}

function firstOf(value: unknown, keys: readonly string[]): unknown {
  for (const key of keys) {
    const found = memberOf(value, key);
    if (!isAbsent(found)) return found;
  }
  return undefined;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : printUnknown(value);
}

function printUnknown(value: unknown): string {
  return printJson((value ?? null) as AttributeValue);
}
