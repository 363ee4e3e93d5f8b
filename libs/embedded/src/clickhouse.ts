import { readFileSync } from 'node:fs';
import { type ProcessEvents, SupervisedProcess } from './supervised-process.js';

export interface ClickHouseOptions extends ProcessEvents {
  /** `main.js` of apps/clickhouse-embedded. */
  readonly entry: string;
  readonly dataDir: string;
  /** A free port of 127.0.0.1; a restart takes the same one, so that clients need only retry. */
  readonly port: number;
  readonly passwordFile: string;
  readonly logFile: string;
  /** What the engine may hold of memory, in MB; absent: its own default. */
  readonly memoryMb?: number;
  /** What inserts and merges leave free of the disk, in MB; absent: they may fill it. */
  readonly keepFreeMb?: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface EmbeddedClickHouse {
  /** Connection string with user, password and database, and the directory where the engine takes rows as files. */
  readonly url: string;
  pid(): number | undefined;
  stop(): Promise<void>;
}

interface Listening {
  /** Without the directory where memory cannot hold files. */
  readonly listening: { readonly insertFiles?: string };
}

function isListening(line: unknown): line is string {
  return typeof line === 'string' && line.startsWith('{"listening"');
}

/**
 * Starts the embedded ClickHouse and keeps it alive.
 * @throws PlimsollError `unavailable` with its last words.
 */
export async function startClickHouse(options: ClickHouseOptions): Promise<EmbeddedClickHouse> {
  const { entry, dataDir, port, passwordFile, memoryMb, keepFreeMb } = options;
  const memory = memoryMb === undefined ? [] : ['--memory-limit-mb', `${memoryMb}`];
  const free = keepFreeMb === undefined ? [] : ['--keep-free-mb', `${keepFreeMb}`];
  const more = [...memory, ...free, '--exit-with-parent'];
  // The same after a restart: it is made of the data directory.
  let insertFiles: string | undefined;
  const server = new SupervisedProcess(
    {
      name: 'ClickHouse',
      command: process.execPath,
      args: [entry, '--data-dir', dataDir, '--port', `${port}`, '--password-file', passwordFile, ...more],
      environment: options.environment,
      logFile: options.logFile,
      isReady: (line) => {
        if (!isListening(line)) return false;
        ({ insertFiles } = (JSON.parse(line) as Listening).listening);
        return true;
      },
      readyWithinMs: 60_000,
      // 2: another process holds the data directory, 3: the port is taken, 64: wrong arguments.
      fatalExitCodes: [2, 3, 64],
    },
    options,
  );
  await server.start();
  const files = insertFiles === undefined ? '' : `?insert_files=${encodeURIComponent(insertFiles)}`;
  const password = encodeURIComponent(readFileSync(passwordFile, 'utf8').trim());
  return {
    url: `http://default:${password}@127.0.0.1:${port}/default${files}`,
    pid: () => server.pid,
    // It waits at most 20 s for running queries before it ends.
    stop: () => server.stop(25_000),
  };
}
