import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const entry = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));

/** Test support: the built process under test, on a free port. */
export interface RunningProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly password: string;
  /** Sends the signal and resolves with the exit code, or the signal's name. */
  stop(signal: NodeJS.Signals): Promise<number | string>;
}

export async function startProcess(dataDirectory: string, ...more: string[]): Promise<RunningProcess> {
  const passwordFile = join(dataDirectory, '..', 'clickhouse-password');
  const child = launch(dataDirectory, passwordFile, more);
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout! }), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`exited with ${code} before it listened`);
    }),
  ])) as [string];
  const { port } = (JSON.parse(line) as { listening: { port: number } }).listening;
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    password: (await readFile(passwordFile, 'utf8')).trim(),
    stop: async (signal) => {
      const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals]>;
      child.kill(signal);
      const [code, killedBy] = await ended;
      return code ?? killedBy;
    },
  };
}

/** For starts that are expected to fail: exit code and the last line on stderr. */
export async function startAndFail(dataDirectory: string, ...more: string[]): Promise<{ code: number; line: string }> {
  const child = launch(dataDirectory, join(dataDirectory, '..', 'clickhouse-password'), more);
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, line: stderr.trim().split('\n').at(-1) ?? '' };
}

function launch(dataDirectory: string, passwordFile: string, more: string[]): ChildProcess {
  // With the test runner's end its pipe closes, so that a failed test leaves no process behind.
  const args = [entry, '--data-dir', dataDirectory, '--password-file', passwordFile, '--exit-with-parent', ...more];
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
}
