import { z } from 'zod';
import { instant } from './http.js';

const cell = z
  .strictObject({
    period: z.enum(['baseline', 'incident']),
    attributes: z.record(z.string(), z.string()),
    n: z.number().min(0),
    bad: z.number().min(0),
    /** For weighted, sampled counts: the effective sample size behind `n`. */
    effectiveN: z.number().positive().optional(),
  })
  .refine(({ n, bad }) => bad <= n, { path: ['bad'], message: 'must not be greater than n' });

const candidate = z.strictObject({
  id: z.string().min(1),
  kind: z.string().min(1),
  at: instant,
  /** Cell attribute in which the change shows; without one it exposes everything since `at`. */
  attribute: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  /** Of a change of the scorer: calls from before it, scored by the version before and again by the one after. */
  rescored: z
    .strictObject({ n: z.number().positive(), badBefore: z.number().min(0), badAfter: z.number().min(0) })
    .refine(({ n, badBefore, badAfter }) => Math.max(badBefore, badAfter) <= n, 'neither may be greater than n')
    .optional(),
});

/** Input of `plimsoll eval suspects`. */
export const suspectsInput = z
  .strictObject({
    onset: instant,
    end: instant,
    /** Changes up to half this interval after the onset stay candidates. */
    onsetInterval: z.strictObject({ from: instant, to: instant }).optional(),
    cells: z.array(cell),
    changes: z.array(candidate),
    /** Events of the same hours a week before: a rise that is no worse than these may be the season. */
    season: z
      .strictObject({ n: z.number().min(0), bad: z.number().min(0) })
      .refine(({ n, bad }) => bad <= n, { path: ['bad'], message: 'must not be greater than n' })
      .optional(),
  })
  .refine(({ onset, end }) => Date.parse(end) >= Date.parse(onset), {
    path: ['end'],
    message: 'must not be before onset',
  })
  .refine(({ changes }) => new Set(changes.map(({ id }) => id)).size === changes.length, {
    path: ['changes'],
    message: 'ids must be unique',
  });
export type SuspectsInput = z.infer<typeof suspectsInput>;

const counts = z.strictObject({ n: z.number(), bad: z.number() });

/** Output of `plimsoll eval suspects`, best suspect first. */
export const suspectsOutput = z.strictObject({
  baselineRate: z.number(),
  incidentRate: z.number(),
  delta: z.number(),
  byAttribute: z.array(
    z.strictObject({
      attribute: z.string(),
      values: z.array(
        z.strictObject({
          value: z.string(),
          rate: z.number(),
          mix: z.number(),
          shareBaseline: z.number(),
          shareIncident: z.number(),
          rateBaseline: z.number(),
          rateIncident: z.number(),
        }),
      ),
      rate: z.number(),
      mix: z.number(),
    }),
  ),
  suspects: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      score: z.number(),
      share: z.number(),
      explained: z.number(),
      riskDifference: z.number().nullable(),
      crudeRiskDifference: z.number().nullable(),
      exposedShare: z.number(),
      contribution: z.number(),
      prior: z.number(),
      kernel: z.number(),
      evidence: z.number(),
      lnBayesFactor: z.number().nullable(),
      probabilityWorse: z.number().nullable(),
      control: z.enum(['concurrent', 'baseline', 'rescored', 'mix']).nullable(),
      exposed: counts.nullable(),
      unexposed: counts.nullable(),
      band: z.enum(['strong', 'possible', 'weak', 'excluded']),
      groupedWith: z.array(z.string()),
      reason: z.string().nullable(),
    }),
  ),
  unknownScore: z.number(),
  unknownShare: z.number(),
  season: counts.nullable(),
  seasonal: z.boolean(),
  verdict: z.enum(['suspect', 'inseparable', 'traffic mix', 'no change found', 'too few to judge']),
  /** What would tell more: a canary, a re-scoring. */
  hints: z.array(z.string()),
});
export type SuspectsOutput = z.infer<typeof suspectsOutput>;
