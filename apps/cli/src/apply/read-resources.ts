import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { firstIssue, PlimsollError } from '@plimsoll/contract';
import { importOpenslo, readObjects, type SourceFile, type SourceObject } from '@plimsoll/openslo';
import { z } from 'zod';
import { readText } from '../eval/input.js';
import { resourceKinds, type ResourceKind } from './resource-kinds.js';

export interface Resource {
  readonly kind: ResourceKind;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const apiVersion = 'plimsoll.dev/v1';
const envelope = z.strictObject({ apiVersion: z.literal(apiVersion), kind: z.string(), spec: z.unknown() });

/** The file, or the YAML and JSON files of a folder and its folders, in order of name. */
export function filesOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      return statSync(inner).isDirectory() ? filesOf(inner) : /\.(ya?ml|json)$/.test(name) ? [inner] : [];
    });
}

function refuse(file: string, line: number, reason: string): never {
  throw new PlimsollError('invalid_input', `${file}:${line}: ${reason}`, { field: file });
}

function refuseIssue(at: SourceObject, error: z.ZodError, prefix: readonly PropertyKey[]): never {
  const issue = firstIssue(error);
  const path = [...prefix, ...issue.path];
  const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
  refuse(at.file, at.lineOf(path), `${where}${issue.message}`);
}

function own(at: SourceObject): Resource {
  const read = envelope.safeParse(at.value);
  if (!read.success) refuseIssue(at, read.error, []);
  const kind = resourceKinds.find((one) => one.kind === read.data.kind);
  if (kind === undefined) {
    const names = resourceKinds.map((one) => one.kind).join(', ');
    refuse(at.file, at.lineOf(['kind']), `kind "${read.data.kind}" is not one of ${names}`);
  }
  const fields = kind.schema.safeParse(read.data.spec);
  if (!fields.success) refuseIssue(at, fields.error, ['spec']);
  return { kind, fields: fields.data };
}

function isOwn({ value }: SourceObject): boolean {
  return typeof value === 'object' && value !== null && 'apiVersion' in value && value.apiVersion === apiVersion;
}

function fromOpenslo(files: readonly SourceFile[], warn: (line: string) => void): Resource[] {
  const kind = resourceKinds.find((one) => one.kind === 'Objective');
  if (files.length === 0 || kind === undefined) return [];
  const { findings, objectives } = importOpenslo(files);
  for (const { severity, file, line, path, message } of findings) {
    const reason = path === '' ? message : `${path}: ${message}`;
    if (severity === 'error') refuse(file, line, reason);
    warn(`${file}:${line}: ${reason}`);
  }
  return objectives.flatMap(({ definition }) => (definition === null ? [] : [{ kind, fields: definition }]));
}

/**
 * What the files want there to be, in the order in which it is applied. A file holds Plimsoll's objects or OpenSLO.
 * @throws PlimsollError `invalid_input` naming file, line and field.
 */
export function readResources(paths: readonly string[], warn: (line: string) => void): Resource[] {
  const resources: Resource[] = [];
  const openslo: SourceFile[] = [];
  for (const name of paths.flatMap(filesOf)) {
    const file = { name, text: readText(name) };
    const { objects, unreadable } = readObjects(file);
    const [broken] = unreadable;
    if (broken !== undefined) refuse(broken.file, broken.line, broken.message);
    if (objects.some(isOwn)) resources.push(...objects.map(own));
    else openslo.push(file);
  }
  resources.push(...fromOpenslo(openslo, warn));
  const seen = new Set<string>();
  for (const { kind, fields } of resources) {
    const name = `${kind.kind} ${String(fields[kind.key])}`;
    if (seen.has(name)) throw new PlimsollError('invalid_input', `${name} is there twice`);
    seen.add(name);
  }
  return resources.sort((a, b) => resourceKinds.indexOf(a.kind) - resourceKinds.indexOf(b.kind));
}
