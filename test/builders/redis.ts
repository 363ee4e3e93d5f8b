import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@plimsoll/embedded';

export interface TestRedis {
  readonly url: string;
  /** Folder of its log of commands: everything that was ever written to it, as it was sent. */
  readonly commandLog: string;
  stop(): Promise<void>;
}

/** `apt-get install redis-server` */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const commandLog = mkdtempSync(join(tmpdir(), 'plimsoll-redis-'));
  const flags = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--dir', commandLog];
  const server = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve) => {
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) resolve();
    });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    commandLog,
    stop: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await gone;
      rmSync(commandLog, { recursive: true });
    },
  };
}
