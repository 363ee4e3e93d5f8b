import { BlockWriter, byteSource, type ByteSource } from '@plimsoll/clickhouse';
import { type TokenBuckets, tokenBuckets } from '@plimsoll/contract';
import type { SpanOrigin } from '@plimsoll/otlp';

/** Bytes of a run of columns that many rows share. */
export interface Run {
  readonly source: ByteSource;
  readonly length: number;
}

export function run(write: (block: BlockWriter) => void): Run {
  const block = new BlockWriter(256);
  write(block);
  const { length } = block;
  // Room behind them, since ranges are copied by words.
  block.zeros(8);
  return { source: byteSource(block.finish()), length };
}

/** Columns from `status` to `http_status` of a span on which nothing failed. */
function fineRun(statusCode: number): Run {
  return run((block) => {
    block.text('ok');
    block.uint8(statusCode);
    for (const text of ['', '', '']) block.text(text);
    block.uint8(1);
  });
}

const runsOfOrigins = new WeakMap<SpanOrigin, { names: Run; resource: Run }>();

export function runsOf(origin: SpanOrigin): { names: Run; resource: Run } {
  let runs = runsOfOrigins.get(origin);
  if (runs === undefined) {
    const resource = Object.entries(origin.printed);
    runs = {
      names: run((block) => {
        block.text(origin.resourceText('service.name') ?? '');
        block.text(origin.scope.name);
        block.text(origin.scope.version);
      }),
      resource: run((block) => {
        block.size(resource.length);
        for (const text of resource.flat()) block.text(text);
      }),
    };
    runsOfOrigins.set(origin, runs);
  }
  return runs;
}

/** In the order of `tokenBuckets`: by names that are spelled out, since to look each of ten up would cost more than to write it. */
export function listOf(tokens: TokenBuckets): number[] {
  const { input, cache_read, cache_write_5m, cache_write_1h, output, reasoning } = tokens;
  const { audio_in, audio_out, image_in, image_out } = tokens;
  return [
    input,
    cache_read,
    cache_write_5m,
    cache_write_1h,
    output,
    reasoning,
    audio_in,
    audio_out,
    image_in,
    image_out,
  ];
}

export const noTokens = run((block) => block.zeros(1 + tokenBuckets.length * 8 + 1 + 1));
/** `cost_currency`, `cost_source`. */
export const bookCost = run((block) => {
  block.text('USD');
  block.text('price_book');
});
export const unpricedCost = run((block) => {
  block.text('');
  block.text('none');
});
export const noCost = run((block) => {
  // cost, currency
  block.uint8(1);
  block.text('');
  block.text('none');
  // computed cost, price version, fallback, unpriced tokens
  block.uint8(1);
  block.text('');
  block.zeros(1 + 8);
});
export const fineUnset = fineRun(0);
export const fineOk = fineRun(1);
export const empty = run((block) => block.text(''));
export const yes = run((block) => block.text('true'));
export const no = run((block) => block.text('false'));
/** What stands before each count of the usage, and before it where it is null. */
export interface CountOpening {
  readonly given: Run;
  readonly absent: Run;
}

function countOpening(member: string): CountOpening {
  return {
    given: run((block) => block.ascii(`${member}:`)),
    absent: run((block) => block.ascii(`${member}:null`)),
  };
}

export const usageOpenings = {
  input: countOpening('{"input"'),
  output: countOpening(',"output"'),
  cachedInput: countOpening(',"cachedInput"'),
  cacheWriteInput: countOpening(',"cacheWriteInput"'),
  reasoningOutput: countOpening(',"reasoningOutput"'),
};
export const noFirstToken = run((block) => {
  block.uint8(1);
  block.text('');
});
/** Content columns from `has_content` to `has_tools`. */
export const noContent = run((block) => block.zeros(8));
const openings = new Map<string, Run>();
export const messageEnd = run((block) => block.ascii('"}'));

/** `{"role":"user","text":"`, which stands before the text of a message. */
export function openingOf(role: string): Run {
  let opening = openings.get(role);
  if (opening === undefined) {
    if (openings.size > 100) openings.clear();
    opening = run((block) => block.ascii(`{"role":"${role}","text":"`));
    openings.set(role, opening);
  }
  return opening;
}
