/** Words of the address that narrow calls; the API knows them by the same names. */
export const callDimensions = [
  'feature',
  'customer',
  'team',
  'environment',
  'provider',
  'model',
  'promptName',
  'promptVersion',
  'release',
] as const;
type CallDimension = (typeof callDimensions)[number];

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

/** The name that calls know an attribute of a change or a comparison by; null where they do not. */
export function dimensionOf(attribute: string | null): CallDimension | null {
  const name = attribute === 'responseModel' || attribute === 'requestModel' ? 'model' : attribute;
  return callDimensions.find((dimension) => dimension === name) ?? null;
}
