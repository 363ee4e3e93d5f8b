import type { IncidentEvent } from './lifecycle.js';

/** What links and actions of a runbook can be filled with. */
export const runbookParameters = [
  'incident.id',
  'incident.reference',
  'incident.url',
  'objective.slug',
  'feature',
  'environment',
  'onset',
  'prompt.name',
  'suspect.kind',
  'suspect.attribute',
  'suspect.from',
  'suspect.to',
] as const;
export type RunbookParameter = (typeof runbookParameters)[number];
/** Null: this incident has no such thing. */
export type RunbookValues = Readonly<Record<RunbookParameter, string | null>>;

const placeholder = /\{\{\s*([\w.]+)\s*\}\}/g;
const isParameter = (name: string): name is RunbookParameter => runbookParameters.some((known) => known === name);

/** Names in `{{...}}` that there are not; a template with one would never be filled. */
export function unknownParameters(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name).filter((name) => !isParameter(name));
}

export interface Filled {
  readonly text: string;
  /** Parameters without a value; they stay in the text as they were. */
  readonly missing: readonly RunbookParameter[];
}

/** Puts values in place of `{{suspect.from}}` and the like; `encode` makes them safe for where they stand. */
export function fillTemplate(
  template: string,
  values: RunbookValues,
  encode: (value: string) => string = (value) => value,
): Filled {
  const missing: RunbookParameter[] = [];
  const text = template.replaceAll(placeholder, (whole, name: string) => {
    const value = isParameter(name) ? values[name] : null;
    if (value !== null) return encode(value);
    if (isParameter(name)) missing.push(name);
    return whole;
  });
  return { text, missing };
}

const linkTarget = /(\]\()([^)\s]+)(\))/g;

/** A runbook's Markdown with its parameters filled in: percent-encoded within addresses, without mark-up elsewhere. */
export function fillRunbook(markdown: string, values: RunbookValues): string {
  const linked = markdown.replaceAll(
    linkTarget,
    (_, open: string, address: string, close: string) =>
      `${open}${fillTemplate(address, values, encodeURIComponent).text}${close}`,
  );
  return fillTemplate(linked, values, (value) => value.replaceAll(/[\\`*_[\]<>]/g, (sign) => `\\${sign}`)).text;
}

export interface RunbookStep {
  /** From 1, in the order of the text. */
  readonly step: number;
  readonly text: string;
  readonly done: boolean;
  /** Who ticked or cleared it last, and when (milliseconds since the epoch). */
  readonly by: string | null;
  readonly at: number | null;
}

/** The checkable lines of a runbook (`- [ ] ...`) with what people have ticked. */
export function runbookSteps(markdown: string, events: readonly IncidentEvent[]): RunbookStep[] {
  const texts = [...markdown.matchAll(/^[ \t]*[-*] \[[ xX]\] (.+)$/gm)].map(([, text = '']) => text.trim());
  return texts.map((text, index) => {
    const step = index + 1;
    const last = events.findLast(({ body }) => body.kind === 'runbook_step' && body.step === step);
    const done = last?.body.kind === 'runbook_step' && last.body.done;
    return { step, text, done, by: last?.actor ?? null, at: last?.at ?? null };
  });
}

/** What a runbook is for; an empty list: no condition. */
export interface RunbookMatchers {
  readonly objectives: readonly string[];
  readonly kinds: readonly string[];
  readonly suspectKinds: readonly string[];
}

export interface RunbookSubject {
  readonly objective: string;
  readonly kind: string;
  /** Kind of the first suspect, when there is one. */
  readonly suspectKind: string | null;
}

/** What an objective without a text of its own lacks: nothing, as one fits at once; one for before suspects are ranked; any. */
export type RunbookGap = 'none' | 'until suspects are ranked' | 'any';

export function runbookGap(
  runbooks: readonly RunbookMatchers[],
  subject: Omit<RunbookSubject, 'suspectKind'>,
): RunbookGap {
  if (runbookFor(runbooks, { ...subject, suspectKind: null }) !== null) return 'none';
  const kinds = runbooks.flatMap(({ suspectKinds }) => suspectKinds);
  const later = kinds.some((suspectKind) => runbookFor(runbooks, { ...subject, suspectKind }) !== null);
  return later ? 'until suspects are ranked' : 'any';
}

/** The runbook for an incident: that of its objective before that of its suspect, its kind, and the one for all. */
export function runbookFor<T extends RunbookMatchers>(runbooks: readonly T[], subject: RunbookSubject): T | null {
  const weight = ({ objectives, kinds, suspectKinds }: RunbookMatchers): number =>
    (objectives.length > 0 ? 4 : 0) + (suspectKinds.length > 0 ? 2 : 0) + (kinds.length > 0 ? 1 : 0);
  const fits = ({ objectives, kinds, suspectKinds }: RunbookMatchers): boolean =>
    (objectives.length === 0 || objectives.includes(subject.objective)) &&
    (kinds.length === 0 || kinds.includes(subject.kind)) &&
    (suspectKinds.length === 0 || (subject.suspectKind !== null && suspectKinds.includes(subject.suspectKind)));
  return runbooks.filter(fits).toSorted((a, b) => weight(b) - weight(a))[0] ?? null;
}
