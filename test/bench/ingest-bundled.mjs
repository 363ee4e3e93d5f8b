// Bundles the ingest bench and runs it: a module runner's import wrappers would be measured otherwise.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const conditions = ['plimsoll-source', 'node', 'import'];
// Inside node_modules, so that packages outside the bundle are found.
const outDir = mkdtempSync(join(root, 'node_modules', '.bench-'));
try {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions },
    ssr: { noExternal: [/^@plimsoll\//], resolve: { conditions } },
    build: { ssr: 'test/bench/ingest.ts', outDir, minify: false, target: 'node20' },
  });
  // The price book is read from beside the code.
  copyFileSync(join(root, 'libs/cost/src/price-book/price-book.json'), join(outDir, 'price-book.json'));
  const { status } = spawnSync(
    process.execPath,
    [...process.execArgv, join(outDir, 'ingest.js'), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
