import type { ObjectiveWrite } from '@plimsoll/contract';
import { Document } from 'yaml';
import { alertPolicies, notificationTarget } from './alert-policies.js';
import { calendarShorthand, decimalText, isLabel, label, prefix, sourceType } from './terms.js';

const serviceOfNone = 'llm';

/** The service an objective is shown under: its first feature. */
function serviceOf({ filter }: ObjectiveWrite): string {
  return label(filter.feature?.[0] ?? serviceOfNone, serviceOfNone);
}

function annotationsOf(definition: ObjectiveWrite): Record<string, string> {
  const { slug, description, policy, groupBy, minBad, outage, owner, runbook, target, window, decision, timeslice } =
    definition;
  const written: Record<string, string | undefined> = {
    slug: isLabel(slug) ? undefined : slug,
    description: description.length > 1050 ? description : undefined,
    target: decimalText(Number(target)) === target && Number(target) < 1 ? undefined : target,
    window: typeof window !== 'string' || /^[1-9]\d*d$/.test(window) ? undefined : window,
    policy: typeof policy === 'string' ? policy : undefined,
    thresholds: thresholdsOf(policy),
    decision: decision === undefined ? undefined : JSON.stringify(decision),
    unit: definition.unit,
    'group-by': groupBy.length === 0 ? undefined : groupByText(groupBy),
    stretch: String(definition.stretch),
    'volume-aware': String(definition.volumeAware),
    'min-bad': minBad === undefined ? undefined : String(minBad),
    outage: outage === undefined ? undefined : String(outage),
    'timeslice-target':
      timeslice === undefined || decimalText(Number(timeslice.target)) === timeslice.target
        ? undefined
        : timeslice.target,
    owner,
    runbook,
    alerting: String(definition.alerting),
  };
  const kept = Object.entries(written).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(kept.map(([name, value]) => [`${prefix}${name}`, value]));
}

/** Names with commas between them, as one writes them by hand; JSON where a name has a comma itself. */
function groupByText(names: readonly string[]): string {
  return names.some((name) => name.includes(',')) ? JSON.stringify(names) : names.join(',');
}

/** A list, or with burn-rate tiers beside it the policy as it is. */
function thresholdsOf(policy: ObjectiveWrite['policy']): string | undefined {
  if (typeof policy !== 'object' || !('thresholds' in policy)) return undefined;
  return JSON.stringify(policy.preset === undefined ? policy.thresholds : policy);
}

function metric(spec: object): object {
  return { metricSource: { type: sourceType, spec } };
}

/** `sli` names the kind; the rest are the fields of the indicator and the filter. */
function indicatorOf({ slug, indicator, filter }: ObjectiveWrite): object {
  const { kind, ...rest } = indicator;
  const metadata = { name: label(slug, 'sli') };
  if (indicator.kind === 'latency') {
    // The limit stands in the objective, where OpenSLO has it.
    return { metadata, spec: { thresholdMetric: metric({ sli: kind, measure: indicator.measure, filter }) } };
  }
  const ratioMetric = {
    counter: true,
    bad: metric({ sli: kind, ...rest, filter }),
    total: metric({ sli: 'calls', filter }),
  };
  return { metadata, spec: { ratioMetric } };
}

function windowOf({ window }: ObjectiveWrite): object {
  if (typeof window === 'string') return { duration: `${Math.max(1, Number.parseInt(window, 10))}d`, isRolling: true };
  return {
    duration: calendarShorthand(window.calendar),
    isRolling: false,
    // A Monday that begins a year: the start of a period of every length.
    calendar: { startTime: '2024-01-01 00:00:00', timeZone: window.timeZone },
  };
}

function sloOf(definition: ObjectiveWrite): object {
  const { slug, name, description, indicator, target, timeslice } = definition;
  const policies = alertPolicies(definition);
  const threshold = indicator.kind === 'latency' ? { op: 'lte', value: indicator.thresholdMs } : {};
  const slice = timeslice && { timeSliceTarget: Number(timeslice.target), timeSliceWindow: '1m' };
  // A target so close to one that no double below one is nearer stands exactly in its annotation.
  const share = Math.min(Number(target), 1 - Number.EPSILON / 2);
  return {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: label(slug, 'objective'), displayName: name, annotations: annotationsOf(definition) },
    spec: {
      ...(description === '' ? {} : { description: description.slice(0, 1050) }),
      service: serviceOf(definition),
      indicator: indicatorOf(definition),
      timeWindow: [windowOf(definition)],
      budgetingMethod: timeslice === undefined ? 'Occurrences' : 'Timeslices',
      objectives: [{ ...threshold, target: share, ...slice }],
      ...(policies.length === 0 ? {} : { alertPolicies: policies }),
    },
  };
}

function yamlOf(value: object): string {
  return new Document(value, { aliasDuplicateObjects: false }).toString({ lineWidth: 0 });
}

/**
 * Canonical OpenSLO v1 of objectives, one YAML document an object: services, the notification target, then the SLOs.
 * `kept` are documents of somebody else's metrics, written back as they are.
 */
export function exportOpenslo(definitions: readonly ObjectiveWrite[], kept: readonly object[] = []): string {
  const services = [...new Set(definitions.map(serviceOf))].sort();
  const slos = definitions.map(sloOf);
  const target = {
    apiVersion: 'openslo/v1',
    kind: 'AlertNotificationTarget',
    metadata: { name: notificationTarget },
    spec: { description: 'The channels that the platform has for the severity', target: 'plimsoll' },
  };
  const documents = [
    ...services.map((name) => ({ apiVersion: 'openslo/v1', kind: 'Service', metadata: { name }, spec: {} })),
    ...(definitions.some((one) => alertPolicies(one).length > 0) ? [target] : []),
    ...slos,
    ...kept,
  ];
  return documents.map(yamlOf).join('---\n');
}
