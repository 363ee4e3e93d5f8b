import { setTimeout as sleep } from 'node:timers/promises';
import { PlimsollError, type Remap, remap, session } from '@plimsoll/contract';
import { PlatformApi, type PlatformOptions } from './apply/platform-api.js';

export interface RemapOptions extends PlatformOptions {
  readonly from: string;
  readonly to?: string;
  readonly project?: string;
  readonly dryRun?: boolean;
}

const pollMs = 1_000;

function instantOf(text: string, option: string): string {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new PlimsollError('invalid_input', `${option}: "${text}" is no instant`, { field: option });
}

/** A key belongs to one project: who names another one has taken the wrong key. */
async function checkProject(api: PlatformApi, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return;
  const { projects } = session.parse(await api.call('GET', '/api/v1/session'));
  if (projects.some(({ slug, id }) => slug === wanted || id === wanted)) return;
  const own = projects.map(({ slug }) => slug).join(', ');
  throw new PlimsollError('invalid_input', `--project: the key belongs to ${own}, not to ${wanted}`, {
    field: '--project',
  });
}

function progressOf({ state, scanned, total, changed, dryRun, error }: Remap): string {
  const of = total === null ? '' : ` of about ${total}`;
  const what = dryRun ? 'would change' : 'changed';
  return `${state}: ${scanned}${of} spans, ${changed} ${what}${error === null ? '' : `; tries again: ${error}`}`;
}

/** Starts a run and follows it to its end: progress on stderr, the outcome as JSON on stdout. */
export async function runRemap(options: RemapOptions): Promise<void> {
  const api = new PlatformApi(options);
  await checkProject(api, options.project);
  const body = {
    from: instantOf(options.from, '--from'),
    to: options.to === undefined ? new Date().toISOString() : instantOf(options.to, '--to'),
    dryRun: options.dryRun === true,
  };
  let run = remap.parse(await api.call('POST', '/api/v1/remaps', body));
  for (let said = ''; run.finishedAt === null; run = remap.parse(await api.call('GET', `/api/v1/remaps/${run.id}`))) {
    const line = progressOf(run);
    if (line !== said) process.stderr.write(`${line}\n`);
    said = line;
    await sleep(pollMs);
  }
  process.stderr.write(`${progressOf(run)}\n`);
  process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
}
