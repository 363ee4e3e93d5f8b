// Bundles a fuzz loop and runs it: `node test/fuzz/run.mjs ingest --seconds 60`. A module runner would take packages of
// this repository as they were built last, and cost a third of the inputs.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const [name] = process.argv.splice(2, 1);
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error('which loop? For example: npm run test:fuzz');
  process.exit(2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const conditions = ['plimsoll-source', 'node', 'import'];
// Packages outside the bundle are found from here, and as deep as libs/*/src, so are files beside these.
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
const outDir = mkdtempSync(join(cache, 'fuzz-'));
try {
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
  const { status } = spawnSync(process.execPath, [join(outDir, `${name}.js`), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
