import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly dataDirectory: string;
  readonly port: number;
  readonly passwordFile: string;
  readonly memoryLimitMegabytes: number;
  readonly keepFreeMegabytes: number;
  readonly queryTimeoutSeconds: number;
  readonly exitWithParent: boolean;
}

export const usage =
  'usage: clickhouse-embedded --data-dir <directory> --password-file <file> [--port <0 = a free one>] ' +
  '[--memory-limit-mb <2048>] [--keep-free-mb <0>] [--query-timeout-seconds <300>] [--exit-with-parent]';

export class UsageError extends Error {}

/** Reads the arguments; throws UsageError naming the argument that is missing or wrong. */
export function readCommandLine(args: readonly string[]): CommandLine {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        port: { type: 'string', default: '0' },
        'password-file': { type: 'string' },
        'memory-limit-mb': { type: 'string', default: '2048' },
        'keep-free-mb': { type: 'string', default: '0' },
        'query-timeout-seconds': { type: 'string', default: '300' },
        'exit-with-parent': { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  return {
    dataDirectory: required('--data-dir', values['data-dir']),
    port: integer('--port', values.port, 0, 65_535),
    passwordFile: required('--password-file', values['password-file']),
    memoryLimitMegabytes: integer('--memory-limit-mb', values['memory-limit-mb'], 512, 1_048_576),
    keepFreeMegabytes: integer('--keep-free-mb', values['keep-free-mb'], 0, 1_048_576),
    queryTimeoutSeconds: integer('--query-timeout-seconds', values['query-timeout-seconds'], 1, 86_400),
    exitWithParent: values['exit-with-parent'],
  };
}

function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new UsageError(`${name} is missing`);
  return value;
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${name} must be a whole number from ${least} to ${most}, got "${text}"`);
  }
  return value;
}
