// Runs a fuzz loop from its TypeScript source: `node test/fuzz/run.mjs ingest --seconds 60`.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [name] = process.argv.splice(2, 1);
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error('which loop? For example: npm run test:fuzz');
  process.exit(2);
}
await runnerImport(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), {
  configFile: false,
  logLevel: 'error',
  // Without this the packages of this repository would be taken as they were built last.
  environments: { inline: { resolve: { conditions: ['plimsoll-source'], noExternal: [/^@plimsoll\//] } } },
});
