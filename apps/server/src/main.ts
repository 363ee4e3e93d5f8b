import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings, type Role, type Settings } from '@plimsoll/contract';
import { connectQueue, type QueueBackend } from '@plimsoll/queue';
import { readCookies } from './access/cookies.js';
import { takeEventsOfBrowsers } from './http/browser-events.js';
import { serveDashboard } from './http/dashboard.js';
import { ProblemFilter } from './http/problem.filter.js';
import { boundBodies } from './ingest/bound-bodies.js';
import { BytesInFlight } from './ingest/bytes-in-flight.js';
import { RefusedEvents } from './ingest/refused-events.js';
import { keepRawHookBodies } from './incidents/raw-hook-bodies.js';
import { serveApiDocs } from './operations/api-docs.js';
import { HealthService } from './operations/health.service.js';
import { JsonLogger, withoutSecrets } from './operations/json-logger.js';
import { serveProbes } from './operations/probe-server.js';
import { rootModule } from './roles.js';
import { storeAddresses } from './stores/settings.js';

/** Time an open connection gets to finish after SIGTERM. */
const drainMs = 10_000;

/** A request that is not whole by then is given up: what is held of it is held for a bounded time. */
const wholeRequestMs = 300_000;

interface Surroundings {
  readonly settings: Settings;
  readonly queue: QueueBackend;
  readonly logger: JsonLogger;
}

async function startHttp(role: Role, { settings, queue, logger }: Surroundings): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: settings.maxBodyBytes,
    forceCloseConnections: 'idle',
    requestTimeout: wholeRequestMs,
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(role, settings, queue), adapter, {
    logger,
    abortOnError: false,
  });
  await readCookies(app);
  if (role !== 'api') app.useGlobalFilters(new ProblemFilter());
  else {
    app.useGlobalFilters(new ProblemFilter(app.get(RefusedEvents, { strict: false })));
    boundBodies(app.getHttpAdapter().getInstance(), app.get(BytesInFlight, { strict: false }));
    keepRawHookBodies(app);
    takeEventsOfBrowsers(app, settings.corsOrigins);
    await serveApiDocs(app);
    await serveDashboard(app, settings.dashboardDir);
  }
  await app.listen(role === 'api' ? settings.port : settings.otlpHttpPort, settings.host);
  return app;
}

async function startWorker({ settings, queue, logger }: Surroundings): Promise<INestApplicationContext> {
  const options = { logger, abortOnError: false };
  const app = await NestFactory.createApplicationContext(rootModule('worker', settings, queue), options);
  if (settings.workerPort !== undefined) await serveProbes(app.get(HealthService), settings.workerPort, settings.host);
  return app;
}

const start = {
  ingest: (around: Surroundings) => startHttp('ingest', around),
  api: (around: Surroundings) => startHttp('api', around),
  worker: startWorker,
} satisfies Record<Role, (around: Surroundings) => Promise<INestApplicationContext>>;

/** Seconds since this process began, and of its own CPU: a start that only waits for the cores of a busy machine shows. */
function secondsOfLife(): string {
  const { user, system } = process.cpuUsage();
  return `${process.uptime().toFixed(1)} (${((user + system) / 1_000_000).toFixed(1)} of CPU)`;
}

async function main(): Promise<void> {
  // The only place of the server that reads the environment.
  const settings = readSettings(process.env, (path) => readFileSync(path, 'utf8'));
  const logger = new JsonLogger(settings);
  Logger.overrideLogger(logger);
  const running: INestApplicationContext[] = [];
  let queue: QueueBackend | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), drainMs).unref();
    void Promise.all(running.map((app) => app.close()))
      .then(() => queue?.close())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // The supervisor's channel closes when it dies, also while this process still starts: nobody would stop it any more.
  process.once('disconnect', stop);

  // Before anything that may wait: a log that stops here says what for.
  const log = new Logger('start');
  log.log(`${settings.roles.join(', ')}: code loaded after ${secondsOfLife()} s, connecting to the queue`);
  queue = await connectQueue({ ...storeAddresses(settings), redisUrl: settings.redisUrl });
  log.log(`connected after ${secondsOfLife()} s`);
  for (const role of settings.roles) running.push(await start[role]({ settings, queue, logger }));
  process.send?.({ ready: settings.roles });
}

main().catch((error: unknown) => {
  const message = withoutSecrets(error instanceof Error ? error.message : String(error));
  new Logger('start').error(error instanceof Error ? error.stack : error);
  // The supervisor shows the last plain line of a process that could not start.
  process.stderr.write(`${message.split('\n', 1)[0]}\n`, () => process.exit(1));
});
