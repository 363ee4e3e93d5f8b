import type { Findings } from './findings.js';
import type { ObjectiveTerms, SloTerms } from './slo-terms.js';
import { isLabel, label, shorthandSeconds } from './terms.js';
import type { SourceObject } from './documents.js';

/** Names that are none by RFC 1123 occur in the specification itself; they are read, and said. */
export function nameTrap(at: SourceObject, name: string, findings: Findings): void {
  if (isLabel(name)) return;
  findings.warning(at, ['metadata', 'name'], `"${name}" is no RFC 1123 label; "${label(name, 'name')}" would be`);
}

/** `1m` is one minute and `1M` a month; the specification's own example confuses them. */
export function windowTrap({ at, window }: SloTerms, findings: Findings): void {
  if (shorthandSeconds(window.duration) >= 3600 || window.duration.endsWith('s')) return;
  findings.warning(at, window.path, `a window of ${window.duration} is minutes; a month is "M"`);
}

/** `op` and `value` belong to threshold metrics; examples of the specification write them beside ratios. */
export function ratioTrap({ at }: SloTerms, objective: ObjectiveTerms, findings: Findings): void {
  for (const field of ['op', 'value'] as const) {
    if (objective[field] !== undefined) {
      findings.warning(at, [...objective.path, field], `"${field}" has no meaning beside a ratio`);
    }
  }
}

/** A burn-rate condition with `lte` or `lt` fires while all is well. */
export function conditionTrap(
  at: SourceObject,
  path: readonly PropertyKey[],
  op: string,
  findings: Findings,
  force: boolean,
): void {
  if (op === 'gt' || op === 'gte') return;
  const message = `op ${op} on a burn rate fires while the service is healthy`;
  if (force) findings.warning(at, path, message);
  else findings.error(at, path, `${message}; force it if that is meant`);
}
