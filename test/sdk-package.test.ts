import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installPackedSdk, run } from './builders/sdk-package.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = ['CallContextProcessor', 'EventQueue', 'aiTelemetry', 'change', 'connect', 'feature', 'feedback'];
const moreNames = ['outcome', 'promptVersion', 'session', 'user', 'withCall', 'wrapAiSdk', 'wrapOpenAI'];
const core = [...names, ...moreNames].toSorted((a, b) => a.localeCompare(b));

/** A program of a host: every call is checked by the compiler, and none may end the process by throwing. */
const program = `
const released: Promise<string> = feature('answer', () => promptVersion('sailor', 'v2', async () => 'text'));
const client = wrapOpenAI({ chat: { completions: { create: async (request: { model: string }) => request.model } } });
const model: Promise<string> = client.chat.completions.create({ model: 'm' });
const plimsoll: Plimsoll = start({ apiKey: 'plk_x', service: 'host', url: 'http://127.0.0.1:9' });
outcome({ name: 'resolved', status: 'success', key: 'order-1', value: '12.50' });
new PlimsollSpanProcessor({ apiKey: 'plk_x' }).onEnd({});
void Promise.all([released, model]).then(() => plimsoll.droppedEvents);
`;

describe('the published package', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-host-'));
    installPackedSdk(folder);
    mkdirSync(join(folder, 'node_modules', '@opentelemetry'));
    symlinkSync(join(root, 'node_modules/@opentelemetry/api'), join(folder, 'node_modules/@opentelemetry/api'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const list = 'const names = (given) => Object.keys(given).sort((a, b) => a.localeCompare(b)).join(); Promise.all([';
  const print = ']).then((loaded) => console.log(JSON.stringify(loaded.map(names))))';

  test.each([
    ['import', 'm.mjs', `${list}import('@plimsoll/sdk'), import('@plimsoll/sdk/node')${print}`],
    ['require', 'm.cjs', `${list}require('@plimsoll/sdk'), require('@plimsoll/sdk/node')${print}`],
  ])('loads by %s', (_, file, code) => {
    writeFileSync(join(folder, file), code);
    expect(JSON.parse(run(process.execPath, [file], folder))).toEqual([core.join(), 'PlimsollSpanProcessor,start']);
  });

  test('shares what it knows when it is loaded both ways', () => {
    writeFileSync(
      join(folder, 'both.mjs'),
      `import { createRequire } from 'node:module';
       import { connect } from '@plimsoll/sdk';
       const sent = [];
       const queue = connect({ apiKey: 'plk_x', fetch: async (url) => { sent.push(url); return new Response('{}'); } });
       createRequire(import.meta.url)('@plimsoll/sdk').outcome({ name: 'n', status: 'success', key: 'k' });
       await queue.flush();
       console.log(sent.length);`,
    );
    expect(run(process.execPath, ['both.mjs'], folder).trim()).toBe('1');
  });

  test('sends what waits before the process ends, by itself and by SIGTERM', () => {
    for (const [end, status] of [
      ['', 0],
      ["process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);", null],
    ] as const) {
      writeFileSync(
        join(folder, 'end.mjs'),
        `import { createServer } from 'node:http';
         import { outcome } from '@plimsoll/sdk';
         import { start } from '@plimsoll/sdk/node';
         import { trace } from '@opentelemetry/api';
         const server = createServer((request, response) => {
           request.resume().on('end', () => {
             console.log(request.url);
             response.writeHead(200, { connection: 'close' }).end();
           });
         }).listen(0, '127.0.0.1', () => {
           server.unref();
           start({ apiKey: 'plk_x', service: 's', url: 'http://127.0.0.1:' + server.address().port });
           trace.getTracer('t').startSpan('call').end();
           outcome({ name: 'n', status: 'success', key: 'k' });
           ${end}
         });`,
      );
      const ended = `const { status, signal, stdout, stderr } = require('node:child_process').spawnSync(process.execPath,
        ['end.mjs'], { encoding: 'utf8', timeout: 50_000 }); console.log(JSON.stringify({ status, signal, stderr,
        urls: stdout.trim().split('\\n').sort() }))`;
      expect(JSON.parse(run(process.execPath, ['-e', ended], folder))).toEqual({
        status,
        signal: status === null ? 'SIGTERM' : null,
        stderr: '',
        urls: ['/api/v1/outcomes', '/v1/traces'],
      });
    }
  });

  test.each([
    ['host.mts', 'as an ECMAScript module'],
    ['host.cts', 'as CommonJS'],
  ])('brings types for %s, %s', (file) => {
    const imports = `import { feature, outcome, promptVersion, wrapOpenAI } from '@plimsoll/sdk';
import { type Plimsoll, PlimsollSpanProcessor, start } from '@plimsoll/sdk/node';\n`;
    writeFileSync(join(folder, file), imports + program);
    const options = ['--noEmit', '--strict', '--module', 'node16', '--target', 'es2022', '--skipLibCheck', 'false'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, ...options, '--ignoreConfig', '--lib', 'es2023,dom', '--types', '', file], folder);
  });

  test('has a core without anything that only Node has, and one file for pages', () => {
    const dist = join(folder, 'node_modules/@plimsoll/sdk/dist');
    const imports = (file: string) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import|require\()\s*["']([^"']+)["']/g)].map(([, name]) => name);
    const known = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    for (const file of readdirSync(join(dist, 'esm')).filter((name) => name.endsWith('.js') && name !== 'node.js')) {
      expect(imports(join(dist, 'esm', file)).filter((name) => known.has(String(name)))).toEqual([]);
    }
    expect(imports(join(dist, 'browser/index.js'))).toEqual([]);
  });
});
