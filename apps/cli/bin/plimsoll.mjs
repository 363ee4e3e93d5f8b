#!/usr/bin/env node
import { existsSync } from 'node:fs';

const entry = new URL('../dist/main.js', import.meta.url);
if (existsSync(entry)) {
  await import(entry.href);
} else {
  process.stderr.write('plimsoll is not built yet: run `npm start`, or `npm ci && npm run build`\n');
  process.exitCode = 1;
}
