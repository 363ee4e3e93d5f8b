import { CallSpan, quietly } from './call-span.js';
import { chatCompletion } from './openai-chat.js';
import { embedding } from './openai-embeddings.js';
import type { OpenAiOperation } from './openai-operation.js';
import { providerOf } from './openai-provider.js';
import { modelResponse } from './openai-responses.js';

type Method = (this: unknown, request: never, ...rest: unknown[]) => unknown;

/** What the client's own promise has over a plain one. */
interface ClientPromise {
  _thenUnwrap(transform: (answer: unknown) => unknown): ClientPromise & Promise<unknown>;
  parse(): Promise<unknown>;
  asResponse(): Promise<unknown>;
}

interface StreamLike extends AsyncIterable<unknown> {
  /** Where the client's streams keep their source; what they are split and piped with reads it too. */
  iterator?: () => AsyncIterator<unknown>;
}

function isClientPromise(value: unknown): value is ClientPromise & Promise<unknown> {
  const has = value as Partial<ClientPromise>;
  return (
    value instanceof Promise &&
    typeof has._thenUnwrap === 'function' &&
    typeof has.parse === 'function' &&
    typeof has.asResponse === 'function'
  );
}

function isStream(value: unknown): value is StreamLike {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** One call under way: its span ends with its answer, its failure, or the end of its stream. */
class Call<Request, Answer, Chunk> {
  private readonly span: CallSpan;

  constructor(
    private readonly operation: OpenAiOperation<Request, Answer, Chunk>,
    request: Request,
    client: object,
  ) {
    this.span = new CallSpan(() => operation.describe(request), providerOf(client));
  }

  run(create: () => unknown): unknown {
    try {
      return this.watch(this.span.within(create));
    } catch (error) {
      this.span.fail(error);
      throw error;
    }
  }

  /** The client's own promise stays one, with `withResponse()` and the rest. */
  private watch(pending: unknown): unknown {
    if (!isClientPromise(pending)) {
      return Promise.resolve(pending).then(
        (answer) => this.observe(answer),
        (error: unknown) => {
          this.span.fail(error);
          throw error;
        },
      );
    }
    const watched = pending._thenUnwrap((answer) => this.observe(answer));
    const fail = (error: unknown): void => this.span.fail(error);
    // Waits for the answer's head only: its body is the host's to read, parsed or raw.
    pending.asResponse().then(undefined, fail);
    const parse = watched.parse.bind(watched);
    const asResponse = watched.asResponse.bind(watched);
    let parsing = false;
    watched.parse = () => {
      parsing = true;
      const parsed = parse();
      parsed.then(undefined, fail);
      return parsed;
    };
    watched.asResponse = () => {
      const response = asResponse();
      // A body that only the host reads tells nothing here.
      if (!parsing) response.then(() => this.span.end(), fail);
      return response;
    };
    return watched;
  }

  private observe(answer: unknown): unknown {
    if (isStream(answer) && this.operation.collect !== null) return this.observeStream(answer);
    this.span.answer(() => this.operation.read(answer as Answer));
    return answer;
  }

  /** The same stream object, whose source is watched; leaving it early ends the span as well. */
  private observeStream(stream: StreamLike): StreamLike {
    const { span } = this;
    const collector = this.operation.collect?.(span);
    const source =
      typeof stream.iterator === 'function' ? stream.iterator.bind(stream) : stream[Symbol.asyncIterator].bind(stream);
    async function* iterate(): AsyncGenerator<unknown> {
      try {
        for await (const chunk of { [Symbol.asyncIterator]: source }) {
          quietly(() => collector?.add(chunk as Chunk));
          yield chunk;
        }
      } catch (error) {
        span.failed(error);
        throw error;
      } finally {
        span.answer(() => collector?.facts() ?? {});
      }
    }
    quietly(() => {
      if (typeof stream.iterator === 'function') stream.iterator = iterate;
      else stream[Symbol.asyncIterator] = iterate;
    });
    return stream;
  }
}

function traced<Request, Answer, Chunk>(
  create: Method,
  client: object,
  operation: OpenAiOperation<Request, Answer, Chunk>,
) {
  return (request: Request, ...rest: unknown[]): unknown =>
    new Call(operation, request, client).run(() => create(request as never, ...rest));
}

/** `target` with some of its properties replaced; the original is left untouched. */
function overlay<T extends object>(target: T, replaced: Readonly<Record<string, unknown>>, bound: boolean): T {
  return new Proxy(target, {
    get: (inner, name, proxy) => {
      if (typeof name === 'string' && Object.hasOwn(replaced, name)) return replaced[name];
      const found: unknown = Reflect.get(inner, name, bound ? inner : proxy);
      return bound && typeof found === 'function' ? found.bind(inner) : found;
    },
  });
}

interface Resource {
  create?: unknown;
}

/** A resource whose `create` is traced, and whose helpers (`parse`, `stream`, `runTools`) therefore are too. */
function tracedResource<T extends Resource, Request, Answer, Chunk>(
  resource: T,
  client: object,
  operation: OpenAiOperation<Request, Answer, Chunk>,
): T {
  if (typeof resource.create !== 'function') return resource;
  const create = traced((resource.create as Method).bind(resource), client, operation);
  return overlay(resource, { create, _client: client }, false);
}

/** The parts of the `openai` client that are wrapped; any client of the same shape will do. */
interface OpenAiLike {
  chat?: { completions?: Resource };
  responses?: Resource;
  embeddings?: Resource;
  /** Another client like this one. */
  withOptions?: (...options: unknown[]) => unknown;
}

/** Clients that are wrapped: one of this package as ESM knows those of the one as CommonJS. */
const slot = Symbol.for('plimsoll.sdk.wrappedClients');
const shared = globalThis as { [slot]?: WeakSet<object> };

/**
 * The same client, whose chat completions, responses (both also streamed, parsed or with tools) and embeddings become
 * spans. The original is left untouched, and calls answer what they always did. A client that is wrapped already is
 * returned as it is: each of its calls would cost double.
 */
export function wrapOpenAI<T extends object>(client: T): T {
  const wrappedClients = (shared[slot] ??= new WeakSet());
  if (wrappedClients.has(client)) return client;
  const given: OpenAiLike = client;
  const replaced: Record<string, unknown> = {};
  const wrapped = overlay(client, replaced, true);
  if (given.chat?.completions !== undefined) {
    const completions = tracedResource(given.chat.completions, wrapped, chatCompletion);
    replaced['chat'] = overlay(given.chat, { completions, _client: wrapped }, false);
  }
  if (given.responses !== undefined) replaced['responses'] = tracedResource(given.responses, wrapped, modelResponse);
  if (given.embeddings !== undefined) replaced['embeddings'] = tracedResource(given.embeddings, wrapped, embedding);
  const { withOptions } = given;
  if (typeof withOptions === 'function') {
    replaced['withOptions'] = (...options: unknown[]) => wrapOpenAI(withOptions.apply(client, options) as object);
  }
  wrappedClients.add(wrapped);
  return wrapped;
}
