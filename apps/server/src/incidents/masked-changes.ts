import type { changeCreate } from '@plimsoll/contract';
import type { z } from 'zod';
import type { MaskingPolicies } from '../operations/masking-policies.service.js';

type ChangeCreate = z.output<typeof changeCreate>;

const names = ['feature', 'attribute', 'from', 'to', 'title', 'link', 'actor'] as const;

/** Changes as they may be stored: versions and features keep falling together with those of masked spans. */
export function maskChanges(
  masking: MaskingPolicies,
  projectId: string,
  changes: readonly ChangeCreate[],
): Promise<ChangeCreate[]> {
  return masking.maskEntries(projectId, changes, { names });
}
