import { retryDelay, type AttemptFailure, type JudgeRequest } from '@plimsoll/scoring';
import { z } from 'zod';

export interface JudgeAddress {
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
}

/** `refused`: the endpoint will not answer this request however often it is asked. `down`: it may answer later. */
export type JudgeAnswer =
  | { readonly kind: 'answer'; readonly text: string; readonly usage: unknown }
  | { readonly kind: 'refused' | 'down'; readonly status: number | null; readonly problem: string };

const timeoutMs = 60_000;
/** A grade is a sentence; what is longer is no grade. */
const longestReply = 1_000_000;

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: z.unknown().optional(),
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Seconds of a Retry-After header in either of its forms. */
function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1_000);
}

interface Failure extends AttemptFailure {
  readonly problem: string;
}

async function attempt(address: JudgeAddress, request: JudgeRequest): Promise<JudgeAnswer | Failure> {
  try {
    const response = await fetch(`${address.baseUrl.replace(/\/+$/u, '')}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(address.apiKey === null ? {} : { authorization: `Bearer ${address.apiKey}` }),
      },
      body: JSON.stringify(request),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = (await response.text()).slice(0, longestReply);
    if (!response.ok) {
      const retryAfter = retryAfterSeconds(response.headers.get('retry-after'), Date.now());
      return {
        status: response.status,
        retryAfterSeconds: retryAfter,
        problem: `HTTP ${response.status}: ${text.slice(0, 200)}`,
      };
    }
    const parsed = completion.safeParse(JSON.parse(text));
    if (!parsed.success) return { kind: 'answer', text: '', usage: undefined };
    return { kind: 'answer', text: parsed.data.choices[0]?.message.content ?? '', usage: parsed.data.usage };
  } catch (error) {
    // An answer that is no JSON came from something that is no chat endpoint: as good as not reached.
    return { status: null, retryAfterSeconds: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Asks a judge, up to three times as `retryDelay` allows. Never throws. */
export async function askJudge(address: JudgeAddress, request: JudgeRequest): Promise<JudgeAnswer> {
  for (let tries = 1; ; tries += 1) {
    const result = await attempt(address, request);
    if ('kind' in result) return result;
    const delay = retryDelay(result, tries, Math.random());
    if (delay !== null) {
      await wait(delay);
      continue;
    }
    const temporary = result.status === null || result.status >= 500 || result.status === 429 || result.status === 408;
    return { kind: temporary ? 'down' : 'refused', status: result.status, problem: result.problem };
  }
}
