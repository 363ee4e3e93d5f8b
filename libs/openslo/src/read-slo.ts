import type { SourceObject } from './documents.js';
import type { References } from './references.js';
import type { Metric, Sli, SloObjectiveV1, SloV1 } from './schema-v1.js';
import type { SloV1Alpha, SourceV1Alpha } from './schema-v1alpha.js';
import type { MetricTerms, SloTerms } from './slo-terms.js';
import { decimalText, sourceType } from './terms.js';

/** Of the metrics of an indicator the one that says what is good or bad; the total only counts. */
function decisive(spec: Sli['spec']): { metric: Metric; path: string[] } | undefined {
  const { thresholdMetric, ratioMetric } = spec;
  if (thresholdMetric !== undefined) return { metric: thresholdMetric, path: ['thresholdMetric'] };
  for (const name of ['bad', 'good', 'raw'] as const) {
    const metric = ratioMetric?.[name];
    if (metric !== undefined) return { metric, path: ['ratioMetric', name] };
  }
  return undefined;
}

/** What both versions say in the same words. */
function headOf(at: SourceObject, { metadata, spec }: SloV1 | SloV1Alpha) {
  return {
    at,
    name: metadata.name,
    displayName: metadata.displayName,
    description: spec.description ?? '',
    service: spec.service,
    annotations: metadata.annotations ?? {},
    method: spec.budgetingMethod,
  };
}

export function readV1(at: SourceObject, slo: SloV1, references: References): SloTerms {
  const { spec } = slo;
  const shared =
    spec.indicatorRef === undefined ? spec.indicator : references.sli(at, ['spec', 'indicatorRef'], spec.indicatorRef);
  const sliOf = (objective: SloObjectiveV1, index: number) => {
    if (objective.indicatorRef === undefined) return objective.indicator ?? shared;
    return references.sli(at, ['spec', 'objectives', index, 'indicatorRef'], objective.indicatorRef);
  };
  const metricOf = (objective: SloObjectiveV1, index: number): MetricTerms | undefined => {
    const found = sliOf(objective, index);
    const chosen = found === undefined ? undefined : decisive(found.spec);
    if (chosen === undefined) return undefined;
    const own = objective.indicator === undefined ? [] : ['objectives', index];
    const path = ['spec', ...own, 'indicator', 'spec', ...chosen.path, 'metricSource'];
    return {
      type: references.typeOf(at, path, chosen.metric),
      spec: chosen.metric.metricSource.spec,
      path: [...path, 'spec'],
    };
  };
  const [window = { duration: '28d' }] = spec.timeWindow;
  return {
    ...headOf(at, slo),
    window: { duration: window.duration, ...window.calendar, path: ['spec', 'timeWindow', 0, 'duration'] },
    objectives: spec.objectives.map((objective, index) => ({
      path: ['spec', 'objectives', index],
      displayName: objective.displayName,
      op: objective.op,
      value: objective.value,
      target:
        objective.target === undefined
          ? decimalText(objective.targetPercent ?? 0, true)
          : decimalText(objective.target),
      slice:
        objective.timeSliceTarget === undefined
          ? undefined
          : { target: decimalText(objective.timeSliceTarget), window: objective.timeSliceWindow },
      metric: metricOf(objective, index),
    })),
    conditions: references.conditions(at, slo),
    document: withoutReferences(slo, shared),
  };
}

function withoutReferences(slo: SloV1, shared: Sli | undefined): object {
  if (slo.spec.indicatorRef === undefined || shared === undefined) return slo;
  const { indicatorRef: _, ...spec } = slo.spec;
  return { ...slo, spec: { ...spec, indicator: { metadata: shared.metadata, spec: shared.spec } } };
}

const alphaUnits = { Second: 's', Day: 'd', Week: 'w', Month: 'M', Quarter: 'Q' } as const;

/** In v1alpha a Plimsoll metric is `source: plimsoll` with the settings as JSON in `query`. */
function alphaMetric(source: SourceV1Alpha, path: (string | number)[]): MetricTerms {
  return { type: source.source, spec: source.source === sourceType ? jsonObject(source.query) : { ...source }, path };
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    // An empty specification is refused below, with the line of the query.
    return {};
  }
}

export function readV1Alpha(at: SourceObject, slo: SloV1Alpha): SloTerms {
  const { spec } = slo;
  const [window] = spec.timeWindows;
  return {
    ...headOf(at, slo),
    window: {
      duration: window === undefined ? '28d' : `${window.count}${alphaUnits[window.unit]}`,
      ...window?.calendar,
      path: ['spec', 'timeWindows', 0],
    },
    objectives: spec.objectives.map((objective, index) => {
      const path = ['spec', 'objectives', index];
      const ratio = objective.ratioMetrics?.good;
      const shared = spec.indicator?.thresholdMetric;
      return {
        path,
        displayName: objective.displayName,
        op: objective.op,
        value: objective.value,
        target: decimalText(objective.target),
        metric:
          ratio !== undefined
            ? alphaMetric(ratio, [...path, 'ratioMetrics', 'good', 'query'])
            : shared && alphaMetric(shared, ['spec', 'indicator', 'thresholdMetric', 'query']),
      };
    }),
    conditions: undefined,
    document: slo,
  };
}
