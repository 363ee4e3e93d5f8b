import { tokenBuckets, type TokenBucket, type TokenBuckets } from '@plimsoll/contract';

/** Disjoint token counts; an absent bucket is 0. */
export type UsageBuckets = Partial<TokenBuckets>;

export interface NormalUsage {
  buckets: TokenBuckets;
  /** True when an invariant of the raw object does not hold; what was certain is still in the buckets. */
  conflict: boolean;
  /** One sentence per violated invariant, naming the fields. */
  conflicts: string[];
}

type Raw = Readonly<Record<string, unknown>>;

export function emptyBuckets(): TokenBuckets {
  return Object.fromEntries(tokenBuckets.map((bucket) => [bucket, 0])) as TokenBuckets;
}

export function sumBuckets(buckets: UsageBuckets): number {
  let sum = 0;
  for (const bucket of tokenBuckets) sum += buckets[bucket] ?? 0;
  return sum;
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads counts out of one raw object and remembers what was wrong with them. */
class Reader {
  readonly conflicts: string[] = [];
  constructor(readonly raw: Raw) {}

  object(name: string): Raw {
    const value = this.raw[name];
    return isRaw(value) ? value : {};
  }

  /** The first field present; absent or null is 0, anything but a whole number >= 0 is a conflict and counts 0. */
  count(from: Raw, ...names: string[]): number {
    for (const name of names) {
      const value = from[name];
      if (value === undefined || value === null) continue;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
      this.conflicts.push(`${name} is ${JSON.stringify(value)?.slice(0, 40)}, not a whole number >= 0`);
      return 0;
    }
    return 0;
  }

  has(from: Raw, ...names: string[]): boolean {
    return names.some((name) => from[name] !== undefined && from[name] !== null);
  }

  /** What is left of an inclusive count when its named parts are taken out. */
  rest(label: string, whole: number, ...parts: number[]): number {
    const rest = parts.reduce((left, part) => left - part, whole);
    if (rest >= 0) return rest;
    this.conflicts.push(`${label} ${whole} is less than the sum of its parts ${whole - rest}`);
    return 0;
  }

  total(label: string, given: number, buckets: UsageBuckets): void {
    const sum = sumBuckets(buckets);
    if (given !== sum) this.conflicts.push(`${label} ${given} differs from the sum of the buckets ${sum}`);
  }

  result(buckets: UsageBuckets): NormalUsage {
    return {
      buckets: { ...emptyBuckets(), ...buckets },
      conflict: this.conflicts.length > 0,
      conflicts: this.conflicts,
    };
  }
}

/** OpenAI chat completions and responses: every detail is inside `prompt_tokens` / `completion_tokens`. */
function openai(reader: Reader): NormalUsage {
  const { raw } = reader;
  const inside = { ...reader.object('prompt_tokens_details'), ...reader.object('input_tokens_details') };
  const outside = { ...reader.object('completion_tokens_details'), ...reader.object('output_tokens_details') };
  const cachedDetails = isRaw(inside['cached_tokens_details']) ? inside['cached_tokens_details'] : {};
  const prompt = reader.count(raw, 'prompt_tokens', 'input_tokens');
  const completion = reader.count(raw, 'completion_tokens', 'output_tokens');
  const cached = reader.count(inside, 'cached_tokens');
  const cachedAudio = reader.count(cachedDetails, 'audio_tokens');
  const cachedImage = reader.count(cachedDetails, 'image_tokens');
  const written = reader.count(inside, 'cache_write_tokens', 'cache_creation_tokens');
  const audioIn = reader.rest('audio_tokens', reader.count(inside, 'audio_tokens'), cachedAudio);
  const imageIn = reader.rest('image_tokens', reader.count(inside, 'image_tokens'), cachedImage);
  const reasoning = reader.count(outside, 'reasoning_tokens');
  const audioOut = reader.count(outside, 'audio_tokens');
  const imageOut = reader.count(outside, 'image_tokens');
  const hasTotal = reader.has(raw, 'total_tokens');
  const total = reader.count(raw, 'total_tokens');
  // Gemini and Grok behind an OpenAI-shaped endpoint keep reasoning outside the completion; only the total tells.
  const reasoningOutside = hasTotal && reasoning > 0 && total === prompt + completion + reasoning;
  const buckets: UsageBuckets = {
    input: reader.rest('prompt_tokens', prompt, cached, written, audioIn, imageIn),
    cache_read: cached,
    cache_write_5m: written,
    output: reasoningOutside
      ? reader.rest('completion_tokens', completion, audioOut, imageOut)
      : reader.rest('completion_tokens', completion, reasoning, audioOut, imageOut),
    reasoning,
    audio_in: audioIn,
    audio_out: audioOut,
    image_in: imageIn,
    image_out: imageOut,
  };
  if (hasTotal) reader.total('total_tokens', total, buckets);
  return reader.result(buckets);
}

/** Anthropic: `input_tokens` excludes cache reads and writes; thinking is inside `output_tokens` without a split. */
function anthropic(reader: Reader): NormalUsage {
  const { raw } = reader;
  const creation = reader.object('cache_creation');
  const hour = reader.count(creation, 'ephemeral_1h_input_tokens');
  const minutes = reader.count(creation, 'ephemeral_5m_input_tokens');
  const written = reader.has(raw, 'cache_creation_input_tokens')
    ? reader.count(raw, 'cache_creation_input_tokens')
    : hour + minutes;
  return reader.result({
    input: reader.count(raw, 'input_tokens'),
    cache_read: reader.count(raw, 'cache_read_input_tokens'),
    // What the breakdown leaves unexplained was written with the default life of five minutes.
    cache_write_5m: minutes + reader.rest('cache_creation_input_tokens', written, hour, minutes),
    cache_write_1h: hour,
    output: reader.count(raw, 'output_tokens'),
  });
}

function modalities(reader: Reader, name: string): { audio: number; image: number } {
  const list = reader.raw[name];
  const found = { audio: 0, image: 0 };
  if (!Array.isArray(list)) return found;
  for (const item of list.filter(isRaw)) {
    if (item['modality'] === 'AUDIO') found.audio += reader.count(item, 'tokenCount');
    else if (item['modality'] === 'IMAGE') found.image += reader.count(item, 'tokenCount');
  }
  return found;
}

/** Gemini: cached content is inside the prompt count, thoughts are outside the candidates count. */
function gemini(reader: Reader): NormalUsage {
  const { raw } = reader;
  const prompt = reader.count(raw, 'promptTokenCount');
  const cached = reader.count(raw, 'cachedContentTokenCount');
  const toolUse = reader.count(raw, 'toolUsePromptTokenCount');
  const promptParts = modalities(reader, 'promptTokensDetails');
  const cachedParts = modalities(reader, 'cacheTokensDetails');
  const candidateParts = modalities(reader, 'candidatesTokensDetails');
  const audioIn = reader.rest('promptTokensDetails AUDIO', promptParts.audio, cachedParts.audio);
  const imageIn = reader.rest('promptTokensDetails IMAGE', promptParts.image, cachedParts.image);
  const candidates = reader.count(raw, 'candidatesTokenCount', 'responseTokenCount');
  const buckets: UsageBuckets = {
    input: reader.rest('promptTokenCount', prompt, cached, audioIn, imageIn) + toolUse,
    cache_read: cached,
    output: reader.rest('candidatesTokenCount', candidates, candidateParts.audio, candidateParts.image),
    reasoning: reader.count(raw, 'thoughtsTokenCount'),
    audio_in: audioIn,
    image_in: imageIn,
    audio_out: candidateParts.audio,
    image_out: candidateParts.image,
  };
  if (reader.has(raw, 'totalTokenCount'))
    reader.total('totalTokenCount', reader.count(raw, 'totalTokenCount'), buckets);
  return reader.result(buckets);
}

/** Bedrock Converse: like Anthropic, cache counts stand outside `inputTokens`; `totalTokens` contains them. */
function bedrock(reader: Reader): NormalUsage {
  const { raw } = reader;
  return reader.result({
    input: reader.count(raw, 'inputTokens'),
    cache_read: reader.count(raw, 'cacheReadInputTokens'),
    cache_write_5m: reader.count(raw, 'cacheWriteInputTokens'),
    output: reader.count(raw, 'outputTokens'),
  });
}

const genericCounts = ['inputTokens', 'promptTokens', 'input', 'outputTokens', 'completionTokens', 'output'] as const;

/** Client libraries in their own words (`inputTokens`, `promptTokens`, `input`): details are inside the counts. */
function generic(reader: Reader): NormalUsage {
  const { raw } = reader;
  if (!reader.has(raw, ...genericCounts)) reader.conflicts.push('the usage has no token count under a known name');
  const cached = reader.count(raw, 'cachedInputTokens', 'cachedInput', 'cachedTokens');
  const reasoning = reader.count(raw, 'reasoningTokens', 'reasoningOutput');
  const buckets: UsageBuckets = {
    input: reader.rest('input', reader.count(raw, 'inputTokens', 'promptTokens', 'input'), cached),
    cache_read: cached,
    output: reader.rest('output', reader.count(raw, 'outputTokens', 'completionTokens', 'output'), reasoning),
    reasoning,
  };
  const total = ['totalTokens', 'total'].filter((name) => reader.has(raw, name));
  if (total[0] !== undefined) reader.total(total[0], reader.count(raw, total[0]), buckets);
  return reader.result(buckets);
}

function adapterOf(raw: Raw, provider: string | null): (reader: Reader) => NormalUsage {
  if ('promptTokenCount' in raw || 'candidatesTokenCount' in raw) return gemini;
  if ('prompt_tokens' in raw || 'completion_tokens' in raw) return openai;
  if ('input_tokens' in raw || 'output_tokens' in raw) {
    const claude = ['cache_creation_input_tokens', 'cache_read_input_tokens', 'cache_creation'].some(
      (key) => key in raw,
    );
    const responses = ['input_tokens_details', 'output_tokens_details', 'total_tokens'].some((key) => key in raw);
    return claude || (!responses && provider?.includes('anthropic') === true) ? anthropic : openai;
  }
  if ('cacheReadInputTokens' in raw || 'cacheWriteInputTokens' in raw) return bedrock;
  return generic;
}

/**
 * A provider's raw usage object as disjoint buckets. The shape decides, `provider` only where two shapes look alike.
 * Nothing is clamped in silence: a violated invariant is named in `conflicts`.
 */
export function normalizeUsage(raw: unknown, provider: string | null = null): NormalUsage {
  if (!isRaw(raw)) {
    return { buckets: emptyBuckets(), conflict: true, conflicts: ['the usage is not an object'] };
  }
  return adapterOf(raw, provider)(new Reader(raw));
}

export interface InclusiveUsage {
  input?: number | null;
  output?: number | null;
  cacheRead?: number | null;
  cacheWrite5m?: number | null;
  cacheWrite1h?: number | null;
  reasoning?: number | null;
  audioIn?: number | null;
  audioOut?: number | null;
  imageIn?: number | null;
  imageOut?: number | null;
  total?: number | null;
  /** Whether cache reads and writes are part of `input` (OpenTelemetry, OpenAI) or beside it (Anthropic). */
  cacheInsideInput: boolean;
  /** Whether reasoning is part of `output` (OpenAI) or beside it (Gemini). */
  reasoningInsideOutput: boolean;
}

/** Counts as telemetry dialects carry them, as disjoint buckets. */
export function disjointBuckets(usage: InclusiveUsage): NormalUsage {
  const reader = new Reader({ ...usage });
  const of = (name: keyof InclusiveUsage): number => reader.count(reader.raw, name);
  const cache = [of('cacheRead'), of('cacheWrite5m'), of('cacheWrite1h')];
  const reasoning = of('reasoning');
  const buckets: UsageBuckets = {
    input: reader.rest('input', of('input'), ...(usage.cacheInsideInput ? cache : []), of('audioIn'), of('imageIn')),
    cache_read: cache[0] ?? 0,
    cache_write_5m: cache[1] ?? 0,
    cache_write_1h: cache[2] ?? 0,
    output: reader.rest(
      'output',
      of('output'),
      usage.reasoningInsideOutput ? reasoning : 0,
      of('audioOut'),
      of('imageOut'),
    ),
    reasoning,
    audio_in: of('audioIn'),
    audio_out: of('audioOut'),
    image_in: of('imageIn'),
    image_out: of('imageOut'),
  };
  if (usage.total !== undefined && usage.total !== null) reader.total('total', of('total'), buckets);
  return reader.result(buckets);
}

/** Checks buckets that were given as such: whole numbers >= 0 only. */
export function checkBuckets(given: Readonly<Partial<Record<TokenBucket, unknown>>>): NormalUsage {
  const reader = new Reader(given);
  return reader.result(Object.fromEntries(tokenBuckets.map((bucket) => [bucket, reader.count(given, bucket)])));
}
