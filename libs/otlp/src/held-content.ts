import type { ToolCall } from '@plimsoll/contract';
import { isAbsent, memberOf } from './attribute-text.js';
import type { Origin, Source } from './dialects/dialect.js';
import { isMappedEvent, matches, sourcesOf } from './dialects/index.js';
import { normaliseRole } from './messages.js';
import type { SpanFacts } from './span-facts.js';

/** What a span carries of messages. */
export interface Content {
  system: string | null;
  input: { role: string; text: string | null }[] | null;
  output: string | null;
  toolCalls: ToolCall[] | null;
  tools: string[] | null;
}

/** One message that is nothing but a role and a text. */
interface PlainMessage {
  readonly role: string;
  readonly text: string;
  /** Empty: none was given. */
  readonly finishReason: string;
}

/**
 * The attribute that says something of a field as messages, where no other source that the span carries says something of
 * it; undefined otherwise. Where its value is left out, mapping the stored span again finds nothing for the field, and what
 * is stored stands.
 */
export function soleMessages(
  sources: readonly Source<unknown>[],
  carries: (from: Origin<unknown>) => boolean,
): string | undefined {
  let sole: string | undefined;
  for (const { from } of sources) {
    if (!carries(from)) continue;
    if (!('messages' in from) || (sole !== undefined && sole !== from.attribute)) return undefined;
    sole = from.attribute;
  }
  return sole;
}

/**
 * Keys of the attributes that need not be stored, since the columns of content hold all that they say: messages of a role and
 * a text each, a system text before the others or none, one answer. Whatever those columns do not hold (media, tool calls,
 * several parts, roles by other names, messages that nobody can read) keeps its attribute.
 */
export function heldKeys(facts: SpanFacts, content: Content, finishReason: string | null): string[] {
  // Events may hold messages as well, of the same field.
  if (facts.span.events.some(({ name }) => isMappedEvent(name))) return [];
  const held: string[] = [];
  const request = firstMessages(facts, 'input');
  if (request !== undefined && isHeldRequest(facts, request, content)) held.push(request);
  const answer = firstMessages(facts, 'output');
  if (answer !== undefined && answer !== held[0] && isHeldAnswer(facts, answer, content, finishReason))
    held.push(answer);
  return held;
}

function isHeldRequest(facts: SpanFacts, key: string, { system, input }: Content): boolean {
  const messages = plainMessages(facts.json(key));
  if (messages === undefined) return false;
  const [first] = messages;
  const hasSystem = first?.role === 'system';
  const others = hasSystem ? messages.slice(1) : messages;
  const isHeld =
    (!hasSystem || system === first.text) &&
    (input ?? []).length === others.length &&
    others.every(({ role, text }, index) => input![index]!.role === role && input![index]!.text === text) &&
    messages.every((each) => each.finishReason === '');
  return isHeld && isSole(facts, 'input', key) && (!hasSystem || isSole(facts, 'system', key));
}

function isHeldAnswer(facts: SpanFacts, key: string, { output }: Content, finishReason: string | null): boolean {
  const messages = plainMessages(facts.json(key));
  if (messages?.length !== 1) return false;
  const { role, text, finishReason: given } = messages[0]!;
  const isHeld = role === 'assistant' && text === output && (given === '' || given === finishReason);
  return isHeld && isSole(facts, 'output', key);
}

function firstMessages(facts: SpanFacts, field: 'input' | 'output'): string | undefined {
  const source = sourcesOf(field, facts.spoken).find(
    ({ from }) => 'messages' in from && facts.value(from.attribute) !== undefined,
  );
  return source !== undefined && 'messages' in source.from ? source.from.attribute : undefined;
}

function isSole(facts: SpanFacts, field: 'input' | 'output' | 'system', key: string): boolean {
  return soleMessages(sourcesOf(field, facts.spoken), (from) => isCarried(facts, from)) === key;
}

function isCarried({ span }: SpanFacts, from: Origin<unknown>): boolean {
  if ('attribute' in from) return !isAbsent(span.attributes.get(from.attribute));
  if ('resource' in from) return !isAbsent(span.resource.get(from.resource));
  if ('scopes' in from) return from.scopes.includes(span.scope.name);
  return from.oneOf.some((pattern) => {
    if (pattern.startsWith('resource ')) return span.resource.has(pattern.slice('resource '.length));
    if (!pattern.endsWith('*')) return !isAbsent(span.attributes.get(pattern));
    for (const [key, value] of span.attributes) if (matches(pattern, key) && !isAbsent(value)) return true;
    return false;
  });
}

/** The messages of a list in which each is a role and a text, and nothing else; undefined for anything more. */
function plainMessages(json: unknown): PlainMessage[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const messages: PlainMessage[] = [];
  for (const entry of json) {
    const message = plainMessage(entry);
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return messages;
}

const messageMembers = new Set(['role', 'content', 'text', 'parts', 'finish_reason']);

function plainMessage(entry: unknown): PlainMessage | undefined {
  const role = memberOf(entry, 'role');
  const finishReason = memberOf(entry, 'finish_reason') ?? '';
  const text = plainText(entry, messageMembers);
  if (typeof role !== 'string' || role === '' || normaliseRole(role) !== role) return undefined;
  return text === undefined || typeof finishReason !== 'string' ? undefined : { role, text, finishReason };
}

const loneSurrogate = /\p{Surrogate}/u;
const partMembers = new Set(['type', 'content', 'text']);

/** The one text of a message or part, which may stand in a list of one part. */
function plainText(value: unknown, members: ReadonlySet<string>): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  const said = keys.filter((key) => key === 'content' || key === 'text' || key === 'parts');
  if (said.length !== 1 || !keys.every((key) => members.has(key))) return undefined;
  const content = memberOf(value, said[0]!);
  // A text that means nothing (`{}`, `null`) is not stored; half a surrogate pair cannot be.
  if (typeof content === 'string') return isAbsent(content) || loneSurrogate.test(content) ? undefined : content;
  if (members === partMembers || !Array.isArray(content) || content.length !== 1) return undefined;
  const part: unknown = content[0];
  return memberOf(part, 'type') === 'text' ? plainText(part, partMembers) : undefined;
}
