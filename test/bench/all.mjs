// Runs every bench in its short mode, one after another: `npm run bench`, or some of them: `npm run bench -- ingest drift`.
// Their JSON lines alone go to the output; what is for eyes, and how long each took, goes to the error output.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each is a script `bench:<name>` of package.json; the long modes are in docs/performance.md. */
const benches = {
  ingest: ['--bodies', '12', '--passes', '5'],
  throughput: ['--seconds', '20'],
  'store-growth': ['--sizes', '100000,1000000'],
  'small-inserts': ['--inserts', '200'],
  detection: ['--runs', '500'],
  'slo-step': ['--objectives', '1000', '--steps', '3'],
  drift: ['--splits', '5', '--draws', '5'],
  incidents: ['--incidents', '200', '--calm-months', '2'],
  dashboard: ['--rounds', '3'],
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const failed = [];
for (const name of wanted) {
  const start = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', `bench:${name}`, '--', ...benches[name]], {
    cwd: root,
    stdio: 'inherit',
  });
  console.error(`${name} took ${Math.round((performance.now() - start) / 1_000)} s`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`these benches failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
