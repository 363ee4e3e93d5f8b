import { gate, PlimsollError, problem, type Gate } from '@plimsoll/contract';

export interface GateOptions {
  readonly url: string;
  readonly key: string;
  readonly objective: string;
  /** `name@version`. */
  readonly prompt?: string;
  readonly model?: string;
  readonly release?: string;
  readonly minSamples: string;
  readonly hours: string;
}

const exitCodes = { pass: 0, fail: 1, not_yet: 3 } as const satisfies Record<Gate['verdict'], number>;

/** The version stands after the last `@`; a name may have one of its own. */
function promptOf(text: string | undefined): { promptName?: string; promptVersion?: string } {
  if (text === undefined) return {};
  const at = text.lastIndexOf('@');
  return at < 0 ? { promptName: text } : { promptName: text.slice(0, at), promptVersion: text.slice(at + 1) };
}

function addressOf(options: GateOptions): URL {
  const address = new URL(`/api/v1/objectives/${encodeURIComponent(options.objective)}/gate`, options.url);
  const wanted = { ...promptOf(options.prompt), model: options.model, release: options.release };
  for (const [name, value] of Object.entries({ ...wanted, minSamples: options.minSamples, hours: options.hours })) {
    if (value !== undefined && value !== '') address.searchParams.set(name, value);
  }
  return address;
}

/**
 * Asks a running platform whether a version keeps an objective's promise, for a deploy pipeline. Prints one line of JSON.
 * @returns 0 pass, 1 fail, 3 not yet.
 * @throws PlimsollError with the platform's own reason.
 */
export async function runGate(options: GateOptions): Promise<number> {
  const response = await fetch(addressOf(options), { headers: { authorization: `Bearer ${options.key}` } }).catch(
    (cause: unknown) => {
      throw new PlimsollError('unavailable', `no platform answers at ${options.url}`, { field: '--url', cause });
    },
  );
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const refused = problem.safeParse(body);
    const reason = refused.success ? refused.data.detail : `status ${response.status}`;
    throw new PlimsollError('invalid_input', `gate: ${reason}`);
  }
  const answer = gate.parse(body);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return exitCodes[answer.verdict];
}
