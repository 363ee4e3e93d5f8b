import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { BrowserContext } from 'playwright-core';
import { chromiumPath, startBrowser } from '../browser/browser.js';
import { startPlatform } from '../flows/platform.js';
import {
  keyDelays,
  loadTimes,
  openPage,
  type PaintTimes,
  quantile,
  scrollFrames,
  untilUsable,
} from './dashboard-page.js';
import { cpuSeconds } from './throughput-processes.js';

/**
 * How the dashboard feels, measured in a browser against the running platform with its demo. `--url` and `--key` name a
 * platform that runs already; otherwise one is started and waits for its demo. One JSON line a figure.
 */
const { values } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string' }, rounds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const project = 'demo';

function report(metric: string, value: number, unit: string, budget: number | null): void {
  const rounded = Math.round(value * 10_000) / 10_000;
  const within = budget === null ? null : value <= budget;
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  console.log(JSON.stringify({ bench: 'dashboard', metric, value: rounded, unit, budget, within, load }));
}

function sizes(): void {
  const dist = fileURLToPath(new URL('../../apps/dashboard/dist', import.meta.url));
  const kib = (file: string) => gzipSync(readFileSync(`${dist}/${file}`), { level: 9 }).length / 1024;
  const index = readFileSync(`${dist}/index.html`, 'utf8');
  const initial = [...index.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file as string);
  const sum = (ending: string) =>
    initial.filter((file) => file.endsWith(ending)).reduce((total, file) => total + kib(file), 0);
  const lazy = readdirSync(`${dist}/assets`)
    .map((file) => `assets/${file}`)
    .filter((file) => file.endsWith('.js') && !initial.includes(file));
  const charts = lazy.filter((file) => file.includes('/canvas-'));
  const others = lazy.filter((file) => !charts.includes(file)).map(kib);
  report('initial script, gzip', sum('.js'), 'KiB', 200);
  report('initial style, gzip', sum('.css'), 'KiB', 25);
  report('chart chunk, gzip', Math.max(...charts.map(kib)), 'KiB', 230);
  report('largest other chunk, gzip', Math.max(...others), 'KiB', 60);
}

async function pages(context: () => Promise<BrowserContext>, base: string, incident: string | null): Promise<void> {
  const paths = ['incidents', ...(incident === null ? [] : [`incidents/${incident}`]), 'slos', 'traces', 'costs'];
  for (const path of paths) {
    const name = path.startsWith('incidents/') ? 'an incident' : path;
    const all: PaintTimes[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const fresh = await context();
      all.push(await loadTimes(fresh, `${base}/p/${project}/${path}`, null));
      await fresh.close();
    }
    const median = (pick: (times: (typeof all)[number]) => number) => quantile(all.map(pick), 0.5);
    report(
      `${name}: first paint`,
      median((times) => times.firstPaintMs),
      'ms',
      500,
    );
    report(
      `${name}: largest paint`,
      median((times) => times.largestPaintMs),
      'ms',
      1500,
    );
    report(
      `${name}: usable`,
      median((times) => times.usableMs),
      'ms',
      null,
    );
    report(
      `${name}: layout shift`,
      median((times) => times.layoutShift),
      '',
      0.02,
    );
    report(
      `${name}: requests`,
      median((times) => times.requests),
      'requests',
      8,
    );
  }
  const slow = { cpu: 4, megabits: 10, latencyMs: 40 };
  const fresh = await context();
  const times = await loadTimes(fresh, `${base}/p/${project}/${paths[1] ?? 'incidents'}`, slow);
  await fresh.close();
  report('4x slower CPU, 10 Mbit/s, 40 ms: first paint', times.firstPaintMs, 'ms', 1000);
  report('4x slower CPU, 10 Mbit/s, 40 ms: usable', times.usableMs, 'ms', 3500);
}

async function keys(context: BrowserContext, base: string, incident: string | null): Promise<void> {
  const page = await openPage(context);
  const timed = async (name: string, pressed: readonly string[]) => {
    const delays = await keyDelays(page, pressed);
    report(`key: ${name}, p75`, quantile(delays, 0.75), 'ms', 100);
  };
  await page.goto(`${base}/p/${project}/traces`);
  await untilUsable(page);
  await timed(
    'j in the trace list',
    Array.from({ length: 20 }, () => 'j'),
  );
  await timed('palette', ['Control+k', 'Escape', 'Control+k', 'Escape', 'Control+k', 'Escape']);
  await page.keyboard.press('Escape');
  const frames = await scrollFrames(page, '[aria-label="Trace list, scrollable"]');
  report('scroll of the trace list: frame p50', quantile(frames, 0.5), 'ms', null);
  report('scroll of the trace list: frame p95', quantile(frames, 0.95), 'ms', 33);
  if (incident !== null) {
    await page.goto(`${base}/p/${project}/incidents/${incident}`);
    await untilUsable(page);
    await timed(
      'j in the examples of an incident',
      Array.from({ length: 20 }, () => 'j'),
    );
    await timed('suspect', ['2', '1', '2', '1', '2', '1']);
  }
  const changes: number[] = [];
  for (const label of ['SLOs', 'Traces', 'Incidents', 'SLOs', 'Traces', 'Incidents', 'SLOs', 'Traces', 'Incidents']) {
    const start = performance.now();
    await page.getByRole('link', { name: label }).first().click();
    await page.locator('#main h1', { hasText: label }).waitFor();
    changes.push(performance.now() - start);
  }
  // The first round fetches each page's chunk; warm is what comes after.
  report('route change, warm, p75', quantile(changes.slice(3), 0.75), 'ms', 300);
  await page.close();
}

