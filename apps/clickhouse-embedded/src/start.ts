import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readCommandLine, usage, UsageError, type CommandLine } from './command-line.js';
import { DirectoryInUse, Engine } from './engine.js';
import { HttpServer } from './http-server.js';
import { InsertBodies } from './insert-body.js';

/** The supervisor tells by these whether a restart can help; every other code and every signal is a crash. */
const exitCode = { drained: 0, directoryInUse: 2, portTaken: 3, wrongArguments: 64 } as const;

const megabyte = 1024 * 1024;
const drainGraceMs = 20_000;

/**
 * Opens the data directory, listens on loopback and prints one JSON line when it is ready:
 * `{"listening":{"host":"127.0.0.1","port":4123,"version":"26.7.2.1","insertFiles":"/dev/shm/..."}}`. Nothing else goes to
 * stdout.
 */
export async function start(args: readonly string[]): Promise<void> {
  try {
    await serve(readCommandLine(args));
  } catch (error) {
    process.stderr.write(`clickhouse-embedded: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) process.stderr.write(`${usage}\n`);
    process.exit(exitCodeOf(error));
  }
}

async function serve(line: CommandLine): Promise<void> {
  const password = readPassword(line.passwordFile);
  const engine = Engine.open(line.dataDirectory, {
    memoryBytes: line.memoryLimitMegabytes * megabyte,
    keepFreeBytes: line.keepFreeMegabytes * megabyte,
    queryTimeoutSeconds: line.queryTimeoutSeconds,
  });
  await engine.watchWrites(endAtOnce);
  const bodies = await InsertBodies.open(line.dataDirectory);
  const server = new HttpServer({ engine, bodies, password });
  const port = await server.listen(line.port);
  stopOnSignal(async () => {
    await server.drain(drainGraceMs);
    await bodies.close();
    await engine.close();
  }, line.exitWithParent);
  const listening = { host: '127.0.0.1', port, version: engine.version, insertFiles: bodies.sharedDirectory };
  process.stdout.write(`${JSON.stringify({ listening })}\n`);
}

/**
 * Without a last word to the engine, which would only write more. At the next start it puts parts aside that are not whole,
 * and takes up those that they were made of.
 */
function endAtOnce(): void {
  process.stderr.write(
    'clickhouse-embedded: the disk refused a write (full, or broken): starting anew from what is whole\n',
  );
  process.kill(process.pid, 'SIGKILL');
}

function stopOnSignal(stop: () => Promise<void>, exitWithParent: boolean): void {
  let stopping = false;
  const begin = (): void => {
    // A second signal is a person who does not want to wait: what was acknowledged is on disk already.
    if (stopping) process.exit(exitCode.drained);
    stopping = true;
    void stop().then(() => process.exit(exitCode.drained));
  };
  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
  if (!exitWithParent) return;
  // A supervisor that was killed cannot send a signal, but the kernel closes its end of our stdin.
  process.stdin.on('end', begin).on('error', begin).resume();
}

/** Reads the password; writes a generated one, readable by the owner alone, when the file is not there. */
function readPassword(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const password = readFileSync(path, 'utf8').trim();
  if (password === '') throw new UsageError(`--password-file ${path} is empty: delete it to have a password made`);
  return password;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCode.wrongArguments;
  if (error instanceof DirectoryInUse) return exitCode.directoryInUse;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return exitCode.portTaken;
  return 1;
}
