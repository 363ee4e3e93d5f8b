import { z } from 'zod';
import type { Path, SourceObject } from './documents.js';

export const finding = z.object({
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.number().int(),
  /** The field, dotted; empty for the whole object. */
  path: z.string(),
  message: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** Collects what is wrong with one object, with the line of each field. */
export class Findings {
  readonly all: Finding[] = [];

  error(at: SourceObject, path: Path, message: string): void {
    this.#add('error', at, path, message);
  }

  warning(at: SourceObject, path: Path, message: string): void {
    this.#add('warning', at, path, message);
  }

  /** What a schema refused, one finding a field. */
  refused(at: SourceObject, error: z.ZodError): void {
    for (const issue of error.issues) {
      for (const { path, message } of flatten(issue)) this.error(at, path, message);
    }
  }

  #add(severity: Finding['severity'], at: SourceObject, path: Path, message: string): void {
    this.all.push({ severity, file: at.file, line: at.lineOf(path), path: path.map(String).join('.'), message });
  }
}

interface Flat {
  readonly path: Path;
  readonly message: string;
}

function flatten(issue: z.core.$ZodIssue): Flat[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `unknown field "${key}"` }));
  }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) {
    return [{ path: issue.path, message: issue.message }];
  }
  // The form that came closest tells most: the one whose complaint lies deepest.
  const depth = (one: readonly z.core.$ZodIssue[]) => Math.max(...one.map(({ path }) => path.length));
  const [closest = []] = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return closest.flatMap(flatten).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}
