import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@plimsoll/contract';
import { choosePort } from '@plimsoll/embedded';
import type { Progress } from './progress.js';

export interface Ports {
  readonly api: number;
  readonly otlpHttp: number;
  readonly otlpGrpc: number;
  /** Health and metrics of the worker. */
  readonly worker: number;
  readonly postgres: number;
  readonly clickhouse: number;
}

/** Ports of the engines as they were last time, so that a tool that was pointed at one finds it again. */
function rememberedPorts(file: string): { postgres: number; clickhouse: number } {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content === 'object' && content !== null && 'postgres' in content && 'clickhouse' in content) {
      return { postgres: Number(content.postgres) || 0, clickhouse: Number(content.clickhouse) || 0 };
    }
  } catch {
    // First start, or a file that somebody spoilt: free ports do.
  }
  return { postgres: 0, clickhouse: 0 };
}

/**
 * Settles all ports before anything starts.
 * @throws PlimsollError `conflict` for a port that was set explicitly and is taken.
 */
export async function settlePorts(settings: Settings, progress: Progress): Promise<Ports> {
  const wish = async (setting: string, port: number, host: string): Promise<number> => {
    const choice = await choosePort({ setting, port, host, explicit: settings.explicit.has(setting) });
    if (choice.moved !== null) progress.warn(choice.moved);
    return choice.port;
  };
  const api = await wish('PLIMSOLL_PORT', settings.port, settings.host);
  const otlpHttp = await wish('PLIMSOLL_OTLP_HTTP_PORT', settings.otlpHttpPort, settings.host);
  const otlpGrpc = await wish('PLIMSOLL_OTLP_GRPC_PORT', settings.otlpGrpcPort, settings.host);
  const worker = await wish('PLIMSOLL_WORKER_PORT', settings.workerPort ?? 0, settings.host);
  const file = join(settings.dataDir, 'ports.json');
  const last = rememberedPorts(file);
  const engine = async (port: number) =>
    (await choosePort({ setting: '', port, host: '127.0.0.1', explicit: false })).port;
  const postgres = await engine(last.postgres);
  const clickhouse = await engine(last.clickhouse);
  writeFileSync(file, JSON.stringify({ postgres, clickhouse }));
  return { api, otlpHttp, otlpGrpc, worker, postgres, clickhouse };
}
