import { z } from 'zod';
import type { Score } from '../scorer.js';
import { readJson } from '../scorers/json-text.js';
import type { Rubric } from './rubric.js';

/** A graded answer, or why the judge's words are no grade: such a call counts as failed, never as bad. */
export type JudgeReading =
  | { readonly kind: 'graded'; readonly score: Score; readonly repaired: boolean }
  | { readonly kind: 'judge_error'; readonly problem: string };

const reply = z.object({ level: z.union([z.string(), z.number()]), reason: z.string().optional() });

/** The outermost object of a text that has words around it. */
const objectIn = (text: string): string => {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  return start >= 0 && end > start ? text.slice(start, end + 1) : text;
};

const LONGEST_REASON = 300;

/** Reads a judge's reply: strict JSON, else repaired JSON, else JSON inside other words; the level must be one of the rubric's. */
export function readJudgeReply(text: string, rubric: Rubric): JudgeReading {
  if (text.trim() === '') return { kind: 'judge_error', problem: 'the reply is empty' };
  let reading = readJson(text);
  let parsed = reading.kind === 'invalid' ? undefined : reply.safeParse(reading.value);
  if (!parsed?.success) {
    reading = readJson(objectIn(text));
    parsed = reading.kind === 'invalid' ? undefined : reply.safeParse(reading.value);
  }
  if (!parsed?.success) return { kind: 'judge_error', problem: 'the reply is no object with a level' };
  const named = String(parsed.data.level).trim().toLowerCase();
  const level = rubric.levels.find(({ label }) => label.toLowerCase() === named);
  if (!level) return { kind: 'judge_error', problem: `“${named.slice(0, 60)}” is none of the levels` };
  return {
    kind: 'graded',
    repaired: reading.kind === 'repaired',
    score: {
      value: level.value,
      label: level.label,
      passed: level.value >= rubric.passAt,
      reason: parsed.data.reason?.slice(0, LONGEST_REASON) ?? null,
    },
  };
}
