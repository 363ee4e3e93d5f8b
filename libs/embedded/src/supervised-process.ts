import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { PlimsollError } from '@plimsoll/contract';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Everything the child writes goes here, appended. */
  readonly logFile: string;
  /** Opens a Node message channel; a Node child ends when it closes, so that it never outlives its parent. */
  readonly ipc?: boolean;
  /** Returns true for the line of output (or the message) that says "ready"; asked once with null after the start. */
  readonly isReady: (lineOrMessage: unknown) => boolean;
  readonly readyWithinMs: number;
  /** Exit codes after which a restart makes no sense (a taken port, a locked directory). */
  readonly fatalExitCodes?: readonly number[];
  /** Ends the child in an orderly way; the default is SIGTERM. */
  readonly stopChild?: (child: ChildProcess) => void;
  /** Runs before every start, also before a restart (left-overs of a crash). */
  readonly beforeStart?: () => Promise<void>;
}

export interface ProcessEvents {
  /** A child ended without being asked to; `line` is one line for a human. `willRestart` is false for a fatal end. Deaths in quick succession are told three times only. */
  readonly onDeath?: (line: string, willRestart: boolean) => void;
  readonly onRestarted?: (name: string) => void;
}

const firstBackoffMs = 100;
const lastBackoffMs = 5_000;
/** A child that lived this long starts its back-off afresh. */
const healthyAfterMs = 30_000;
/** After so many deaths in a row nothing more is said: the lines would bury everything else. */
const saidDeaths = 3;

/** Blank lines and the lines of a stack trace that say nothing to a person. */
const traceLine = /^\s*($|at |\^|Node\.js v|\})/;

/** A log that a full disk does not end: what cannot be written is dropped, and what comes later is written again. */
class LogFile {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a', 0o600);
  }

  write(chunk: string): void {
    try {
      writeSync(this.file, chunk);
    } catch {
      // The supervisor has to outlive the disk: nobody else would restart its children.
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Calls `onLine` for every full line of a stream and keeps a copy in the log. */
function followLines(stream: NodeJS.ReadableStream | null, log: LogFile, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    log.write(chunk);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

/** Runs `then` once all output of an ended child has been read, or soon if a grandchild keeps the pipes open. */
function afterLastWords(child: ChildProcess, then: () => void): void {
  let done = false;
  const finish = (): void => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    then();
  };
  const timer = setTimeout(finish, 200);
  child.once('close', finish);
}

/** One child process that is kept alive: restarted with a growing pause when it dies, ended in order on `stop`. */
export class SupervisedProcess {
  private child: ChildProcess | null = null;
  private stopping = false;
  private lastErrorLine = '';
  private backoffMs = firstBackoffMs;
  private deathsInRow = 0;
  private restartTimer: NodeJS.Timeout | null = null;
  private readonly log: LogFile;

  constructor(
    readonly spec: ProcessSpec,
    private readonly events: ProcessEvents = {},
  ) {
    this.log = new LogFile(spec.logFile);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Starts the child and waits until it says that it is ready. Only the first start rejects; later deaths restart it.
   * @returns the line or message that said "ready".
   * @throws PlimsollError `unavailable` with the child's last words.
   */
  async start(): Promise<unknown> {
    await this.spec.beforeStart?.();
    const startedAt = Date.now();
    return new Promise((resolve, reject) => {
      let ready = false;
      const child = this.spawnChild((said) => {
        if (ready || !this.spec.isReady(said)) return;
        ready = true;
        clearTimeout(timer);
        resolve(said);
      });
      this.child = child;
      const timer = setTimeout(() => {
        reject(this.failure(`was not ready within ${this.spec.readyWithinMs / 1000} s`));
        child.kill('SIGKILL');
      }, this.spec.readyWithinMs);
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(this.failure(error.message));
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        this.child = null;
        const livedMs = Date.now() - startedAt;
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        afterLastWords(child, () => {
          if (!ready) reject(this.failure(`ended with ${how}`));
          else if (!this.stopping) this.handleDeath(how, code, livedMs);
        });
      });
    });
  }

  /** Asks the child to end, kills it after `graceMs`, and resolves when it is gone. */
  async stop(graceMs = 15_000): Promise<void> {
    this.stopping = true;
    if (this.restartTimer !== null) clearTimeout(this.restartTimer);
    const child = this.child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        if (this.spec.stopChild === undefined) child.kill('SIGTERM');
        else this.spec.stopChild(child);
      });
    }
    this.log.close();
  }

  private spawnChild(said: (lineOrMessage: unknown) => void): ChildProcess {
    const { spec } = this;
    const stdio: StdioOptions = spec.ipc === true ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'];
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.environment },
      uid: spec.uid,
      gid: spec.gid,
      stdio,
      // Its own process group: Ctrl-C reaches only the supervisor, which then ends all in the right order.
      detached: true,
    });
    // A child that dies while we write to its standard input must not take the supervisor along.
    child.stdin?.on('error', () => undefined);
    child.once('spawn', () => said(null));
    followLines(child.stdout, this.log, said);
    followLines(child.stderr, this.log, (line) => {
      if (!traceLine.test(line)) this.lastErrorLine = line.trim();
      said(line);
    });
    if (spec.ipc === true) child.on('message', said);
    return child;
  }

  private failure(reason: string): PlimsollError {
    const words = this.lastErrorLine === '' ? '' : `: ${this.lastErrorLine}`;
    return new PlimsollError('unavailable', `${this.spec.name} ${reason}${words} (log: ${this.spec.logFile})`);
  }

  private handleDeath(how: string, code: number | null, livedMs: number): void {
    const willRestart = !(code !== null && this.spec.fatalExitCodes?.includes(code) === true);
    if (livedMs > healthyAfterMs) {
      this.backoffMs = firstBackoffMs;
      this.deathsInRow = 0;
    }
    this.deathsInRow += 1;
    if (this.deathsInRow <= saidDeaths) {
      const again = this.deathsInRow === saidDeaths ? `died again and again, last with ${how}` : `died with ${how}`;
      this.events.onDeath?.(this.failure(again).message, willRestart);
    }
    if (!willRestart) return;
    const pause = this.backoffMs;
    this.backoffMs = Math.min(this.backoffMs * 2, lastBackoffMs);
    this.restartTimer = setTimeout(() => this.restart(), pause);
  }

  private restart(): void {
    if (this.stopping) return;
    this.start().then(
      () => {
        if (this.deathsInRow < saidDeaths) this.events.onRestarted?.(this.spec.name);
      },
      (error: unknown) => {
        if (!this.stopping) this.handleDeath(error instanceof Error ? error.message : String(error), null, 0);
      },
    );
  }
}
