import type { ObjectiveSummary } from '@plimsoll/contract';
import { useMemo } from 'react';
import { useApi } from '../api/queries.js';
import type { Field } from '../form/field.js';

/** Which objective something is about, or every one; `ready` once their names are known. */
export function useObjectiveField(): { field: Field; ready: boolean } {
  const objectives = useApi<{ items: ObjectiveSummary[] }>('/objectives', { query: { limit: 200 } });
  const field = useMemo<Field>(
    () => ({
      name: 'objective',
      label: 'Objective',
      kind: 'select',
      options: [
        { value: '', label: 'every objective' },
        ...(objectives.data?.items ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
      ],
    }),
    [objectives.data],
  );
  return { field, ready: objectives.data !== undefined };
}
