import type { Command } from 'commander';
import type { z } from 'zod';

/** One verdict as a subcommand of `plimsoll eval`. Libraries load only when it runs, so that the start stays fast. */
export interface EvalCommand {
  readonly name: string;
  readonly summary: string;
  /** Shown below the help: a command that runs as it stands. */
  readonly example: string;
  /** Declares arguments and the action. */
  readonly configure: (command: Command) => void;
  /** For `plimsoll eval schema NAME`; absent for an input that is no JSON. */
  readonly schemas: () => Promise<{ readonly input?: z.ZodType; readonly output?: z.ZodType }>;
}
