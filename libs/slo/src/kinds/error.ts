import { decimal, one, subtract } from '../rational.js';
import { percentText, type SliKind } from './sli-kind.js';

/** Classes of failure that an objective may count; without a choice every call with status error counts. */
export const errorClasses = [
  'provider_5xx',
  'timeout',
  'rate_limit',
  'content_filter',
  'client_error',
  'other',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** Bad: the call failed in one of the chosen classes. */
export const error: SliKind<'error'> = {
  id: 'error',
  title: 'Errors',
  sampled: false,
  bounded: true,
  reads: ['eligible', 'bad'],
  budgetShare: (definition) => subtract(one, decimal(definition.target, 'target')),
  eventSums: ({ eligible, bad }) => ({ eligible, bad }),
  targetText: (definition, { classes }) =>
    `${percentText(definition.target)} without ${classes === undefined ? 'error' : classes.join(', ')}`,
};
