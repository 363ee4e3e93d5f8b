// Kills, a full disk or too little memory under load, then every figure from scratch:
//   npm run test:crash -- [--kills 50] [--seed 1]      SIGKILLs of random parts
//   npm run test:crash -- --disk-full [--faults 15]    a disk without a free byte, with kills in between
//   npm run test:crash -- --memory-cap [--faults 15]   ClickHouse at its memory cap, with kills in between
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    faults: { type: 'string', default: '15' },
    seed: { type: 'string' },
    'disk-full': { type: 'boolean', default: false },
    'memory-cap': { type: 'boolean', default: false },
  },
});
const mode = values['disk-full'] ? 'disk' : values['memory-cap'] ? 'memory' : 'kills';
const root = fileURLToPath(new URL('../..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'flows', 'test/flows/crash.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PLIMSOLL_CRASH_MODE: mode,
      PLIMSOLL_CRASH_FAULTS: mode === 'kills' ? values.kills : values.faults,
      ...(values.seed === undefined ? {} : { PLIMSOLL_CRASH_SEED: values.seed }),
    },
  },
);
process.exitCode = status ?? 1;
