import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, copyFile, type FileHandle } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ClickHouseFailure, failureCode } from './failure.js';

const tmpfs = '/dev/shm';
const megabyte = 1024 * 1024;
const sweepEveryMs = 60_000;
/** No insert takes so long: what is older was left by a client that died. */
const leftAfterMs = 10 * 60_000;
const fileName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface InsertBodyLimits {
  /** What all bodies together may hold of memory; a body that does not fit goes to the data directory instead. */
  readonly memoryBytes: number;
  readonly bodyBytes: number;
}

export const insertBodyLimits: InsertBodyLimits = { memoryBytes: 256 * megabyte, bodyBytes: 1024 * megabyte };

/**
 * Files that hold the bodies of running inserts. Data inlined in the SQL text is not binary-safe in chDB (it is cut at
 * the first blank line), a file read with FROM INFILE is.
 */
export class InsertBodies {
  private memoryUsed = 0;
  private readonly sweeping: NodeJS.Timeout;

  private constructor(
    private readonly memoryDirectory: string | undefined,
    private readonly diskDirectory: string,
    private readonly limits: InsertBodyLimits,
  ) {
    this.sweeping = setInterval(() => void this.sweep(), sweepEveryMs).unref();
  }

  /** Call it after the data directory is locked: bodies left by a killed process of the same directory are removed. */
  static async open(dataDirectory: string, limits: InsertBodyLimits = insertBodyLimits): Promise<InsertBodies> {
    const diskDirectory = join(dataDirectory, 'insert-bodies');
    const memoryDirectory = await usableTmpfs(dataDirectory, limits.memoryBytes);
    for (const directory of [diskDirectory, memoryDirectory]) {
      if (directory === undefined) continue;
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true, mode: 0o700 });
    }
    return new InsertBodies(memoryDirectory, diskDirectory, limits);
  }

  /** Where clients on this machine may put rows as files of their own, see `InsertFiles` of libs/clickhouse: memory only. */
  get sharedDirectory(): string | undefined {
    return this.memoryDirectory;
  }

  /** The path of such a file. */
  given(name: string): string {
    if (this.memoryDirectory !== undefined && fileName.test(name)) {
      const path = join(this.memoryDirectory, name);
      if (existsSync(path)) return path;
    }
    throw new ClickHouseFailure(failureCode.networkError, 'The file with the rows of this insert is not there');
  }

  /** Writes a body to a file, hands its path to `work` and removes it afterwards. */
  async hold<T>(
    chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
    work: (path: string, bytes: number) => Promise<T>,
  ): Promise<T> {
    const body = new HeldBody(this.memoryDirectory ?? this.diskDirectory, this.memoryDirectory !== undefined);
    try {
      await body.open();
      for await (const chunk of chunks) await this.append(body, chunk);
      await body.close();
      return await work(body.path, body.bytes);
    } finally {
      await body.close();
      await rm(body.path, { force: true });
      this.memoryUsed -= body.memoryBytes;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.sweeping);
    if (this.memoryDirectory) await rm(this.memoryDirectory, { recursive: true, force: true });
    await rm(this.diskDirectory, { recursive: true, force: true });
  }

  private async sweep(now = Date.now()): Promise<void> {
    const { memoryDirectory } = this;
    if (memoryDirectory === undefined) return;
    for (const name of await readdir(memoryDirectory).catch(() => [])) {
      const path = join(memoryDirectory, name);
      const found = await stat(path).catch(() => null);
      if (found !== null && now - found.mtimeMs > leftAfterMs) await rm(path, { force: true });
    }
  }

  private async append(body: HeldBody, chunk: Buffer): Promise<void> {
    if (body.bytes + chunk.length > this.limits.bodyBytes) {
      const message = `Insert body is over the limit of ${this.limits.bodyBytes} bytes: send it in several inserts`;
      throw new ClickHouseFailure(failureCode.bodyTooLarge, message);
    }
    const inMemory = this.memoryDirectory !== undefined && body.directory === this.memoryDirectory;
    if (inMemory && this.memoryUsed + chunk.length > this.limits.memoryBytes) {
      await body.moveTo(this.diskDirectory);
      this.memoryUsed -= body.memoryBytes;
      body.memoryBytes = 0;
    } else if (inMemory) {
      this.memoryUsed += chunk.length;
      body.memoryBytes += chunk.length;
    }
    await body.write(chunk);
  }
}

class HeldBody {
  bytes = 0;
  memoryBytes = 0;
  private readonly name = randomUUID();
  /** Of a file in memory: writing to it is a copy, and costs half of what it does by way of Node's pool of threads. */
  private memoryFile: number | undefined;
  private handle: FileHandle | undefined;

  constructor(
    public directory: string,
    inMemory: boolean,
  ) {
    if (inMemory) this.memoryFile = openSync(this.path, 'ax', 0o600);
  }

  get path(): string {
    return join(this.directory, this.name);
  }

  async open(): Promise<void> {
    if (this.memoryFile === undefined) this.handle = await open(this.path, 'ax', 0o600);
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.memoryFile === undefined) await this.handle?.appendFile(chunk);
    else writeFileSync(this.memoryFile, chunk);
    this.bytes += chunk.length;
  }

  async moveTo(directory: string): Promise<void> {
    await this.close();
    const from = this.path;
    this.directory = directory;
    await copyFile(from, `${this.path}.part`);
    await rename(`${this.path}.part`, this.path);
    await rm(from, { force: true });
    this.handle = await open(this.path, 'a');
  }

  async close(): Promise<void> {
    const { handle, memoryFile } = this;
    this.handle = undefined;
    this.memoryFile = undefined;
    if (memoryFile !== undefined) closeSync(memoryFile);
    await handle?.close();
  }
}

/** A directory of our own in tmpfs when there is room for twice the memory limit; containers often give only 64 MB. */
async function usableTmpfs(dataDirectory: string, memoryBytes: number): Promise<string | undefined> {
  if (process.platform !== 'linux' || !existsSync(tmpfs)) return undefined;
  const { bavail, bsize } = await statfs(tmpfs);
  if (bavail * bsize < 2 * memoryBytes) return undefined;
  const name = createHash('sha256').update(resolve(dataDirectory)).digest('hex').slice(0, 16);
  return join(tmpfs, `plimsoll-clickhouse-${name}`);
}
