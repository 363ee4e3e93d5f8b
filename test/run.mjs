// Everything that `npm test` checks, in one run with one last line: `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const requireAll = process.env['PLIMSOLL_TEST_REQUIRE_ALL'] === '1';
/** CI gives the loop a minute on top of the seconds that it has among the unit tests. */
const fuzzSeconds = process.env['PLIMSOLL_TEST_FUZZ_SECONDS'];
/** What needs a right that no package brings, here that to mount: it may be skipped where nothing else may, and is told. */
const maySkip = ['apps/clickhouse-embedded/src/full-disk.store.test.ts'];
const LINES_OF_WHY = 20;
const bin = (name) => join(root, 'node_modules', '.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
const total = { passed: 0, failed: 0 };
/** Said once more at the end, where a reader of a long or a cut log finds it. */
const failures = [];

function say(line) {
  process.stdout.write(`${line}\n`);
}

function secondsSince(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

function isInstalled(names) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) =>
    names.some((name) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
}

/** A check that passes or fails as a whole; it counts as one test. One that has figures to show is told so. */
async function check(what, command, args, { figures = false } = {}) {
  const start = Date.now();
  const child = spawn(command, args, { cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.on('close', resolve);
  });
  if (code === 0) {
    total.passed += 1;
    say(`ok    ${what} (${secondsSince(start)})`);
    if (figures) process.stdout.write(output);
    return;
  }
  total.failed += 1;
  failures.push(`${what}\n      ${output.trim().split('\n').slice(-LINES_OF_WHY).join('\n      ')}`);
  say(`FAIL  ${what} (${secondsSince(start)}): ${command.replace(`${root}`, '')} ${args.join(' ')}`);
  process.stdout.write(`${output}\n`);
}

/** One tier: Vitest projects that share its workers. */
function tier(projects, args, given) {
  const name = projects.join(' and ');
  const start = Date.now();
  const sums = join(scratch, `${projects.join('-')}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=./test/reporter.ts'];
  say(`\n----  ${name}`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  const result = spawnSync(process.execPath, [vitest, 'run', ...chosen, ...reporters, ...args, ...given], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PLIMSOLL_TEST_SUMS: sums },
  });
  let counted;
  try {
    counted = JSON.parse(readFileSync(sums, 'utf8'));
  } catch {
    total.failed += 1;
    failures.push(`${name}: Vitest ended (exit code ${result.status}) before it could count`);
    return;
  }
  total.passed += counted.passed;
  total.failed += counted.failed;
  failures.push(...counted.failures);
  if (result.status !== 0 && counted.failed === 0) {
    total.failed += 1;
    failures.push(`${name}: Vitest ended with exit code ${result.status} though no test failed`);
  }
  for (const skipped of counted.skippedNames) say(`skip  ${skipped}`);
  const forbidden = counted.skippedNames.filter((skipped) => !maySkip.some((file) => skipped.startsWith(`${file} > `)));
  if (requireAll && forbidden.length > 0) {
    total.failed += forbidden.length;
    failures.push(`${name}: ${forbidden.length} skipped, and PLIMSOLL_TEST_REQUIRE_ALL=1 allows none`);
  }
  say(
    `----  ${name}: ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped (${secondsSince(start)})`,
  );
}

const lacking = [
  { names: ['chromium', 'chromium-browser', 'google-chrome'], what: 'browser tests', how: 'apt-get install chromium' },
  { names: ['redis-server'], what: 'tests of the queue on Redis', how: 'apt-get install redis-server' },
].filter(({ names }) => !isInstalled(names));

// Words on the command line narrow the run: `npm test -- slo` runs the test files with "slo" in their path.
const given = process.argv.slice(2);
const start = Date.now();
try {
  if (given.length === 0) {
    // The formatter reads every file on one core; the other core does the rest meanwhile.
    const format = check('format', bin('prettier'), ['--check', '--log-level=warn', '.']);
    await check('lint', bin('oxlint'), ['--type-aware']);
    await check('dead code', bin('knip'), ['--no-config-hints']);
    await check('types of the tests', bin('tsc'), ['-p', 'test', '--noEmit']);
    await format;
  } else {
    given.push('--passWithNoTests');
  }
  // Vitest keeps one core for itself, which on two cores leaves one worker: two are faster by a third.
  tier(['unit'], ['--maxWorkers=2'], given);
  tier(['store'], ['--maxWorkers=2'], given);
  // A platform mostly waits, for minutes to close: together they take half a core for each worker, so four fill two.
  tier(['flows', 'browser'], [`--maxWorkers=${totalmem() > 7 * 2 ** 30 ? 4 : 3}`], given);
  if (fuzzSeconds !== undefined && given.length === 0) {
    say('');
    const loop = ['test/fuzz/run.mjs', 'ingest', '--seconds', fuzzSeconds, '--jobs', 'all'];
    await check(`fuzz of ingest (${fuzzSeconds} s)`, process.execPath, loop, { figures: true });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const { what, names, how } of lacking) say(`Skipped: ${what}, because ${names[0]} is not installed (${how})`);
if (failures.length > 0) say(`\nWhat failed:\n${failures.map((failure) => `FAIL  ${failure}`).join('\n')}`);
say(`\nTook ${secondsSince(start)}`);
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
