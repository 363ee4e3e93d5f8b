import { bare } from './bare.js';
import type { Dialect, FieldName, FieldValues, Source } from './dialect.js';
import { flue } from './flue.js';
import { genkit } from './genkit.js';
import { googleAdk } from './google-adk.js';
import { langfuse } from './langfuse.js';
import { langsmith } from './langsmith.js';
import { livekit } from './livekit.js';
import { mlflow } from './mlflow.js';
import { openinference } from './openinference.js';
import { openlit } from './openlit.js';
import { otelGenAi } from './otel-genai.js';
import { otelGenAiLegacy } from './otel-genai-legacy.js';
import { plimsoll } from './plimsoll.js';
import { pydanticAi } from './pydantic-ai.js';
import { traceloop } from './traceloop.js';
import { vercelAi } from './vercel-ai.js';
import { vllm } from './vllm.js';
import type { Attributes, OtlpSpan } from '../signals.js';

/** All dialects in order of precedence: per field, the first source that is present wins (otlp-dialects section 4). */
export const dialects: readonly Dialect[] = [
  plimsoll,
  langfuse,
  openinference,
  otelGenAi,
  otelGenAiLegacy,
  pydanticAi,
  openlit,
  vercelAi,
  traceloop,
  langsmith,
  mlflow,
  genkit,
  googleAdk,
  livekit,
  flue,
  vllm,
  bare,
];

/**
 * Fields in which the general order would lose. Kind: explicit types before inferred ones, and the AI SDK's wrappers before
 * the operation they repeat. Input tokens: exclusive figures (Traceloop, Flue, the AI SDK 5) must be completed before
 * they are taken as they are. Output tokens: Google's ADK writes those of the answer, without those of its thoughts.
 */
const fieldOrder: { readonly [Name in FieldName]?: readonly Dialect[] } = {
  kind: [
    langfuse,
    openinference,
    vercelAi,
    livekit,
    googleAdk,
    otelGenAi,
    genkit,
    traceloop,
    langsmith,
    pydanticAi,
    mlflow,
    flue,
  ],
  usageOutput: [
    langfuse,
    openinference,
    googleAdk,
    otelGenAi,
    otelGenAiLegacy,
    pydanticAi,
    vercelAi,
    traceloop,
    langsmith,
    mlflow,
    genkit,
    livekit,
    bare,
  ],
  usageInput: [
    plimsoll,
    langfuse,
    openinference,
    traceloop,
    flue,
    vercelAi,
    otelGenAi,
    otelGenAiLegacy,
    pydanticAi,
    langsmith,
    mlflow,
    genkit,
    googleAdk,
    livekit,
    bare,
  ],
};

/** A set of dialects, a bit each in the order of the registry. */
export type DialectSet = number;

const allDialects: DialectSet = 2 ** dialects.length - 1;
const alwaysAsked = setOf(dialects.filter((dialect) => dialect.alwaysAsked === true));

type SourceTable = Map<FieldName, readonly Source<unknown>[]>;

const tables = new Map<DialectSet, SourceTable>();
/** The spans of a request mostly speak as the one before. */
let last: { readonly spoken: DialectSet; readonly table: SourceTable } | undefined;
/** Spans of one client speak the same few dialects; what invents keys must not fill the memory. */
const maxTables = 1_000;
const maxKnownKeys = 10_000;

/** The sources of one field over a set of dialects, in order. */
export function sourcesOf<Name extends FieldName>(
  field: Name,
  spoken: DialectSet = allDialects,
): readonly Source<FieldValues[Name]>[] {
  if (last?.spoken !== spoken) last = { spoken, table: tableOf(spoken) };
  const { table } = last;
  let sources = table.get(field);
  if (sources === undefined) {
    sources = (fieldOrder[field] ?? dialects)
      .filter((dialect) => (spoken & setOf([dialect])) !== 0)
      .flatMap((dialect): readonly Source<unknown>[] => dialect.sources[field] ?? []);
    table.set(field, sources);
  }
  return sources as readonly Source<FieldValues[Name]>[];
}

function tableOf(spoken: DialectSet): SourceTable {
  let table = tables.get(spoken);
  if (table === undefined) {
    if (tables.size >= maxTables) tables.clear();
    table = new Map();
    tables.set(spoken, table);
  }
  return table;
}

/**
 * The dialects that may say something about a span: those that explain one of its keys, its events or its scope. Asking
 * only these changes no answer and saves most of the work, since a span seldom speaks more than three.
 */
export function dialectsSpoken(span: OtlpSpan): DialectSet {
  let spoken = dialectsAround(span);
  for (const key of span.attributes.keys()) spoken |= dialectsOfKey.of(key);
  for (const event of span.events) spoken |= dialectsOfEvent.of(event.name);
  return spoken;
}

/** What the resource and the scope of a span say of it. */
export function dialectsAround({ resource, scope }: Pick<OtlpSpan, 'resource' | 'scope'>): DialectSet {
  return alwaysAsked | (dialectsOfScope.get(scope.name) ?? 0) | dialectsOfResource(resource);
}

/** The dialects that explain this attribute key. */
export function speakersOfKey(key: string): DialectSet {
  return dialectsOfKey.of(key);
}

/** Whether any dialect explains this attribute key. */
export function isMappedKey(key: string): boolean {
  return dialectsOfKey.of(key) !== 0;
}

/** Whether any dialect reads events of this name. */
export function isMappedEvent(name: string): boolean {
  return dialectsOfEvent.of(name) !== 0;
}

/** Which dialects name a key or an event, remembered. */
class Speakers {
  private readonly known = new Map<string, DialectSet>();

  constructor(private readonly patternsOf: (dialect: Dialect) => readonly string[]) {}

  of(name: string): DialectSet {
    let speakers = this.known.get(name);
    if (speakers === undefined) {
      if (this.known.size >= maxKnownKeys) this.known.clear();
      speakers = setOf(
        dialects.filter((dialect) => this.patternsOf(dialect).some((pattern) => matches(pattern, name))),
      );
      this.known.set(name, speakers);
    }
    return speakers;
  }
}

const dialectsOfKey = new Speakers((dialect) => dialect.keys);
const dialectsOfEvent = new Speakers((dialect) => dialect.events ?? []);
const dialectsOfScope = new Map(
  dialects.flatMap((dialect) => dialect.scopes.map((scope) => [scope, setOf([dialect])] as const)),
);
const knownResources = new WeakMap<Attributes, DialectSet>();

/** Spans of one export share their resource. */
function dialectsOfResource(resource: Attributes): DialectSet {
  let spoken = knownResources.get(resource);
  if (spoken === undefined) {
    spoken = 0;
    for (const key of resource.keys()) spoken |= dialectsOfKey.of(key);
    knownResources.set(resource, spoken);
  }
  return spoken;
}

/** Whether a key is one that a pattern names. */
export function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

function setOf(chosen: readonly Dialect[]): DialectSet {
  return chosen.reduce((set, dialect) => set | (2 ** dialects.indexOf(dialect)), 0);
}
