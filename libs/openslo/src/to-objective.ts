import { objectiveWrite, PlimsollError, tierPreset, type ObjectiveWrite } from '@plimsoll/contract';
import { checkDefinition } from '@plimsoll/slo';
import { isPreset, tierOf } from './alert-policies.js';
import type { Findings } from './findings.js';
import type { MetricTerms, ObjectiveTerms, SloTerms } from './slo-terms.js';
import { calendarOf, isLabel, label, nominalSeconds, prefix, shorthandSeconds, sourceType } from './terms.js';

const known = [
  'slug', 'description', 'target', 'window', 'policy', 'thresholds', 'unit', 'group-by', 'stretch', 'volume-aware',
  'min-bad', 'owner', 'runbook', 'alerting', 'decision', 'outage', 'timeslice-target',
]; // prettier-ignore
const day = 86_400;
/** Any instant does: a definition is checked for its terms, not for its period. */
const checkedAt = Date.UTC(2024, 0, 1);

/** Why Plimsoll does not evaluate an objective, or null where it does. */
export function notEvaluated(
  terms: SloTerms,
  metric: MetricTerms | undefined,
  slice: ObjectiveTerms['slice'],
): string | null {
  if (metric === undefined) return 'its indicator is missing';
  if (metric.type.toLowerCase() !== sourceType) {
    return `its metric source is ${metric.type === '' ? 'not named' : `"${metric.type}"`}, which is kept but not evaluated`;
  }
  if (terms.method === 'Timeslices') {
    const reason = sliceNotEvaluated(metric, slice);
    if (reason !== null) return reason;
  } else if (terms.method !== 'Occurrences') {
    return `budgetingMethod ${terms.method} is kept but not evaluated: Plimsoll counts events or minutes`;
  }
  const { duration, timeZone } = terms.window;
  if (timeZone !== undefined) {
    return calendarOf(duration) === null
      ? `calendar windows are one day, week, month, quarter or year, not ${duration}`
      : null;
  }
  const seconds = shorthandSeconds(duration);
  return seconds > 0 && seconds % day === 0 ? null : `rolling windows are whole days, not ${duration}`;
}

function sliceNotEvaluated({ spec }: MetricTerms, slice: ObjectiveTerms['slice']): string | null {
  const kept = 'budgetingMethod Timeslices is kept but not evaluated';
  if (spec['sli'] !== 'latency' && spec['sli'] !== 'error') return `${kept}: only latency and errors count minutes`;
  const { window } = slice ?? {};
  const isMinute = typeof window === 'number' ? window === 1 : window !== undefined && shorthandSeconds(window) === 60;
  return isMinute ? null : `${kept}: slices are of one minute, not ${window ?? 'of no length'}`;
}

function timesliceOf({ method, annotations }: SloTerms, { slice }: ObjectiveTerms): ObjectiveWrite['timeslice'] {
  if (method !== 'Timeslices' || slice === undefined) return undefined;
  const exact = annotations[`${prefix}timeslice-target`];
  return { target: exact !== undefined && Number(exact) === Number(slice.target) ? exact : slice.target };
}

function slugOf(terms: SloTerms, objective: ObjectiveTerms, index: number): string {
  const base =
    terms.annotations[`${prefix}slug`] ?? (isLabel(terms.name) ? terms.name : label(terms.name, 'objective'));
  if (terms.objectives.length === 1) return base;
  return label(`${base.slice(0, 50)}-${objective.displayName ?? index + 1}`, `${base}-${index + 1}`);
}

function windowOf({ window, annotations }: SloTerms): ObjectiveWrite['window'] {
  const calendar = calendarOf(window.duration);
  if (window.timeZone !== undefined && calendar !== null) return { calendar, timeZone: window.timeZone };
  return annotations[`${prefix}window`] ?? `${shorthandSeconds(window.duration) / day}d`;
}

/** The exact text of an annotation while it says the same as the number in the document. */
function targetOf({ annotations }: SloTerms, { target }: ObjectiveTerms): string {
  const exact = annotations[`${prefix}target`];
  if (exact === undefined) return target;
  return Math.min(Number(exact), 1 - Number.EPSILON / 2) === Number(target) ? exact : target;
}

/** `sli` names the kind; a limit stands in the objective, where OpenSLO has it, or beside the measure. */
function indicatorOf(metric: MetricTerms, objective: ObjectiveTerms): object {
  const { sli: kind, filter: _, ...rest } = metric.spec;
  const limit = kind === 'latency' && objective.value !== undefined ? { thresholdMs: objective.value } : {};
  return { kind, ...rest, ...limit };
}

