// Bundles a fuzz loop and runs it: `node test/fuzz/run.mjs ingest --seconds 60`. A module runner would take packages of
// this repository as they were built last, and cost a third of the inputs. With `--jobs 2` (or `all` cores) as many loops
// of successive seeds share the inputs; their sums are one line.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'read-back': { type: 'string' },
    jobs: { type: 'string', default: '1' },
  },
});
const [name] = positionals;
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error('which loop? For example: npm run test:fuzz');
  process.exit(2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));

async function bundle(outDir) {
  const conditions = ['plimsoll-source', 'node', 'import'];
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions },
    ssr: { noExternal: [/^@plimsoll\//], resolve: { conditions } },
    build: { ssr: `test/fuzz/${name}.ts`, outDir, minify: false, target: 'node20' },
  });
  // The price book is read from beside the code.
  copyFileSync(join(root, 'libs/cost/src/price-book/price-book.json'), join(outDir, 'price-book.json'));
}

/** What one loop prints, and its exit code. */
function runLoop(file, index, jobs) {
  const { jobs: _, ...given } = values;
  const own = { ...given, seed: String(Number(values.seed) + index) };
  if (values.inputs !== undefined) own.inputs = String(Math.ceil(Number(values.inputs) / jobs));
  const args = Object.entries(own).flatMap(([option, value]) => [`--${option}`, value]);
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const cutShort = () => child.kill('SIGTERM');
  process.once('SIGTERM', cutShort);
  child.once('close', () => process.off('SIGTERM', cutShort));
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ printed, code: code ?? 1 })));
}

const largest = new Set(['seconds', 'slowestMs', 'heapGrownMb', 'rssMb', 'waysOfAnswer']);

/** Sums of what the loops counted; of what is no count, the largest. */
function together(lines) {
  const [first, ...rest] = lines;
  return rest.reduce(
    (sum, line) => {
      const merged = { ...sum, seeds: [...sum.seeds, line.seed] };
      for (const [field, value] of Object.entries(line)) {
        if (field === 'fuzz' || field === 'seed') continue;
        if (value === null) continue;
        merged[field] = largest.has(field) ? Math.max(sum[field] ?? value, value) : sum[field] + value;
      }
      return merged;
    },
    { ...first, seed: undefined, seeds: [first.seed] },
  );
}

// Packages outside the bundle are found from here, and as deep as libs/*/src, so are files beside these.
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const outDir = mkdtempSync(join(cache, 'fuzz-'));
try {
  await bundle(outDir);
  const jobs = values.jobs === 'all' ? availableParallelism() : Math.max(1, Math.floor(Number(values.jobs) || 1));
  const file = join(outDir, `${name}.js`);
  const ended = await Promise.all(Array.from({ length: jobs }, (_, index) => runLoop(file, index, jobs)));
  const failed = ended.find(({ code }) => code !== 0);
  if (failed !== undefined || jobs === 1) for (const { printed } of ended) process.stdout.write(printed);
  else console.log(JSON.stringify(together(ended.map(({ printed }) => JSON.parse(printed)))));
  process.exitCode = failed?.code ?? 0;
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
