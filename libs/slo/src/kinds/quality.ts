import { decimal, one, subtract } from '../rational.js';
import { percentText, type SliKind } from './sli-kind.js';

/** Bad: a scored call that fails the pass mark (ratio), or the distance of its score from 1 (mean). */
export const quality: SliKind<'quality'> = {
  id: 'quality',
  title: 'Quality',
  sampled: true,
  bounded: true,
  reads: ['population', 'eligible', 'bad', 'sumW', 'sumWx', 'sumW2', 'sumW2x', 'sumW2x2', 'selected', 'settled'],
  budgetShare: (definition) => subtract(one, decimal(definition.target, 'target')),
  eventSums: ({ sumW, sumWx }) => ({ eligible: sumW, bad: sumWx }),
  targetText: (definition, { scorer, measure, passMark }) =>
    measure === 'mean'
      ? `mean ${scorer} of at least ${definition.target}`
      : `${percentText(definition.target)} pass ${scorer}${passMark === undefined ? '' : ` (at least ${passMark})`}`,
};
