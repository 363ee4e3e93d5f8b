import type { Command } from 'commander';
import { PlimsollError } from '@plimsoll/contract';
import { cost } from './cost.js';
import { drift } from './drift.js';
import type { EvalCommand } from './eval-command.js';
import { exposition, gpu } from './gpu.js';
import { printJson } from './input.js';
import { openslo } from './openslo.js';
import { otlp } from './otlp.js';
import { slo } from './slo.js';
import { suspects } from './suspects.js';

/** All verdicts that `plimsoll eval` gives; a new one is one file and one name here. */
export const evalCommands: readonly EvalCommand[] = [otlp, slo, drift, suspects, cost, gpu, exposition, openslo];

async function printSchema(name: string): Promise<void> {
  const command = evalCommands.find((one) => one.name === name);
  if (command === undefined) {
    const known = evalCommands.map((one) => one.name).join(', ');
    throw new PlimsollError('invalid_input', `schema: unknown name "${name}"; known: ${known}`, { field: 'NAME' });
  }
  const { toJSONSchema } = await import('zod');
  const { input, output } = await command.schemas();
  printJson({
    input: input === undefined ? null : toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
    output: output === undefined ? null : toJSONSchema(output, { io: 'output', unrepresentable: 'any' }),
  });
}

export function addEvalCommands(parent: Command): void {
  for (const { name, summary, example, configure } of evalCommands) {
    const command = parent.command(name).description(summary).exitOverride();
    command.addHelpText('after', `\nExample:\n  ${example.replaceAll('\n', '\n  ')}`);
    configure(command);
  }
  parent
    .command('schema')
    .description('print the JSON Schema of the input and output of one verdict')
    .argument('<name>', 'otlp, slo, drift, ...')
    .action(printSchema);
}
