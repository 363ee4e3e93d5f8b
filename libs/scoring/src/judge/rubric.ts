import { createHash } from 'node:crypto';
import { z } from 'zod';

/** One anchored level of a scale. */
const level = z.strictObject({
  value: z.number(),
  label: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[\p{L}\p{N} _-]+$/u, 'may hold letters, digits, blanks, hyphens and underscores'),
  description: z.string().min(1).max(600),
});

/** Settings of a judge scorer. Immutable once saved: any change is a new version and a new series of scores. */
export const rubricSettings = z
  .strictObject({
    /** Id of the judge endpoint. */
    endpoint: z.string().min(1),
    /** What the judge is to look at, in a sentence or two. */
    criterion: z.string().min(1).max(4_000),
    /** Two to five anchored levels, worst first. */
    levels: z
      .array(level)
      .min(2)
      .max(5)
      .default([
        { value: 0, label: 'fail', description: 'The answer does not meet the criterion.' },
        { value: 1, label: 'pass', description: 'The answer meets the criterion.' },
      ]),
    /** Levels with at least this value pass. */
    passAt: z.number().default(1),
    includeContext: z.boolean().default(true),
    temperature: z.number().min(0).max(2).default(0),
    seed: z.int().nullable().default(7),
    /** Longest question, context and answer that are sent, in characters each. */
    maxCharacters: z.int().min(200).max(200_000).default(12_000),
    maxOutputTokens: z.int().min(50).max(4_000).default(300),
  })
  .superRefine(({ levels, passAt }, context) => {
    if (new Set(levels.map(({ label }) => label.toLowerCase())).size < levels.length) {
      context.addIssue({ code: 'custom', path: ['levels'], message: 'labels must differ' });
    }
    if (!levels.some(({ value }) => value >= passAt) || levels.every(({ value }) => value >= passAt)) {
      context.addIssue({
        code: 'custom',
        path: ['passAt'],
        message: 'must split the levels into failing and passing ones',
      });
    }
  });
export type Rubric = z.output<typeof rubricSettings>;

/** The JSON Schema a judge's answer has to fit: a short reason first, so that it thinks before it decides. */
export const replySchema = (rubric: Rubric): Record<string, unknown> => ({
  type: 'object',
  additionalProperties: false,
  required: ['reason', 'level'],
  properties: {
    reason: { type: 'string', description: 'One sentence.' },
    level: { type: 'string', enum: rubric.levels.map(({ label }) => label) },
  },
});

/** Changes with the wording of the prompt in prompt.ts. */
const PROMPT_REVISION = 1;

/**
 * Names everything that can move a judge's scores: prompt wording, rubric, model and parameters. Scores of different
 * fingerprints are different series and are never averaged together.
 */
export function judgeFingerprint(rubric: Rubric, model: string): string {
  const { endpoint: _endpoint, ...judged } = rubric;
  const identity = JSON.stringify([PROMPT_REVISION, model, judged, replySchema(rubric)]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}