/** The processes whose CPU an answer takes, and those that are held still meanwhile. */
interface Parts {
  readonly engine: number;
  readonly api: number;
  readonly others: readonly number[];
}

function answerPaths(objective: string | null, incident: string | null): string[] {
  return [
    '/incidents?state=open&limit=100',
    '/objectives?limit=500',
    ...(objective === null
      ? []
      : ['', '/series', '/burns', '/spenders'].map((part) => `/objectives/${objective}${part}`)),
    '/traces?limit=100',
    '/traces/overview',
    '/traces/heatmap?measure=duration',
    '/costs?groupBy=feature',
    '/costs?groupBy=outcome',
    '/drift/reports?limit=100',
    '/gpus',
    ...(incident === null ? [] : [`/incidents/${incident}`, `/incidents/${incident}/examples`]),
  ];
}

/** What an answer takes of wall time, and of CPU where the processes are known: that does not depend on who else computes. */
async function panels(
  base: string,
  headers: Record<string, string>,
  ids: { readonly objective: string | null; readonly incident: string | null },
  parts: Parts | null,
): Promise<void> {
  const ask = async (path: string): Promise<void> => {
    const response = await fetch(`${base}/api/v1${path}`, { headers });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  };
  for (const path of answerPaths(ids.objective, ids.incident)) {
    await ask(path);
    const before = parts && { engine: cpuSeconds(parts.engine), api: cpuSeconds(parts.api) };
    const times: number[] = [];
    for (let round = 0; round < rounds * 4; round += 1) {
      const start = performance.now();
      await ask(path);
      times.push(performance.now() - start);
    }
    const name = path
      .replace(/\?(?:.*&)?limit=.*/, '')
      .replace(ids.incident ?? '\0', '{id}')
      .replace(ids.objective ?? '\0', '{slug}');
    report(`answer of ${name}, p50`, quantile(times, 0.5), 'ms', null);
    report(`answer of ${name}, p95`, quantile(times, 0.95), 'ms', 300);
    if (parts === null || before === null) continue;
    for (const part of ['engine', 'api'] as const) {
      const milliseconds = ((cpuSeconds(parts[part]) - before[part]) * 1000) / times.length;
      report(`answer of ${name}, CPU of the ${part}`, milliseconds, 'ms', null);
    }
  }
}

/** Who writes is held still while answers are measured: what arrives meanwhile costs CPU of the same processes. */
async function heldStill(parts: Parts | null, measure: () => Promise<void>): Promise<void> {
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => parts?.others.forEach((pid) => process.kill(pid, name));
  signal('SIGSTOP');
  try {
    await measure();
  } finally {
    signal('SIGCONT');
  }
}

/** The platform with its demo: scored, and with an incident, or after three minutes without. */
async function ownPlatform() {
  const platform = await startPlatform({ demo: true });
  const key = readFileSync(`${platform.dataDir}/demo.key`, 'utf8').trim();
  const [engine, api, ...others] = await Promise.all(
    (['ClickHouse', 'api', 'ingest', 'worker', 'demo'] as const).map((part) => platform.pid(part)),
  );
  const parts: Parts | null = engine === undefined || api === undefined ? null : { engine, api, others };
  return { base: platform.apiUrl, key, parts, stop: () => platform.stop() };
}

async function firstIncident(base: string, headers: Record<string, string>, waitMs: number): Promise<string | null> {
  for (const end = Date.now() + waitMs; ; await sleep(2000)) {
    const response = await fetch(`${base}/api/v1/incidents?state=all&limit=1`, { headers });
    const { items } = (await response.json()) as { items: { id: string }[] };
    if (items[0]) return items[0].id;
    if (Date.now() > end) return null;
  }
}

async function firstObjective(base: string, headers: Record<string, string>): Promise<string | null> {
  const response = await fetch(`${base}/api/v1/objectives?limit=1`, { headers });
  return ((await response.json()) as { items: { slug: string }[] }).items[0]?.slug ?? null;
}

if (chromiumPath === undefined) {
  console.error('SKIPPED: this bench needs Chromium (Debian: apt-get install chromium)');
} else {
  const target =
    values.url && values.key
      ? { base: values.url, key: values.key, parts: null, stop: () => Promise.resolve() }
      : await ownPlatform();
  const browser = await startBrowser();
  const headers = { authorization: `Bearer ${target.key}` };
  const context = async () => {
    const made = await browser.open('dark');
    await made.setExtraHTTPHeaders(headers);
    return made;
  };
  try {
    const incident = await firstIncident(target.base, headers, 180_000);
    sizes();
    const objective = await firstObjective(target.base, headers);
    await heldStill(target.parts, () => panels(target.base, headers, { objective, incident }, target.parts));
    await pages(context, target.base, incident);
    const keyContext = await context();
    await keys(keyContext, target.base, incident);
    await keyContext.close();
  } finally {
    await browser.close();
    await target.stop();
  }
}
