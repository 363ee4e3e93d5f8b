import { PlimsollError } from '@plimsoll/contract';
import type { EvalCommand } from './eval-command.js';
import { printJson, readText } from './input.js';

interface OpensloOptions {
  readonly export?: boolean;
  readonly force?: boolean;
  readonly v2alpha?: boolean;
}

export const openslo: EvalCommand = {
  name: 'openslo',
  summary: 'whether OpenSLO documents are valid, and the objectives they become',
  example: 'npx plimsoll eval openslo test/cases/openslo/answers.yaml',
  configure: (command) => {
    command
      .argument('<FILE...>', 'YAML or JSON; references are looked up among all files')
      .option('--export', 'print canonical OpenSLO v1 instead')
      .option('--force', 'accept alert conditions that fire while all is well')
      .option('--v2alpha', 'read the draft openslo.com/v2alpha too')
      .action(async (paths: string[], options: OpensloOptions) => {
        const { exportOpenslo, importOpenslo } = await import('@plimsoll/openslo');
        const files = paths.map((name) => ({ name, text: readText(name) }));
        const answer = importOpenslo(files, { force: options.force === true, v2alpha: options.v2alpha === true });
        if (options.export !== true) {
          printJson(answer);
          return;
        }
        const [error] = answer.findings.filter(({ severity }) => severity === 'error');
        if (error !== undefined) {
          throw new PlimsollError('invalid_input', `${error.file}:${error.line}: ${error.path}: ${error.message}`);
        }
        const definitions = answer.objectives.flatMap(({ definition }) => definition ?? []);
        const kept = answer.objectives.map(({ document }) => document).filter((one) => one !== null);
        process.stdout.write(exportOpenslo(definitions, kept));
      });
  },
  schemas: async () => {
    const { opensloImport } = await import('@plimsoll/openslo');
    // Pages of YAML in.
    return { output: opensloImport };
  },
};
