import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes } from '@plimsoll/contract';
import * as charts from './chart-fixtures.js';
import * as fixtures from './fixtures.js';

const dashboard = fileURLToPath(new URL('../../apps/dashboard/dist', import.meta.url));
const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
export const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const rangeStart = (query: URLSearchParams) => Date.parse(query.get('from') ?? '') || Date.now() - 6 * fixtures.hour;
const rangeEnd = (query: URLSearchParams) => Date.parse(query.get('to') ?? '') || Date.now();

type Answer = (query: URLSearchParams, id: string) => unknown;

const answers: Record<string, Answer> = {
  '/session': () => fixtures.session(),
  '/incidents': (query) => fixtures.incidents(query.get('state') ?? 'open'),
  '/incidents/{id}': (_, id) => fixtures.incident(id),
  '/incidents/{id}/examples': () => fixtures.examples(),
  '/incidents/{id}/course': () => charts.incidentCourse(),
  '/incidents/{id}/actions': (_, id) => fixtures.incident(id),
  '/objectives': () => fixtures.objectives(),
  '/objectives/{slug}': (_, id) =>
    id === 'objective-6'
      ? {
          ...fixtures.objective(id),
          groups: charts.groupDigest(),
          judgeError: charts.judgeError(),
          clusterEffect: charts.clusterEffect(),
        }
      : fixtures.objective(id),
  '/objectives/{slug}/series': () => fixtures.objectiveSeries(),
  '/objectives/{slug}/burns': () => charts.tierBurns(),
  '/objectives/{slug}/badge': () => charts.badge(),
  '/objectives/{slug}/spenders': () => fixtures.spenders(),
  '/objectives/backtest': () => fixtures.backtest(),
  '/traces': (query) => fixtures.traces(query.get('cursor') ?? undefined),
  '/traces/overview': (query) => fixtures.traceOverview(rangeStart(query), rangeEnd(query)),
  '/traces/heatmap': (query) =>
    charts.traceHeatmap(query.get('measure') ?? 'duration', rangeStart(query), rangeEnd(query)),
  '/traces/comparison': () => charts.traceComparison(),
  '/traces/{traceId}': (_, id) => fixtures.trace(id),
  '/costs': (query) => fixtures.costs(query.get('groupBy') ?? 'feature', query.get('month') ?? '2026-11'),
  '/budgets': () => fixtures.budgets(),
  '/drift/reports': () => fixtures.driftReports(),
  '/drift/reports/{id}': (_, id) => fixtures.driftReport(id),
  '/drift/monitors': () => fixtures.driftMonitors(),
  '/gpus': () => fixtures.gpus(),
  '/gpus/{id}/series': (query, id) => fixtures.gpuSeries(id, rangeStart(query), rangeEnd(query)),
  '/keys': () => fixtures.keys(),
  '/onboarding': () => fixtures.onboarding(),
  '/scorers': () => fixtures.scorers(),
  '/scorer-kinds': () => ({ items: [], nextCursor: null }),
  '/scoring/coverage': () => fixtures.coverage(),
  '/scoring/progress': () => fixtures.scoringProgress(),
  '/judges': () => fixtures.judges(),
  '/incidents/{id}/runbook-runs': () => fixtures.runbookRun(),
  '/objectives/{slug}/outcomes': () => fixtures.objectiveOutcomes(),
  '/objectives/{slug}/calls': (query, id) => fixtures.objectiveCalls(query.get('outcome') ?? 'bad', id),
  '/exclusions': () => fixtures.exclusions(),
  '/objectives/{slug}/sampling-plan': () => fixtures.samplingPlan(),
  '/runbooks': () => fixtures.runbooks(),
  '/runbook-actions': () => fixtures.runbookActions(),
  '/maintenance-windows': () => fixtures.maintenanceWindows(),
  '/on-call': () => fixtures.onCall(),
  '/contacts': () => fixtures.contacts(),
  '/rotations': () => fixtures.rotations(),
  '/escalation-policies': () => fixtures.escalationPolicies(),
  '/silences': () => fixtures.silences(),
  '/channels': () => fixtures.channels(),
  '/scrape-targets': () => fixtures.scrapeTargets(),
  '/prices': () => fixtures.prices(),
  '/audit': () => fixtures.audit(),
  '/changes': () => ({ items: [], nextCursor: null }),
};

interface Match {
  pattern: string;
  id: string;
}

function match(path: string): Match | null {
  const parts = path.split('/');
  let found: Match | null = null;
  for (const pattern of Object.keys(answers)) {
    const names = pattern.split('/');
    const fits =
      names.length === parts.length && names.every((name, index) => name.startsWith('{') || name === parts[index]);
    if (!fits) continue;
    const at = names.findIndex((name) => name.startsWith('{'));
    if (at === -1) return { pattern, id: '' };
    found ??= { pattern, id: decodeURIComponent(parts[at] ?? '') };
  }
  return found;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, detail: string): void {
  send(response, status, { type: 'about:blank', title: 'Failed', status, detail, requestId: 'req-fixture' });
}

export interface FixtureServer {
  url: string;
  /** Paths (`/incidents`) that fail with 500, or answer with an empty list. */
  failing: Set<string>;
  empty: Set<string>;
  close: () => Promise<void>;
}

/** Serves the built dashboard and answers its API with fixtures; each answer is held against the contract first. */
export async function startFixtureServer(): Promise<FixtureServer> {
  const failing = new Set<string>();
  const empty = new Set<string>();

  const answerApi = (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const path = url.pathname.slice('/api/v1'.length);
    if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': open\n\n');
      return;
    }
    const found = match(path);
    if (!found) return problem(response, 404, `no route ${path}`);
    if (failing.has(found.pattern)) return problem(response, 500, 'the fixture was told to fail');
    const route = routes.find(
      (item) => item.path === `/api/v1${found.pattern}` && item.method === (request.method ?? 'GET'),
    );
    let body = answers[found.pattern]?.(url.searchParams, found.id);
    if (empty.has(found.pattern)) body = emptied(body);
    const checked = route?.response?.safeParse(body);
    if (checked && !checked.success)
      return problem(response, 500, `fixture ${found.pattern}: ${checked.error.message}`);
    send(response, 200, body);
  };

  const serveFile = async (response: ServerResponse, path: string) => {
    const wanted = normalize(join(dashboard, path));
    const file = wanted.startsWith(dashboard) && extname(path) !== '' ? wanted : join(dashboard, 'index.html');
    try {
      const content = await readFile(file);
      response
        .writeHead(200, {
          'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
        })
        .end(content);
    } catch {
      problem(response, 404, `no file ${path}`);
    }
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith('/api/')) answerApi(request, response, url);
    else void serveFile(response, url.pathname);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failing,
    empty,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The same shape with every list emptied and every count zero. */
function emptied(body: unknown): unknown {
  if (Array.isArray(body)) return [];
  if (typeof body === 'number') return 0;
  if (body === null || typeof body !== 'object') return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, emptied(value)]));
}
