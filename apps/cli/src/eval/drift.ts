import {
  driftEvaluation,
  driftObservation,
  type DriftObservation,
  invalidInput,
  PlimsollError,
} from '@plimsoll/contract';
import type { EvalCommand } from './eval-command.js';
import { printJson, readJsonLines } from './input.js';

interface DriftOptions {
  readonly reference: string;
  readonly current: string;
  readonly direction: Record<string, 'higher' | 'lower'>;
  readonly paired?: string;
  readonly seed?: number;
}

function addDirection(text: string, sofar: Record<string, 'higher' | 'lower'>): Record<string, 'higher' | 'lower'> {
  const [name = '', better = ''] = text.split('=');
  if (name === '' || (better !== 'higher' && better !== 'lower')) {
    throw new PlimsollError('invalid_input', `--direction ${text}: must be NAME=higher or NAME=lower`, {
      field: 'direction',
    });
  }
  return { ...sofar, [name]: better };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new PlimsollError('invalid_input', `--seed ${text}: must be an integer of at least 0`, { field: 'seed' });
}

interface JsonLine {
  readonly value: unknown;
  readonly line: number;
}

/** With `--paired KEY`, the field KEY of a line says which observation of the other side it belongs to. */
function withKey(value: unknown, paired: string | undefined): unknown {
  if (paired === undefined || paired === 'key' || typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const { [paired]: key, ...rest } = fields;
  const known = paired in driftObservation.shape ? fields : rest;
  return key === undefined ? known : { ...known, key: typeof key === 'string' ? key : JSON.stringify(key) };
}

function parseObservations(lines: readonly JsonLine[], path: string, paired: string | undefined): DriftObservation[] {
  return lines.map(({ value, line }) => {
    const parsed = driftObservation.safeParse(withKey(value, paired));
    if (!parsed.success) {
      const { field, message } = invalidInput(parsed.error, 'observation');
      throw new PlimsollError('invalid_input', `${path}:${line}: ${message}`, { field: field ?? path });
    }
    if (paired !== undefined && parsed.data.key === undefined) {
      throw new PlimsollError('invalid_input', `${path}:${line}: ${paired}: missing, --paired needs it`, {
        field: paired,
      });
    }
    return parsed.data;
  });
}

export const drift: EvalCommand = {
  name: 'drift',
  summary: 'whether two samples of outputs differ, and in what (one JSON observation a line)',
  example: `npx plimsoll eval drift --reference test/cases/eval/reference.jsonl \\
  --current test/cases/eval/current.jsonl --direction helpful=higher`,
  configure: (command) => {
    command
      .requiredOption('--reference <FILE>', 'observations to compare with')
      .requiredOption('--current <FILE>', 'observations in question')
      .option('--direction <NAME=higher|lower>', 'which way is better for a score (repeatable)', addDirection, {})
      .option('--paired <KEY>', 'compare observations whose field KEY is equal')
      .option('--seed <N>', 'seed of the subsamples', parseSeed)
      .action(async ({ reference, current, direction, paired, seed }: DriftOptions) => {
        const { evaluateDrift } = await import('@plimsoll/drift');
        const [before, after] = [reference, current].map((path) =>
          parseObservations(readJsonLines(path), path, paired),
        );
        const options = { directions: direction, paired: paired !== undefined, seed: seed ?? 0 };
        printJson(evaluateDrift(before ?? [], after ?? [], options));
      });
  },
  schemas: async () => ({ input: driftObservation, output: driftEvaluation }),
};
