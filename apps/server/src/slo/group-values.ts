import type { ObjectiveWrite } from '@plimsoll/contract';
import { z } from 'zod';
import { otherGroup } from './point-subjects.js';

const values = z.record(z.string(), z.string());

/** Group-by values of a group key; `other` for the groups beyond the cap; null for a text that is no key. */
export function groupValues({ groupBy }: ObjectiveWrite, groupKey: string): Record<string, string> | null {
  if (groupKey === '') return {};
  if (groupKey === otherGroup) return Object.fromEntries(groupBy.map((name) => [name, otherGroup]));
  try {
    return values.parse(JSON.parse(groupKey));
  } catch {
    return null;
  }
}
