// Runs every bench in its short mode, one after another, and prints their JSON lines: `npm run bench`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each is a script `bench:<name>` of package.json; the long modes are in docs/performance.md. */
const benches = [
  ['ingest', '--bodies', '12', '--passes', '5'],
  ['throughput', '--seconds', '20'],
  ['store-growth', '--sizes', '100000,1000000'],
  ['detection', '--runs', '500'],
  ['slo-step', '--objectives', '1000', '--steps', '3'],
  ['drift', '--splits', '5', '--draws', '5'],
  ['incidents', '--incidents', '200', '--calm-months', '2'],
  ['dashboard', '--rounds', '3'],
];

const failed = [];
for (const [name, ...args] of benches) {
  const { status } = spawnSync('npm', ['run', '--silent', `bench:${name}`, '--', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`these benches failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
