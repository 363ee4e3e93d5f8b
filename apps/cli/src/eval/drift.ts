import { PlimsollError } from '@plimsoll/contract';
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

export const drift: EvalCommand = {
  name: 'drift',
  summary: 'whether two samples of outputs differ, and in what (one JSON observation a line)',
  example: 'npx plimsoll eval drift --reference reference.jsonl --current current.jsonl --direction helpful=higher',
  configure: (command) => {
    command
      .requiredOption('--reference <FILE>', 'observations to compare with')
      .requiredOption('--current <FILE>', 'observations in question')
      .option('--direction <NAME=higher|lower>', 'which way is better for a score (repeatable)', addDirection, {})
      .option('--paired <KEY>', 'compare observations of the same key')
      .option('--seed <N>', 'seed of the resampling', parseSeed)
      .action(async ({ reference, current, direction, paired, seed }: DriftOptions) => {
        const { evaluateDrift } = await import('@plimsoll/drift');
        const input = { reference: readJsonLines(reference), current: readJsonLines(current), directions: direction };
        printJson(
          evaluateDrift({
            ...input,
            ...(paired === undefined ? {} : { paired }),
            ...(seed === undefined ? {} : { seed }),
          }),
        );
      });
  },
  schemas: async () => ({}),
};
