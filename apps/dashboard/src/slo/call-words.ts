import type { CallDimension } from '@plimsoll/contract';

export const dimensionLabels: Record<CallDimension, string> = {
  feature: 'Feature',
  customer: 'Customer',
  team: 'Team',
  environment: 'Environment',
  provider: 'Provider',
  model: 'Model',
  promptName: 'Prompt',
  promptVersion: 'Prompt version',
  release: 'Release',
};

/** Words of the address that narrow calls; the API knows them by the same names. */
export const callDimensions = Object.keys(dimensionLabels) as CallDimension[];

/** The name that calls know an attribute of a change or a comparison by; null where they do not. */
export function dimensionOf(attribute: string | null): CallDimension | null {
  const name = attribute === 'responseModel' || attribute === 'requestModel' ? 'model' : attribute;
  return callDimensions.find((dimension) => dimension === name) ?? null;
}

/** The values of a group, in the order of its dimensions; `key` names the group where it has none. */
export function wordsOfGroup(values: Readonly<Record<string, string>>, key: string): string {
  const words = Object.entries(values).map(([name, value]) => {
    const dimension = dimensionOf(name);
    return dimension ? value || `no ${dimensionLabels[dimension].toLowerCase()}` : `${name} ${value || 'not given'}`;
  });
  return words.length > 0 ? words.join(', ') : key === 'other' ? 'all others' : key;
}

/** The values that a group's key is made of; none where it is no such key. */
export function groupValues(key: string): Record<string, string> {
  try {
    const values: unknown = JSON.parse(key);
    if (typeof values !== 'object' || values === null) return {};
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}