function flag(terms: SloTerms, name: string, otherwise: boolean): boolean {
  const text = terms.annotations[`${prefix}${name}`];
  return text === undefined ? otherwise : text === 'true';
}

function policyOf(terms: SloTerms, base: ObjectiveWrite, findings: Findings): ObjectiveWrite['policy'] {
  const { annotations, at } = terms;
  const thresholds = annotations[`${prefix}thresholds`];
  if (thresholds !== undefined) {
    const written = jsonOf(thresholds);
    const read = objectiveWrite.shape.policy.safeParse(Array.isArray(written) ? { thresholds: written } : written);
    if (read.success) return read.data;
    findings.error(at, ['metadata', 'annotations', `${prefix}thresholds`], 'is no JSON list of thresholds');
  }
  const preset = tierPreset.catch('google').parse(annotations[`${prefix}policy`]);
  const tiers = (terms.conditions ?? []).map((one) => tierOf(one, nominalSeconds(base.window)));
  const isPresetNamed = annotations[`${prefix}policy`] !== undefined;
  if (tiers.length === 0 || (isPresetNamed && isPreset(tiers, { ...base, policy: preset }))) return preset;
  if (isPresetNamed) {
    findings.warning(
      at,
      ['spec', 'alertPolicies'],
      `the conditions are not those of "${preset}" any more: they are taken as they are`,
    );
  }
  for (const note of tiers.flatMap(({ notes }) => notes)) findings.warning(at, ['spec', 'alertPolicies'], note);
  return tiers.map(({ tier }) => tier);
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Names with commas between them; a JSON list where a name has one itself. */
function groupByOf(text: string | undefined): unknown {
  return text?.startsWith('[') === true ? jsonOf(text) : text?.split(',');
}

function alertingOf(terms: SloTerms): boolean {
  const alerts = (terms.conditions ?? []).some(({ policy }) => policy.spec.alertWhenBreaching !== false);
  return flag(terms, 'alerting', alerts);
}

function fieldsOf(terms: SloTerms, objective: ObjectiveTerms, metric: MetricTerms, index: number): object {
  const { annotations } = terms;
  const name = terms.displayName ?? terms.name;
  const minBad = annotations[`${prefix}min-bad`];
  const optional = Object.entries({
    owner: annotations[`${prefix}owner`],
    runbook: annotations[`${prefix}runbook`],
    minBad: minBad === undefined ? undefined : Number(minBad),
    unit: annotations[`${prefix}unit`],
    groupBy: groupByOf(annotations[`${prefix}group-by`]),
    timeslice: timesliceOf(terms, objective),
    outage: annotations[`${prefix}outage`] === undefined ? undefined : flag(terms, 'outage', true),
    decision: jsonOf(annotations[`${prefix}decision`]) ?? undefined,
  }).filter(([, value]) => value !== undefined);
  return {
    slug: slugOf(terms, objective, index),
    name: terms.objectives.length === 1 ? name : `${name}: ${objective.displayName ?? index + 1}`,
    description: annotations[`${prefix}description`] ?? terms.description,
    indicator: indicatorOf(metric, objective),
    // Without a filter of its own an objective is about the feature that its service names.
    filter: metric.spec['filter'] ?? { feature: [terms.service] },
    target: targetOf(terms, objective),
    window: windowOf(terms),
    stretch: flag(terms, 'stretch', true),
    volumeAware: flag(terms, 'volume-aware', false),
    alerting: alertingOf(terms),
    ...Object.fromEntries(optional),
  };
}

/** The definition that a measured objective becomes; null, with findings, where it cannot be one. */
export function toObjective(
  terms: SloTerms,
  objective: ObjectiveTerms,
  metric: MetricTerms,
  index: number,
  findings: Findings,
): ObjectiveWrite | null {
  const { at, annotations } = terms;
  for (const name of Object.keys(annotations)) {
    if (name.startsWith(prefix) && !known.includes(name.slice(prefix.length))) {
      findings.warning(at, ['metadata', 'annotations', name], 'means nothing to Plimsoll');
    }
  }
  const read = objectiveWrite.safeParse(fieldsOf(terms, objective, metric, index));
  if (!read.success) {
    for (const { path, message } of read.error.issues) {
      const own = path[0] === 'indicator' || path[0] === 'filter' ? metric.path : objective.path;
      findings.error(at, own, `${path.join('.')}: ${message}`);
    }
    return null;
  }
  try {
    const definition = { ...read.data, policy: policyOf(terms, read.data, findings) };
    checkDefinition(definition, checkedAt);
    return definition;
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    findings.error(at, objective.path, error.message);
    return null;
  }
}
