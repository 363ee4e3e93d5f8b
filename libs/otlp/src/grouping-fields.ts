import type { CanonicalSpan } from '@plimsoll/contract';

/**
 * What a dialect says of a call by which figures are grouped and things are found. One list: a field that masking, the limit
 * of texts or the mapping of stored spans does not know would keep its secrets, be as long as it likes, or be lost.
 */
export const groupingFields = [
  'provider',
  'requestModel',
  'responseModel',
  'serviceTier',
  'feature',
  'customer',
  'team',
  'environment',
  'release',
  'promptName',
  'promptVersion',
  'userId',
  'sessionId',
  'conversationId',
  'outcomeKey',
] as const satisfies readonly (keyof CanonicalSpan)[];
