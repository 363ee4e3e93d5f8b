import { isDeepStrictEqual } from 'node:util';
import { objectiveWrite, PlimsollError } from '@plimsoll/contract';
import { stringify } from 'yaml';
import { PlatformApi, type PlatformOptions } from './platform-api.js';
import { apiVersion, readResources, type Resource } from './read-resources.js';
import { resourceKinds, type Existing, type ResourceKind } from './resource-kinds.js';

export interface ApplyOptions extends PlatformOptions {
  readonly file: readonly string[];
}

export interface ExportOptions extends PlatformOptions {
  readonly openslo?: boolean;
}

interface Step extends Resource {
  readonly existing: Existing | undefined;
  /** `target: "0.99" -> "0.995"`, one a field. */
  readonly differences: readonly string[];
}

function differences(wanted: Readonly<Record<string, unknown>>, present: Readonly<Record<string, unknown>>): string[] {
  const names = [...new Set([...Object.keys(present), ...Object.keys(wanted)])];
  return names
    .filter((name) => !isDeepStrictEqual(wanted[name], present[name]))
    .map((name) => `${name}: ${JSON.stringify(present[name]) ?? 'none'} -> ${JSON.stringify(wanted[name]) ?? 'none'}`);
}

async function planned(api: PlatformApi, resources: readonly Resource[]): Promise<Step[]> {
  const present = new Map<ResourceKind, Existing[]>();
  for (const kind of new Set(resources.map((one) => one.kind))) present.set(kind, await kind.list(api));
  return resources.map(({ kind, fields }) => {
    const existing = present.get(kind)?.find((one) => one.fields[kind.key] === fields[kind.key]);
    if (existing === undefined) return { kind, fields, existing, differences: [] };
    const wanted = kind.stored?.(fields, existing.fields) ?? fields;
    return { kind, fields, existing, differences: differences(wanted, existing.fields) };
  });
}

function isChange({ existing, differences: found }: Step): boolean {
  return existing === undefined || found.length > 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warn(line: string): void {
  process.stderr.write(`plimsoll: warning: ${line}\n`);
}

function tell(step: Step): void {
  const sign = step.existing === undefined ? '+' : step.differences.length > 0 ? '~' : '=';
  say(`${sign} ${step.kind.kind} ${String(step.fields[step.kind.key])}`);
  for (const line of step.differences) say(`    ${line}`);
}

async function plan(options: ApplyOptions): Promise<{ api: PlatformApi; steps: Step[] }> {
  const resources = readResources(options.file, warn);
  if (resources.length === 0) throw new PlimsollError('invalid_input', '-f: nothing to apply', { field: '-f' });
  const api = new PlatformApi(options);
  return { api, steps: await planned(api, resources) };
}

/** Prints what would change, a line each. @returns 1 when something would, else 0. */
export async function diff(options: ApplyOptions): Promise<number> {
  const { steps } = await plan(options);
  steps.forEach(tell);
  return steps.some(isChange) ? 1 : 0;
}

/**
 * Makes the platform hold what the files say. All files are read before anything is written; what is the same already is
 * left alone; what no file names is never removed.
 */
export async function apply(options: ApplyOptions): Promise<void> {
  const { api, steps } = await plan(options);
  for (const step of steps) {
    if (isChange(step)) await step.kind.save(api, step.fields, step.existing);
    tell(step);
  }
}

/** Prints everything that can be kept as code, in the form that `apply` reads. */
export async function exportResources(options: ExportOptions): Promise<void> {
  const api = new PlatformApi(options);
  if (options.openslo === true) {
    const { exportOpenslo } = await import('@plimsoll/openslo');
    const objectives = resourceKinds.filter(({ kind }) => kind === 'Objective');
    const found = await Promise.all(objectives.map((kind) => kind.list(api)));
    process.stdout.write(exportOpenslo(found.flat().map(({ fields }) => objectiveWrite.parse(fields))));
    return;
  }
  const documents: string[] = [];
  for (const { kind, list } of resourceKinds) {
    for (const { fields } of await list(api))
      documents.push(stringify({ apiVersion, kind, spec: fields }, { lineWidth: 0 }));
  }
  process.stdout.write(documents.join('---\n'));
}
