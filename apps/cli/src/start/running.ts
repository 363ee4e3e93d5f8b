import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const running = z.object({ pid: z.number().int(), apiUrl: z.string(), dashboardUrl: z.string() });

/** Where the platform that runs on a data directory can be reached; for the commands that talk to it. */
export type Running = z.infer<typeof running>;

function file(dataDir: string): string {
  return join(dataDir, 'running.json');
}

export function writeRunning(dataDir: string, content: Running): void {
  writeFileSync(file(dataDir), JSON.stringify(content));
}

export function removeRunning(dataDir: string): void {
  rmSync(file(dataDir), { force: true });
}

/** @returns null when none runs, also when the last one was killed. */
export function readRunning(dataDir: string): Running | null {
  try {
    const content = running.parse(JSON.parse(readFileSync(file(dataDir), 'utf8')));
    process.kill(content.pid, 0);
    return content;
  } catch (error) {
    // A process of another user cannot be signalled, but it is there.
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'EPERM' ? running.parse(JSON.parse(readFileSync(file(dataDir), 'utf8'))) : null;
  }
}
