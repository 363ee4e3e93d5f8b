type Flush = () => Promise<void>;

/** One set of listeners, also where this package is loaded as ESM and as CommonJS. */
const slot = Symbol.for('plimsoll.sdk.atEnd');
const shared = globalThis as { [slot]?: Set<Flush> };

/** The parts that are used of what only Node, or only a browser, has. */
interface Host {
  process?: NodeProcess;
  document?: { visibilityState?: string };
  addEventListener?: (event: string, listener: () => void) => void;
}
interface NodeProcess {
  readonly pid: number;
  readonly versions?: { readonly node?: string };
  on(event: string, listener: () => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

/**
 * Calls `flush` when the process is about to end by itself or by SIGTERM or SIGINT, or when the page goes out of sight.
 * `process.exit()` waits for nobody: flush yourself before it. Returns what takes it back.
 */
export function atEnd(flush: Flush): () => void {
  const flushes = (shared[slot] ??= listen(new Set()));
  flushes.add(flush);
  return () => flushes.delete(flush);
}

function listen(flushes: Set<Flush>): Set<Flush> {
  const host = globalThis as Host;
  const flushAll = async (): Promise<void> => {
    await Promise.allSettled([...flushes].map((flush) => flush()));
  };
  if (host.process?.versions?.node !== undefined) listenToProcess(host.process, flushAll);
  else if (host.document !== undefined) listenToPage(host, flushAll);
  return flushes;
}

/** A process that does nothing for this long after a flush is about to end by itself. */
const quietMs = 1_000;

function listenToProcess(process: NodeProcess, flushAll: () => Promise<void>): void {
  let flushedAt = Number.NEGATIVE_INFINITY;
  process.on('beforeExit', () => {
    // It comes again when the flush has ended: what could not be sent then is not waited for.
    if (performance.now() - flushedAt < quietMs) return;
    void flushAll().then(() => (flushedAt = performance.now()));
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const onSignal = (): void => {
      // Without our listener this signal would end the process; with one of the host's own, the host decides.
      const endsProcess = process.listenerCount(signal) === 1;
      void flushAll().then(() => {
        if (!endsProcess) return;
        process.removeListener(signal, onSignal);
        process.kill(process.pid, signal);
      });
    };
    process.on(signal, onSignal);
  }
}

function listenToPage(host: Host, flushAll: () => Promise<void>): void {
  const onHidden = (): void => {
    if (host.document?.visibilityState === 'hidden') void flushAll();
  };
  host.addEventListener?.('visibilitychange', onHidden);
  host.addEventListener?.('pagehide', () => void flushAll());
}
