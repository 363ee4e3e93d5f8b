import { bare } from './bare.js';
import type { Dialect, FieldName, FieldValues, Source } from './dialect.js';
import { genkit } from './genkit.js';
import { googleAdk } from './google-adk.js';
import { langfuse } from './langfuse.js';
import { langsmith } from './langsmith.js';
import { mlflow } from './mlflow.js';
import { openinference } from './openinference.js';
import { openlit } from './openlit.js';
import { otelGenAi } from './otel-genai.js';
import { otelGenAiLegacy } from './otel-genai-legacy.js';
import { plimsoll } from './plimsoll.js';
import { pydanticAi } from './pydantic-ai.js';
import { traceloop } from './traceloop.js';
import { vercelAi } from './vercel-ai.js';

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
  bare,
];

/**
 * Fields in which the general order would lose. Kind: explicit types before inferred ones, and the AI SDK's wrappers before
 * the operation they repeat. Input tokens: Traceloop's exclusive figures must be completed before they are taken as they are.
 */
const fieldOrder: { readonly [Name in FieldName]?: readonly Dialect[] } = {
  kind: [langfuse, openinference, vercelAi, otelGenAi, genkit, traceloop, langsmith, pydanticAi, mlflow, googleAdk],
  usageInput: [
    plimsoll,
    langfuse,
    openinference,
    traceloop,
    otelGenAi,
    otelGenAiLegacy,
    pydanticAi,
    vercelAi,
    langsmith,
    mlflow,
    genkit,
    googleAdk,
    bare,
  ],
};

const ordered = new Map<FieldName, readonly Source<unknown>[]>();

/** The sources of one field over all dialects, in order. */
export function sourcesOf<Name extends FieldName>(field: Name): readonly Source<FieldValues[Name]>[] {
  let sources = ordered.get(field);
  if (sources === undefined) {
    sources = (fieldOrder[field] ?? dialects).flatMap(
      (dialect): readonly Source<unknown>[] => dialect.sources[field] ?? [],
    );
    ordered.set(field, sources);
  }
  return sources as readonly Source<FieldValues[Name]>[];
}

const exactKeys = new Set(dialects.flatMap((dialect) => dialect.keys.filter((key) => !key.endsWith('*'))));
const keyPrefixes = dialects.flatMap((dialect) =>
  dialect.keys.filter((key) => key.endsWith('*')).map((key) => key.slice(0, -1)),
);

/** Whether any dialect explains this attribute key. */
export function isMappedKey(key: string): boolean {
  return exactKeys.has(key) || keyPrefixes.some((prefix) => key.startsWith(prefix));
}
