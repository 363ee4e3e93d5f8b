/** Version of the objects that `asV1` takes; a draft that may still change. */
export const v2alpha = 'openslo.com/v2alpha';

const renamed: Readonly<Record<string, string>> = { serviceRef: 'service', sli: 'indicator', sliRef: 'indicatorRef' };

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A metric names its data source, or has one of its own; in v1 both stand in its `metricSource`. */
function metricOf({ dataSourceRef, dataSourceSpec, spec, ...rest }: Fields): Fields {
  const own = isFields(dataSourceSpec) ? { type: dataSourceSpec['type'] } : {};
  const named = dataSourceRef === undefined ? {} : { metricSourceRef: dataSourceRef };
  return { ...rest, metricSource: { ...named, ...own, spec: spec ?? {} } };
}

function converted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(converted);
  if (!isFields(value)) return value;
  if ('dataSourceRef' in value || 'dataSourceSpec' in value) return metricOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [renamed[key] ?? key, converted(inner)]));
}

/** An object of OpenSLO v2alpha as v1 says it: references have other names, the rest is the same. */
export function asV1(value: object): object {
  const { metadata, spec, ...head } = value as Fields;
  return { ...head, apiVersion: 'openslo/v1', metadata, ...(spec === undefined ? {} : { spec: converted(spec) }) };
}
