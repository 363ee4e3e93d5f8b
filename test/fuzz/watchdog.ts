import { Worker } from 'node:worker_threads';

/**
 * Ends the process, and says at which input, when none was finished for some seconds of its CPU time: an endless loop
 * reports nothing. A busy machine is no hang, so what only waits has six times as long.
 */
export class Watchdog {
  private readonly count = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker: Worker;

  constructor(afterMs: number) {
    const code = `
      const { workerData: { count, afterMs } } = require('node:worker_threads');
      const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
      let last = -1, since = Date.now(), usedBefore = used();
      setInterval(() => {
        const now = Atomics.load(count, 0);
        if (now !== last) [last, since, usedBefore] = [now, Date.now(), used()];
        else if (used() - usedBefore > afterMs || Date.now() - since > 6 * afterMs) {
          require('node:fs').writeSync(2, 'input ' + now + ' hangs\\n');
          process.kill(process.pid, 'SIGKILL');
        }
      }, 200);`;
    this.worker = new Worker(code, { eval: true, workerData: { count: this.count, afterMs } });
    this.worker.unref();
  }

  at(input: number): void {
    Atomics.store(this.count, 0, input);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
