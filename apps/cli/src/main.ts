import { readFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { PlimsollError, readSettings, tierPreset } from '@plimsoll/contract';
import type { ApplyOptions, ExportOptions } from './apply/apply.js';
import type { PrometheusRulesOptions } from './apply/prometheus-rules.js';
import type { BacktestOptions } from './backtest.js';
import { addEvalCommands } from './eval/commands.js';
import type { ChangeOptions } from './change.js';
import type { GateOptions } from './gate.js';
import type { RemapOptions } from './remap.js';

/** Exit code for an answer of "no": bad input, a refused start. */
const refused = 2;

function program(): Command {
  const root = new Command('plimsoll')
    .description('Observability and quality objectives for LLM systems')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const settings = () => readSettings(process.env, (path) => readFileSync(path, 'utf8'));

  root
    .command('start')
    .description(
      'start the platform with embedded engines (or those that CLICKHOUSE_URL, DATABASE_URL, REDIS_URL name)',
    )
    .action(async () => {
      const { start } = await import('./start/start.js');
      await start(settings(), process.env);
    });
  root
    .command('migrate')
    .description('bring the schemas of CLICKHOUSE_URL and DATABASE_URL up to date')
    .option('--check', 'only tell whether migrations are missing (exit code 1) and whether the servers are new enough')
    .action(async (options: { check?: boolean }) => {
      const { migrate } = await import('./migrate.js');
      process.exitCode = await migrate(settings(), options.check === true);
    });
  root
    .command('doctor')
    .description('look for what would keep the platform from running here')
    .action(async () => {
      const { doctor } = await import('./doctor.js');
      process.exitCode = await doctor(settings());
    });
  root
    .command('gate')
    .description('does a version keep an objective? exit code 0 pass, 1 fail, 3 not yet')
    .requiredOption('--objective <slug>', 'the objective that decides')
    .option('--prompt <name@version>', 'only calls of this prompt version')
    .option('--model <name>', 'only calls of this model')
    .option('--release <name>', 'only calls of this release')
    .option('--min-samples <n>', 'fewer samples are no answer yet', '200')
    .option('--hours <n>', 'how far back to look', '24')
    .addOption(new Option('--url <url>', 'the platform').env('PLIMSOLL_API_URL').default('http://127.0.0.1:3000'))
    .addOption(new Option('--key <key>', 'a key with scope read').env('PLIMSOLL_API_KEY').makeOptionMandatory())
    .action(async (options: GateOptions) => {
      const { runGate } = await import('./gate.js');
      process.exitCode = await runGate(options);
    });
  root
    .command('change')
    .description('tell the platform that something changed: a suspect for the incidents that follow')
    .requiredOption('--kind <kind>', 'prompt, model, route, params, retrieval, tool, release, flag, other ...')
    .option('--feature <name>', 'the feature it concerns; every feature without it')
    .option('--from <version>', 'what it was before')
    .option('--to <version>', 'what it is now')
    .option('--attribute <name>', 'dimension of the calls in which it shows, when the kind does not say')
    .option('--at <instant>', 'when it happened, ISO 8601; now without it')
    .option('--title <text>', 'how it reads in timelines')
    .option('--link <url>', 'where to read more')
    .option('--actor <name>', 'who did it')
    .option('--idempotency-key <key>', 'the same change sent twice with one key is stored once')
    .addOption(new Option('--url <url>', 'the platform').env('PLIMSOLL_API_URL').default('http://127.0.0.1:3000'))
    .addOption(new Option('--key <key>', 'a key with scope ingest').env('PLIMSOLL_API_KEY').makeOptionMandatory())
    .action(async (options: ChangeOptions) => {
      const { declareChange } = await import('./change.js');
      await declareChange(options);
    });
  root
    .command('sign-in')
    .description('print a new one-time sign-in link of the platform that runs with its data in PLIMSOLL_DATA_DIR')
    .action(async () => {
      const { signIn } = await import('./sign-in.js');
      await signIn(settings());
    });
  const platform = (command: Command, scope: string) =>
    command
      .addOption(new Option('--url <url>', 'the platform').env('PLIMSOLL_API_URL').default('http://127.0.0.1:3000'))
      .addOption(new Option('--key <key>', `a key with scope ${scope}`).env('PLIMSOLL_API_KEY').makeOptionMandatory());
  platform(root.command('apply'), 'write')
    .description('make the platform hold the objectives, scorers, monitors and budgets of files')
    .requiredOption('-f, --file <path...>', "YAML or JSON files, or folders of them; Plimsoll's own form or OpenSLO")
    .action(async (options: ApplyOptions) => {
      const { apply } = await import('./apply/apply.js');
      await apply(options);
    });
  platform(root.command('diff'), 'read')
    .description('tell what apply would change; exit code 1 when something would')
    .requiredOption('-f, --file <path...>', 'as for apply')
    .action(async (options: ApplyOptions) => {
      const { diff } = await import('./apply/apply.js');
      process.exitCode = await diff(options);
    });
  platform(root.command('backtest'), 'read')
    .description('tell what an objective, a policy or a threshold would have sent over the stored history')
    .option('--objective <slug>', 'a stored objective; the options below change it for this question only')
    .option('-f, --file <path...>', 'objectives of files instead, as for apply')
    .option('--target <share>', 'another target, such as 0.995')
    .option('--window <days>', 'another window, such as 7d')
    .addOption(new Option('--policy <name>', 'another preset of tiers').choices(tierPreset.options))
    .option('--over <share>', 'a plain threshold in place of the policy: over this share, or this money each')
    .option('--within <duration>', 'the window of the threshold', '5m')
    .option('--for <duration>', 'how long it must hold', '1m')
    .addOption(new Option('--severity <name>', 'of the threshold').choices(['page', 'ticket']).default('page'))
    .option('--days <n>', 'how far back', '7')
    .option('--to <instant>', 'the end of the range, ISO 8601; now without it')
    .option('--json', "the platform's answer, with the budget curve")
    .action(async (options: BacktestOptions) => {
      const { runBacktest } = await import('./backtest.js');
      await runBacktest(options);
    });
  platform(root.command('remap'), 'admin')
    .description('map stored spans again by the dialects of this version; goes on when this command is ended')
    .requiredOption('--from <instant>', 'spans that ended at or after this, ISO 8601')
    .option('--to <instant>', 'and before this; now without it')
    .option('--project <slug>', 'refuse a key that belongs to another project')
    .option('--dry-run', 'only count what would change')
    .action(async (options: RemapOptions) => {
      const { runRemap } = await import('./remap.js');
      await runRemap(options);
    });
  platform(root.command('export'), 'read')
    .description('print the objectives, scorers, monitors and budgets of the platform in the form that apply reads')
    .addArgument(
      new Argument(
        '[form]',
        "only the objectives, as Prometheus' recording and alerting rules in the form of sloth",
      ).choices(['prometheus-rules']),
    )
    .option('--openslo', 'only the objectives, as OpenSLO v1')
    .option('--objective <slug>', 'of the rules only those of this objective')
    .action(async (form: 'prometheus-rules' | undefined, options: ExportOptions & PrometheusRulesOptions) => {
      if (form === 'prometheus-rules') {
        const { exportPrometheusRules } = await import('./apply/prometheus-rules.js');
        return exportPrometheusRules(options);
      }
      const { exportResources } = await import('./apply/apply.js');
      return exportResources(options);
    });
  addEvalCommands(root.command('eval').description('every verdict offline: JSON in, JSON out'));
  return root;
}

function exitCodeOf(error: unknown): number {
  // Commander ends `--help` and usage errors by an exception with its own code, having printed already.
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? 0 : refused;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`plimsoll: ${message.split('\n', 1)[0]}\n`);
  return error instanceof PlimsollError && error.code !== 'internal' ? refused : 1;
}

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = exitCodeOf(error);
    // An open channel to the parent would keep this process alive.
    if (process.connected) process.disconnect();
  });
