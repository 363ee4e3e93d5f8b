import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { driftMonitor, page, scoringCoverage } from '@plimsoll/contract';
import { change, connect, feedback, outcome } from '@plimsoll/sdk';
import { historyArrivals, nextArrivalMs } from './arrivals.js';
import { budgets, driftMonitors, gpuRates, objectives, scorers } from './definitions.js';
import { Emitter, historyProcessors, liveProcessors } from './emit.js';
import { declaredChanges, type DemoChange } from './faults.js';
import { servePages } from './gpu-pages.js';
import { planRequest, type PlannedRequest } from './plan.js';
import { Platform } from './platform.js';
import { Random } from './random.js';
import { readDemoSettings } from './settings.js';

const seed = 20_261_122;
const requestsAFlush = 1_500;
const scoredAfterMs = 60_000;
const declaredWithinMs = 30_000;
/** Declared last: its presence in the store says that the history is whole. */
const marker = declaredChanges.find((change) => change.feature === 'code-review')!;

type Events = ReturnType<typeof connect>;

interface Aftermath {
  outcomes: unknown[];
  feedback: unknown[];
}

function note(aftermath: Aftermath, request: PlannedRequest, traceId: string): void {
  const { decided, thumbs } = request;
  if (decided !== null && decided.atMs <= Date.now()) {
    const occurredAt = new Date(decided.atMs).toISOString();
    aftermath.outcomes.push({ name: decided.name, traceId, status: decided.status, occurredAt });
  }
  if (thumbs !== null && thumbs.atMs <= Date.now()) {
    aftermath.feedback.push({ traceId, kind: 'thumbs', value: thumbs.value, at: new Date(thumbs.atMs).toISOString() });
  }
}

async function define(platform: Platform, pagesOrigin: string): Promise<void> {
  for (const scorer of scorers) await platform.put(`/api/v1/scorers/${scorer.slug}`, scorer);
  for (const rate of gpuRates) await platform.put('/api/v1/gpu-rates', rate);
  for (const budget of budgets) await platform.post('/api/v1/budgets', budget);
  for (const monitor of driftMonitors) await platform.post('/api/v1/drift/monitors', monitor);
  await registerPages(platform, pagesOrigin);
}

async function registerPages(platform: Platform, origin: string): Promise<void> {
  const every = { intervalSeconds: 10 };
  await platform.post('/api/v1/scrape-targets', {
    ...every,
    url: `${origin}/dcgm/metrics`,
    kind: 'dcgm',
    name: 'demo-fleet',
  });
  await platform.post('/api/v1/scrape-targets', {
    ...every,
    url: `${origin}/vllm/metrics`,
    kind: 'engine',
    name: 'demo-vllm',
    pool: 'llama-70b',
  });
}

/** Declares what a deploy pipeline would have. */
async function declare(events: Events, changes: readonly DemoChange[], startMs: number): Promise<void> {
  for (const { offsetMs, ...what } of changes) {
    change({ ...what, at: new Date(startMs + offsetMs).toISOString(), actor: 'deploy-bot' });
  }
  await events.flush(declaredWithinMs);
}

async function backfill(platform: Platform, emitter: Emitter, random: Random, startMs: number): Promise<number> {
  const aftermath: Aftermath = { outcomes: [], feedback: [] };
  let requests = 0;
  for (const at of historyArrivals(random, startMs)) {
    const request = planRequest(random, at, startMs);
    // Nothing of the history may end after now: it would be rejected as coming from a wild clock.
    if (request.root.endMs > startMs) continue;
    note(aftermath, request, emitter.emit(request));
    requests += 1;
    if (requests % requestsAFlush === 0) await emitter.flush();
  }
  await emitter.flush();
  await platform.postAll('/api/v1/outcomes', aftermath.outcomes);
  await platform.postAll('/api/v1/feedback', aftermath.feedback);
  return requests;
}

/** Waits until the calls of the last two hours are scored: an objective that is set then is judged on them at once. */
async function untilScored(platform: Platform): Promise<void> {
  const from = new Date(Date.now() - 2 * 3_600_000).toISOString();
  const deadline = Date.now() + scoredAfterMs;
  let before = 0;
  while (Date.now() < deadline) {
    const { items } = await platform.get(`/api/v1/scoring/coverage?from=${from}`, page(scoringCoverage));
    const [pending, scored] = [
      items.reduce((sum, each) => sum + each.pending, 0),
      items.reduce((sum, each) => sum + each.scored, 0),
    ];
    if (scored > 0 && pending === 0 && scored === before) return;
    before = scored;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** Asks for the first drift reports once the history was scored: the schedule alone would leave the page blank for minutes. */
function compareSoon(platform: Platform): void {
  const compare = async (): Promise<void> => {
    const { items } = await platform.get('/api/v1/drift/monitors', page(driftMonitor));
    for (const { id } of items) await platform.post(`/api/v1/drift/monitors/${id}/run`, {});
  };
  setTimeout(() => void compare().catch((error: unknown) => console.error(String(error))), scoredAfterMs);
}

/** Emits live requests as they end, and their outcomes when they are known, until stopped. */
function goLive(emitter: Emitter, random: Random, startMs: number): void {
  const later = (atMs: number, tell: () => void): void => {
    setTimeout(tell, Math.max(0, atMs - Date.now())).unref();
  };
  const step = (): void => {
    const now = Date.now();
    const planned = planRequest(random, now, startMs);
    setTimeout(() => {
      const traceId = emitter.emit(planned);
      const { decided, thumbs } = planned;
      if (decided !== null) {
        later(decided.atMs, () => outcome({ name: decided.name, traceId, status: decided.status }));
      }
      if (thumbs !== null) later(thumbs.atMs, () => feedback({ traceId, kind: 'thumbs', value: thumbs.value }));
    }, planned.root.endMs - now);
    setTimeout(step, nextArrivalMs(random));
  };
  step();
}

async function main(): Promise<void> {
  // The only place of the demo that reads the environment.
  const { apiUrl, otlpUrl, apiKey } = readDemoSettings(process.env);
  process.send?.({ ready: true });
  const platform = new Platform(apiUrl, apiKey);
  const earlier = await platform.startedAt(marker.title, marker.offsetMs);
  const startMs = earlier ?? Date.now();
  const random = new Random(earlier === null ? seed : Date.now());
  // The functions of the SDK nest by OpenTelemetry's context, which is the host's to set up.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const events = connect({ apiKey, url: apiUrl, onError: (error) => console.error(String(error)) });
  const emitter = new Emitter(liveProcessors(apiUrl, apiKey));
  const { origin } = await servePages(new Random(seed), startMs);
  let requests = 0;
  if (earlier === null) {
    await define(platform, origin);
    await declare(
      events,
      declaredChanges.filter((change) => change !== marker),
      startMs,
    );
    const history = new Emitter(historyProcessors(otlpUrl, apiKey));
    requests = await backfill(platform, history, random, startMs);
    await history.shutdown();
    await untilScored(platform);
    for (const objective of objectives) await platform.objective(objective);
    await declare(events, [marker], startMs);
    compareSoon(platform);
  } else {
    await registerPages(platform, origin);
  }
  console.log(JSON.stringify({ backfilled: requests }));
  goLive(emitter, random, startMs);

  const stop = (): void => void Promise.all([emitter.shutdown(), events.shutdown()]).finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // The channel to the supervisor closes when it dies.
  process.once('disconnect', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
