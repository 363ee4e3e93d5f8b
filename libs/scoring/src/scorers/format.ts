import { z } from 'zod';
import { binary, categorical, defineScorer } from '../scorer.js';
import { formatTraits } from '../text/index.js';

const trait = z.enum(['codeFence', 'list', 'heading', 'bold', 'table']);

/** The most structured Markdown trait of the answer. */
export const format = defineScorer({
  id: 'format',
  title: 'Format',
  description: 'Most structured Markdown trait of the answer: code, table, list, heading, bold or plain.',
  output: 'categorical',
  better: 'neutral',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => {
    if (subject.output.trim() === '') return null;
    const traits = formatTraits(subject.output);
    const found = (
      [
        ['code', traits.codeFence],
        ['table', traits.table],
        ['list', traits.list],
        ['heading', traits.heading],
        ['bold', traits.bold],
      ] as const
    ).find(([, present]) => present);
    return categorical(found?.[0] ?? 'plain');
  },
});

/** Whether the answer has the Markdown traits that are wanted and none of the unwanted. */
export const formatRule = defineScorer({
  id: 'format_rule',
  title: 'Keeps the format',
  description: 'The answer shows every required Markdown trait and none of the forbidden ones.',
  output: 'binary',
  better: 'higher',
  settings: z
    .strictObject({ require: z.array(trait).default([]), forbid: z.array(trait).default([]) })
    .refine(({ require, forbid }) => require.length + forbid.length > 0, {
      message: 'needs a trait to require or forbid',
    }),
  example: { forbid: ['codeFence'] },
  prepare: (settings) => (subject) => {
    const traits = formatTraits(subject.output);
    const missing = settings.require.find((name) => !traits[name]);
    if (missing) return binary(false, `no ${missing}`);
    const unwanted = settings.forbid.find((name) => traits[name]);
    return binary(unwanted === undefined, unwanted ? `has ${unwanted}` : null);
  },
});
