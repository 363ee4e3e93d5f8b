// Runs a bench from its TypeScript source: `node test/bench/run.mjs incidents --incidents 220`.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [name] = process.argv.splice(2, 1);
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error('which bench? For example: npm run bench:incidents');
  process.exit(2);
}
await runnerImport(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), {
  configFile: false,
  logLevel: 'error',
  resolve: { conditions: ['plimsoll-source'] },
  ssr: { resolve: { conditions: ['plimsoll-source'] } },
});
