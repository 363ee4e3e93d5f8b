import { objectiveWrite } from '@plimsoll/contract';
import { z } from 'zod';
import { readObjects, type SourceFile, type SourceObject } from './documents.js';
import { finding, Findings } from './findings.js';
import { asV1, v2alpha } from './from-v2alpha.js';
import { readV1, readV1Alpha } from './read-slo.js';
import { References, type Named } from './references.js';
import { kindsV1, type SloV1 } from './schema-v1.js';
import { kindsV1Alpha, type SloV1Alpha } from './schema-v1alpha.js';
import type { SloTerms } from './slo-terms.js';
import { notEvaluated, toObjective } from './to-objective.js';
import { conditionTrap, nameTrap, ratioTrap, windowTrap } from './traps.js';

const importedObjective = z.object({
  name: z.string(),
  file: z.string(),
  line: z.number().int(),
  evaluated: z.boolean(),
  /** Why it is not evaluated. */
  reason: z.string().nullable(),
  definition: objectiveWrite.nullable(),
  /** Of an objective that is not evaluated: the document as it was written, references inlined. */
  document: z.record(z.string(), z.unknown()).nullable(),
});
export const opensloImport = z.object({
  verdict: z.enum(['valid', 'valid_with_warnings', 'invalid']),
  findings: z.array(finding),
  objectives: z.array(importedObjective),
});
export type ImportedObjective = z.infer<typeof importedObjective>;
export type OpensloImport = z.infer<typeof opensloImport>;

export interface ImportOptions {
  /** Takes conditions that fire while all is well for warnings. */
  readonly force?: boolean;
  /** Reads the draft `openslo.com/v2alpha` too. */
  readonly v2alpha?: boolean;
}

interface Accepted extends Named {
  readonly version: string;
}

/** An empty `alertPolicies:` is none, as for decoders in Go; what belongs to a metric source stays as it is. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  const verbatim = ['metricSource', 'connectionDetails'];
  return Object.fromEntries(kept.map(([key, inner]) => [key, verbatim.includes(key) ? inner : withoutNulls(inner)]));
}

/** An object of the draft as v1, when it is asked for. */
function stable(at: SourceObject, options: ImportOptions): SourceObject {
  const { value } = at;
  const isDraft = typeof value === 'object' && value !== null && 'apiVersion' in value && value.apiVersion === v2alpha;
  return isDraft && options.v2alpha === true ? { ...at, value: asV1(value) } : at;
}

function accept(at: SourceObject, findings: Findings): Accepted | null {
  if (typeof at.value !== 'object' || at.value === null) {
    findings.error(at, [], 'is no object');
    return null;
  }
  const { apiVersion, kind } = at.value as { apiVersion?: unknown; kind?: unknown };
  const kinds: Readonly<Record<string, z.ZodType>> | undefined =
    apiVersion === 'openslo/v1' ? kindsV1 : apiVersion === 'openslo/v1alpha' ? kindsV1Alpha : undefined;
  if (kinds === undefined) {
    const draft = apiVersion === v2alpha ? ' (the draft is read when asked for)' : '';
    findings.error(at, ['apiVersion'], `"${String(apiVersion)}" is not openslo/v1 or openslo/v1alpha${draft}`);
    return null;
  }
  const schema = Object.entries(kinds).find(([name]) => name === kind)?.[1];
  if (schema === undefined) {
    findings.error(at, ['kind'], `"${String(kind)}" is no kind of ${String(apiVersion)}`);
    return null;
  }
  const read = schema.safeParse(withoutNulls(at.value));
  if (!read.success) {
    findings.refused(at, read.error);
    return null;
  }
  const value = read.data as Named['value'];
  nameTrap(at, value.metadata.name, findings);
  return { at, kind: String(kind), version: String(apiVersion), value };
}

/** Conditions wherever they stand: on their own, in a policy, in a policy of an SLO. */
function checkConditions(
  value: unknown,
  path: PropertyKey[],
  at: SourceObject,
  findings: Findings,
  force: boolean,
): void {
  if (typeof value !== 'object' || value === null) return;
  if ('kind' in value && value.kind === 'burnrate' && 'op' in value && 'lookbackWindow' in value) {
    conditionTrap(at, [...path, 'op'], String(value.op), findings, force);
    return;
  }
  for (const [key, inner] of Object.entries(value)) checkConditions(inner, [...path, key], at, findings, force);
}

function termsOf(one: Accepted, references: References): SloTerms {
  // The version and the kind have chosen the schema that this value passed.
  return one.version === 'openslo/v1'
    ? readV1(one.at, one.value as SloV1, references)
    : readV1Alpha(one.at, one.value as SloV1Alpha);
}

/** v1alpha wants a value beside every metric, so there it says nothing. */
function isRatio({ version }: Accepted, document: object): boolean {
  return version === 'openslo/v1' && JSON.stringify(document).includes('"ratioMetric":');
}

function objectivesOf(terms: SloTerms, findings: Findings, ratio: boolean): ImportedObjective[] {
  windowTrap(terms, findings);
  return terms.objectives.map((objective, index) => {
    if (ratio) ratioTrap(terms, objective, findings);
    const reason = notEvaluated(terms, objective.metric, objective.slice);
    const where = { name: terms.name, file: terms.at.file, line: terms.at.lineOf(objective.path) };
    if (reason !== null || objective.metric === undefined) {
      findings.warning(terms.at, objective.metric?.path ?? objective.path, reason ?? 'its indicator is missing');
      return { ...where, evaluated: false, reason, definition: null, document: { ...terms.document } };
    }
    const definition = toObjective(terms, objective, objective.metric, index, findings);
    return { ...where, evaluated: definition !== null, reason: null, definition, document: null };
  });
}

/**
 * Reads OpenSLO v1 and v1alpha documents (YAML of several documents, lists, JSON) as one set: references are looked up
 * among all files. Objectives measured by `plimsoll` become definitions; others are kept and marked not evaluated.
 */
export function importOpenslo(files: readonly SourceFile[], options: ImportOptions = {}): OpensloImport {
  const findings = new Findings();
  const read = files.map(readObjects);
  const accepted = read.flatMap(({ objects }) => objects.flatMap((at) => accept(stable(at, options), findings) ?? []));
  const references = new References(accepted, findings);
  for (const { at, value } of accepted) checkConditions(value, [], at, findings, options.force === true);
  const objectives = accepted
    .filter(({ kind }) => kind === 'SLO')
    .flatMap((one) => {
      const terms = termsOf(one, references);
      return objectivesOf(terms, findings, isRatio(one, terms.document));
    });
  const unreadable = read.flatMap((one) => one.unreadable);
  const all = [...unreadable.map((one) => ({ severity: 'error' as const, path: '', ...one })), ...findings.all];
  if (all.length === 0 && accepted.length === 0) {
    all.push({ severity: 'error', file: files[0]?.name ?? '', line: 1, path: '', message: 'holds no OpenSLO object' });
  }
  all.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  const worst = all.some(({ severity }) => severity === 'error') ? 'invalid' : 'valid_with_warnings';
  return { verdict: all.length === 0 ? 'valid' : worst, findings: all, objectives };
}
