// Brings a fresh clone to the point where the product can run: `npm start` and `npm test` call this with nothing
// installed, so it uses what Node brings and nothing else.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');
const cache = join(modules, '.cache', 'plimsoll');
const startedAt = Date.now();

function say(line) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`[${seconds} s] ${line}\n`);
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Plimsoll needs Node 20.19 or newer and this is ${process.versions.node}: install a newer one from nodejs.org`);
}

function readStamp(name) {
  try {
    return readFileSync(join(cache, name), 'utf8');
  } catch {
    return '';
  }
}

function writeStamp(name, content) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, name), content);
}

function runStep(what, command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(`${what} failed (${command} ${args.join(' ')})`);
}

/** Installs exactly what the lock file says, when it changed since the last time. */
function install() {
  const lock = join(root, 'package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (readStamp('install') === hash) return;
  const installed = join(modules, '.package-lock.json');
  // Somebody installed by hand after the lock file last changed.
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    say('Installing packages (npm ci), about 20 s with a warm npm cache ...');
    runStep('The installation', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  writeStamp('install', hash);
}

const skippedFolders = new Set(['node_modules', 'dist', 'fixtures', '.nx']);

function addTree(hash, folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) addTree(hash, path);
    } else if (!/\.test\.tsx?$/.test(entry.name)) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  }
}

/** Builds when a source changed since the last build. */
function build() {
  const hash = createHash('sha256').update(readStamp('install'));
  for (const folder of ['apps', 'libs', 'migrations']) addTree(hash, join(root, folder));
  hash.update(readFileSync(join(root, 'tsconfig.base.json')));
  const sources = hash.digest('hex');
  const isBuilt = existsSync(join(root, 'apps/cli/dist/main.js')) && existsSync(join(root, 'apps/server/dist/main.js'));
  if (isBuilt && readStamp('build') === sources) return;
  say('Building ...');
  runStep('The build', process.execPath, [join(modules, 'nx/dist/bin/nx.js'), 'run-many', '-t', 'compile', 'bundle']);
  writeStamp('build', sources);
}

/** The platform runs in this very process: one less to hold memory and to pass signals on. */
async function start(more) {
  const entry = join(root, 'apps/cli/bin/plimsoll.mjs');
  process.argv = [process.argv[0], entry, 'start', ...more];
  await import(pathToFileURL(entry).href);
}

function test(more) {
  const child = spawn(process.execPath, [join(root, 'test/run.mjs'), ...more], { cwd: root, stdio: 'inherit' });
  // The terminal sends Ctrl-C to the child as well; this process only has to wait for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

const commands = { start, test };
const [name = 'start', ...more] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) fail(`unknown command "${name}"; known: ${Object.keys(commands).join(', ')}`);
checkNode();
install();
build();
process.chdir(root);
await command(more);
