import { expect, it } from 'vitest';
import { isSilenced, type Silence } from './silence.js';

const silence = (part: Partial<Silence>): Silence => ({
  objectives: [],
  features: [],
  startsAt: 10,
  endsAt: 20,
  ...part,
});

it.each<[string, Partial<Silence>, string | null, number, boolean]>([
  ['all', {}, 'support', 10, true],
  ['before', {}, 'support', 9, false],
  ['at its end', {}, 'support', 20, false],
  ['of the objective', { objectives: ['answers'] }, null, 15, true],
  ['of another objective', { objectives: ['other'] }, null, 15, false],
  ['of the feature', { features: ['support'] }, 'support', 15, true],
  ['of a feature, but the incident is about all', { features: ['support'] }, null, 15, false],
  ['of both, one does not match', { objectives: ['answers'], features: ['search'] }, 'support', 15, false],
])('a silence %s', (_name, part, feature, at, expected) => {
  expect(isSilenced(silence(part), { objective: 'answers', feature }, at)).toBe(expected);
});
