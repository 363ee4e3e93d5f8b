import { fileURLToPath } from 'node:url';

// The other programs of this checkout, as seen from `apps/cli/dist/start`.
const apps = new URL('../../../', import.meta.url);

export const serverEntry = fileURLToPath(new URL('server/dist/main.js', apps));
export const clickhouseEntry = fileURLToPath(new URL('clickhouse-embedded/dist/main.cjs', apps));
export const demoEntry = fileURLToPath(new URL('demo/dist/main.js', apps));
export const cliEntry = fileURLToPath(new URL('cli/bin/plimsoll.mjs', apps));
