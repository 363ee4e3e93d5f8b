import { plainJson, readNestedJson } from '../attribute-text.js';
import { messageOfEvent } from '../message-events.js';
import {
  type ParsedMessage,
  readMessages,
  readResponse,
  readToolNames,
  roleOfEvent,
  splitSystem,
  systemText,
} from '../messages.js';
import type { SpanFacts } from '../span-facts.js';
import type { Dialect } from './dialect.js';
import { input, output, raw, some, systemInRequest, text, toolsInRequest } from './source.js';

const eventsAlone = { oneOf: [] };

/** Messages that were recorded as span events (conventions up to 1.28). */
function eventMessages(span: SpanFacts, wanted: (name: string) => boolean): ParsedMessage[] {
  return span.span.events
    .filter((event) => roleOfEvent(event.name) !== undefined && wanted(event.name))
    .flatMap((event) => messageOfEvent(event.name, plainJson(Object.fromEntries(event.attributes))));
}

function requestEvents(span: SpanFacts): ParsedMessage[] {
  return eventMessages(span, (name) => name !== 'gen_ai.choice');
}

/** OpenTelemetry's GenAI conventions before messages became attributes. */
export const otelGenAiLegacy: Dialect = {
  id: 'otel-genai-legacy',
  title: 'OpenTelemetry GenAI, older forms',
  scopes: ['@opentelemetry/instrumentation-openai'],
  keys: [
    'gen_ai.system',
    'gen_ai.prompt',
    'gen_ai.completion',
    'gen_ai.usage.prompt_tokens',
    'gen_ai.usage.completion_tokens',
    'gen_ai.content.*',
    'gen_ai.openai.*',
  ],
  events: ['gen_ai.*'],
  sources: {
    provider: text('gen_ai.system'),
    usageInput: raw('gen_ai.usage.prompt_tokens'),
    usageOutput: raw('gen_ai.usage.completion_tokens'),
    input: [
      {
        key: 'events gen_ai.{user,assistant,tool}.message',
        read: (span) => some(splitSystem(requestEvents(span), undefined, undefined).messages),
        from: eventsAlone,
      },
      {
        key: 'event gen_ai.client.inference.operation.details .gen_ai.input.messages',
        read: (span) =>
          some(detailMessages(span, 'gen_ai.input.messages', 'user').filter((each) => each.role !== 'system')),
        from: eventsAlone,
      },
      {
        key: 'event gen_ai.content.prompt',
        read: (span) => contentEvent(span, 'gen_ai.content.prompt', 'gen_ai.prompt'),
        from: eventsAlone,
      },
      ...input('gen_ai.prompt'),
    ],
    system: [
      {
        key: 'events gen_ai.system.message',
        read: (span) => splitSystem(requestEvents(span), undefined, undefined).system,
        from: eventsAlone,
      },
      {
        key: 'event gen_ai.client.inference.operation.details .gen_ai.system_instructions',
        read: (span) => systemText(span.eventText(detailsEvent, 'gen_ai.system_instructions')),
        from: eventsAlone,
      },
      ...systemInRequest('gen_ai.prompt'),
    ],
    output: [
      {
        key: 'event gen_ai.choice',
        read: (span) => some(eventMessages(span, (name) => name === 'gen_ai.choice')),
        from: eventsAlone,
      },
      {
        key: 'event gen_ai.client.inference.operation.details .gen_ai.output.messages',
        read: (span) => some(detailMessages(span, 'gen_ai.output.messages', 'assistant')),
        from: eventsAlone,
      },
      {
        key: 'event gen_ai.content.completion',
        read: (span) => contentEvent(span, 'gen_ai.content.completion', 'gen_ai.completion'),
        from: eventsAlone,
      },
      ...output('gen_ai.completion'),
    ],
    finishReason: [
      {
        key: 'event gen_ai.choice .finish_reason',
        read: (span) => span.eventText('gen_ai.choice', 'finish_reason'),
        from: eventsAlone,
      },
    ],
    tools: [
      {
        key: 'event gen_ai.client.inference.operation.details .gen_ai.tool.definitions',
        read: (span) => readToolNames(span.eventText(detailsEvent, 'gen_ai.tool.definitions')),
        from: eventsAlone,
      },
      ...toolsInRequest('gen_ai.prompt'),
    ],
  },
};

/** The new form may sit on an event, too. */
const detailsEvent = 'gen_ai.client.inference.operation.details';

function detailMessages(span: SpanFacts, key: string, role: string): ParsedMessage[] {
  const given = span.eventText(detailsEvent, key);
  return given === undefined ? [] : role === 'user' ? readMessages(readNestedJson(given), role) : readResponse(given);
}

function contentEvent(span: SpanFacts, event: string, key: string): ParsedMessage[] | undefined {
  const given = span.eventText(event, key);
  if (given === undefined) return undefined;
  return some(event.endsWith('prompt') ? readMessages(readNestedJson(given), 'user') : readResponse(given));
}
