import { Worker } from 'node:worker_threads';

/** Ends the process, and says at which input, when none was finished for some seconds: an endless loop reports nothing. */
export class Watchdog {
  private readonly count = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker: Worker;

  constructor(afterMs: number) {
    const code = `
      const { workerData: { count, afterMs } } = require('node:worker_threads');
      let last = -1, since = Date.now();
      setInterval(() => {
        const now = Atomics.load(count, 0);
        if (now !== last) [last, since] = [now, Date.now()];
        else if (Date.now() - since > afterMs) {
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
