import {
  backtest,
  objective,
  objectiveWrite,
  type Backtest,
  type ObjectiveWrite,
  firstIssue,
  PlimsollError,
} from '@plimsoll/contract';
import { PlatformApi, type PlatformOptions } from './apply/platform-api.js';
import { readResources } from './apply/read-resources.js';

export interface BacktestOptions extends PlatformOptions {
  readonly objective?: string;
  readonly file?: readonly string[];
  readonly target?: string;
  readonly window?: string;
  readonly policy?: string;
  /** A plain threshold in place of the policy: share (or money each), window and `for`. */
  readonly over?: string;
  readonly within: string;
  readonly for: string;
  readonly severity: 'page' | 'ticket';
  readonly days: string;
  readonly to?: string;
  readonly json?: boolean;
}

const dayMs = 86_400_000;
const stored = objective.pick({ definition: true });

async function definitionsOf(api: PlatformApi, options: BacktestOptions): Promise<ObjectiveWrite[]> {
  if (options.file !== undefined) {
    const warn = (line: string): void => void process.stderr.write(`plimsoll: warning: ${line}\n`);
    const objectives = readResources(options.file, warn).filter(({ kind }) => kind.kind === 'Objective');
    if (objectives.length === 0) throw new PlimsollError('invalid_input', '-f: no objective there', { field: '-f' });
    return objectives.map(({ fields }) => objectiveWrite.parse(fields));
  }
  if (options.objective === undefined) {
    throw new PlimsollError('invalid_input', '--objective: name one, or give files with -f', { field: '--objective' });
  }
  const answer = await api.call('GET', `/api/v1/objectives/${encodeURIComponent(options.objective)}`);
  return [stored.parse(answer).definition];
}

/** The definition with what the options say otherwise. @throws PlimsollError naming the field. */
function changed(definition: ObjectiveWrite, options: BacktestOptions): ObjectiveWrite {
  const { target, window, over, severity } = options;
  const threshold = { name: `over ${over}`, severity, over, window: options.within, for: options.for };
  const policy = over === undefined ? options.policy : { thresholds: [threshold] };
  const wanted = Object.entries({ target, window, policy }).filter(([, value]) => value !== undefined);
  const parsed = objectiveWrite.safeParse({ ...definition, ...Object.fromEntries(wanted) });
  if (parsed.success) return parsed.data;
  const { path, message } = firstIssue(parsed.error);
  const field = `--${path.map(String).join('.')}`;
  throw new PlimsollError('invalid_input', `${field}: ${message}`, { field });
}

function rangeOf({ days, to }: BacktestOptions): { from?: string; to?: string } {
  const length = Number(days);
  if (!(length > 0))
    throw new PlimsollError('invalid_input', `--days: "${days}" is no number of days`, { field: '--days' });
  const end = to === undefined ? Date.now() : Date.parse(to);
  if (Number.isNaN(end)) throw new PlimsollError('invalid_input', `--to: "${to}" is no instant`, { field: '--to' });
  return {
    from: new Date(end - length * dayMs).toISOString(),
    ...(to === undefined ? {} : { to: new Date(end).toISOString() }),
  };
}

/** What a definition would have sent over stored history, saved or not; a table, or the platform's answer as JSON. */
export async function runBacktest(options: BacktestOptions): Promise<void> {
  const api = new PlatformApi(options);
  const range = rangeOf(options);
  for (const definition of await definitionsOf(api, options)) {
    const body = { objective: changed(definition, options), ...range };
    const answer = backtest.parse(await api.call('POST', '/api/v1/objectives/backtest', body));
    const text = options.json === true ? `${JSON.stringify(answer)}\n` : describe(definition.slug, answer);
    process.stdout.write(text);
  }
}

function describe(slug: string, answer: Backtest): string {
  const pages = answer.pages.filter(({ severity }) => severity === 'page').length;
  const left = answer.budgetRemaining === null ? 'unknown' : `${(answer.budgetRemaining * 100).toPrecision(3)} %`;
  const lines = [
    `${slug}: ${count(pages, 'page')}, ${count(answer.pages.length - pages, 'ticket')} from ${answer.from} to ${answer.to}; budget left ${left}`,
    ...precisionLines(answer),
    ...answer.warnings.map((warning) => `warning: ${warning}`),
  ];
  if (answer.pages.length > 0) {
    lines.push(
      ...table([
        ['fired', 'severity', 'tier', 'group', 'detected after', 'resolved', 'reset after', 'peak burn', 'incident'],
        ...answer.pages.map((page) => [
          page.firedAt,
          page.severity,
          page.tier,
          groupText(page.group),
          minutes(page.detectionSeconds),
          page.resolvedAt ?? 'open',
          minutes(page.resetSeconds),
          page.peakBurn === null ? '-' : page.peakBurn.toPrecision(3),
          incidentText(page.incident),
        ]),
      ]),
    );
  }
  const shares = answer.tiers[0]?.delays ?? [];
  if (shares.length > 0) {
    lines.push(
      ...table([
        ['would detect at', ...shares.map(({ errorRatio }) => `${errorRatio * 100} % bad`)],
        ...answer.tiers.map((tier) => [tier.name, ...tier.delays.map((delay) => minutes(delay.detectionSeconds))]),
      ]),
    );
  }
  return `${lines.join('\n')}\n`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
const minutes = (seconds: number | null): string => (seconds === null ? '-' : `${Math.round(seconds / 6) / 10} min`);

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

/** How many of what it would have sent were real, of those that overlap an incident that somebody judged. */
function precisionLines({ precision }: Backtest): string[] {
  return (['page', 'ticket'] as const).flatMap((severity) => {
    const { judged, real, share, interval } = precision[severity];
    if (judged === 0) return [];
    const percent = (value: number): string => `${(value * 100).toPrecision(3)} %`;
    const counts = `${real} of ${count(judged, `judged ${severity}`)} real`;
    return share === null || interval === null
      ? `${counts}, too few for a share`
      : `${counts}: ${percent(share)}, ${percent(interval.low)} to ${percent(interval.high)}`;
  });
}

function incidentText(incident: Backtest['pages'][number]['incident']): string {
  if (incident === null) return '-';
  const { reference, label } = incident;
  return `${reference} ${label === null ? 'not judged' : label.replace('_', ' ')}`;
}

/** `customer=acme, attributes.region=(none)`; a dash where nothing is grouped. */
function groupText(group: Backtest['pages'][number]['group']): string {
  const pairs = Object.entries(group).map(([name, value]) => `${name}=${value === '' ? '(none)' : value}`);
  return pairs.length === 0 ? '-' : pairs.join(', ');
}
