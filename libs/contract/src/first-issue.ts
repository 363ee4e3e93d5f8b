import type { z } from 'zod';
import { PlimsollError } from './errors.js';

type Issue = z.core.$ZodIssue;

interface FirstIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * What is at fault first, for one line to a person. Where several shapes would do ("one event or many"), the shape that the
 * input comes closest to tells, since "not any of these" names no field; where none is closer, what each would need.
 */
export function firstIssue(error: { readonly issues: readonly Issue[] }): FirstIssue {
  return ofShape(error.issues) ?? { path: [], message: 'not valid' };
}

/** The refusal of an input that a schema does not take; `whole` names the input where no field of it is at fault. */
export function invalidInput(
  error: { readonly issues: readonly Issue[] },
  whole: string,
  within: readonly string[] = [],
): PlimsollError {
  const { path, message } = firstIssue(error);
  const field = [...within, ...path.map(String)].join('.') || whole;
  return new PlimsollError('invalid_input', `${field}: ${message}`, { field });
}

function ofShape(issues: readonly Issue[]): FirstIssue | null {
  const [issue] = issues;
  if (issue === undefined) return null;
  if (issue.code !== 'invalid_union') return { path: issue.path, message: issue.message };
  const shapes = issue.errors.map(ofShape).filter((each) => each !== null);
  const deepest = Math.max(0, ...shapes.map(({ path }) => path.length));
  const closest = shapes.filter(({ path }) => path.length === deepest);
  const messages = [...new Set(closest.map(({ message }) => message))];
  return {
    path: [...issue.path, ...(closest[0]?.path ?? [])],
    message: messages.length === 0 ? issue.message : messages.join(', or '),
  };
}
