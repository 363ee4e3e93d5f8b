import { objectiveFilter } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { filterOfText, filterText } from './filter-text.js';

test('a filter is typed and read back, the feature beside it stays', () => {
  const filter = { feature: ['support'], customer: ['globex', 'initech'], 'metadata.tier': ['gold'] };
  expect(filterText(filter)).toBe('customer=globex|initech, metadata.tier=gold');
  const read = filterOfText('customer=globex|initech, metadata.tier=gold', filter);
  expect(read).toEqual(filter);
  expect(objectiveFilter.safeParse(read).success).toBe(true);
});

test('what is not finished changes nothing, and nothing typed is no filter', () => {
  for (const text of ['customer', 'customer=', '=gold']) expect(filterOfText(text, {})).toBeNull();
  expect(filterOfText(' , ', { feature: ['a'], customer: ['b'] })).toEqual({ feature: ['a'] });
});
