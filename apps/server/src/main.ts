import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings, type Role, type Settings } from '@plimsoll/contract';
import { serveDashboard } from './http/dashboard.js';
import { ProblemFilter } from './http/problem.filter.js';
import { rootModule } from './roles.js';

/** Time an open connection gets to finish after SIGTERM. */
const drainMs = 10_000;

async function startHttp(role: Role, settings: Settings, port: number): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: settings.maxBodyBytes, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(role, settings), adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  if (role === 'api') await serveDashboard(app, settings.dashboardDir);
  await app.listen(port, settings.host);
  return app;
}

const start = {
  ingest: (settings: Settings) => startHttp('ingest', settings, settings.otlpHttpPort),
  api: (settings: Settings) => startHttp('api', settings, settings.port),
  worker: (settings: Settings) =>
    NestFactory.createApplicationContext(rootModule('worker', settings), { bufferLogs: true, abortOnError: false }),
} satisfies Record<Role, (settings: Settings) => Promise<INestApplicationContext>>;

async function main(): Promise<void> {
  // The only place of the server that reads the environment.
  const settings = readSettings(process.env, (path) => readFileSync(path, 'utf8'));
  const running: INestApplicationContext[] = [];
  for (const role of settings.roles) running.push(await start[role](settings));
  process.send?.({ ready: settings.roles });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), drainMs).unref();
    void Promise.all(running.map((app) => app.close())).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // The supervisor's channel closes when it dies: nobody would restart or stop this process any more.
  process.once('disconnect', stop);
}

main().catch((error: unknown) => {
  new Logger('start').error(error instanceof Error ? error.message : error);
  process.exit(1);
});
