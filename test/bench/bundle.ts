import { copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const conditions = ['plimsoll-source', 'node', 'import'];

/**
 * Bundles benches that are processes of their own, as Node runs the product: a module runner's import wrappers would be
 * measured otherwise. Resolves with the folder of `<name>.js`; who asked removes it.
 */
export async function bundle(names: readonly string[]): Promise<string> {
  // Inside node_modules, so that packages outside the bundle are found.
  const outDir = mkdtempSync(join(root, 'node_modules', '.bench-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions },
    ssr: { noExternal: [/^@plimsoll\//], resolve: { conditions } },
    build: {
      ssr: true,
      outDir,
      minify: false,
      target: 'node20',
      rollupOptions: {
        input: Object.fromEntries(names.map((name) => [name, join(root, 'test/bench', `${name}.ts`)])),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
  // The price book is read from beside the code.
  copyFileSync(join(root, 'libs/cost/src/price-book/price-book.json'), join(outDir, 'price-book.json'));
  return outDir;
}
