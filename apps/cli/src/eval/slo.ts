import type { EvalCommand } from './eval-command.js';
import { printJson, readStandardInput } from './input.js';

export const slo: EvalCommand = {
  name: 'slo',
  summary: 'error budget, burn rates and alert tiers of an objective (JSON on standard input)',
  example: `echo '{"objective": {"target": "0.99", "window": "30d", "policy": "google"},
       "counts": [{"window": "5m", "eligible": 1000, "bad": 210}, {"window": "1h", "eligible": 12400, "bad": 1900}]}' \\
  | npx plimsoll eval slo`,
  configure: (command) => {
    command.action(async () => {
      const { evaluateSlo } = await import('@plimsoll/slo');
      printJson(evaluateSlo(readStandardInput()));
    });
  },
  schemas: async () => {
    const { sloEvalInput, sloEvalOutput } = await import('@plimsoll/contract');
    return { input: sloEvalInput, output: sloEvalOutput };
  },
};
