import type { EvalCommand } from './eval-command.js';
import { printJson, readStandardInput } from './input.js';

export const cost: EvalCommand = {
  name: 'cost',
  summary: 'exact cost of requests, GPU hours, outcomes, forecasts and splits (JSON on standard input)',
  example: `echo '{"split": {"amount": "10.00", "weights": [1, 1, 1]}}' | npx plimsoll eval cost`,
  configure: (command) => {
    command.action(async () => {
      const { evaluateCost } = await import('@plimsoll/cost');
      printJson(evaluateCost(readStandardInput()));
    });
  },
  schemas: async () => {
    const { costEvalInput, costEvalOutput } = await import('@plimsoll/cost');
    return { input: costEvalInput, output: costEvalOutput };
  },
};
