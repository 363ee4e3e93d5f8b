/**
 * Says every ten seconds what runs in the store and what it holds, while a bench loads it. Asking costs the store some 60
 * milliseconds of CPU each time; they are among its figures as `read system`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { storeActivity } from './store-watch.queries.js';
import { usageOfTree } from './throughput-processes.js';

const everyMs = 10_000;

export class StoreWatch {
  private readonly began = performance.now();
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;

  /** `pid` is the process of the store. */
  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly pid: number,
    private readonly print: (line: object) => void,
  ) {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const atSeconds = Math.round((performance.now() - this.began) / 1_000);
      const activity = await storeActivity(this.clickhouse).catch((error: Error) => ({ unanswered: error.message }));
      const processMegabytes = Math.round(usageOfTree(this.pid).pssBytes / 1e6);
      this.print({ figure: 'store', atSeconds, processMegabytes, ...activity });
      const next = this.began + (atSeconds * 1_000 + everyMs);
      await sleep(Math.max(0, next - performance.now()), undefined, { signal: this.stopping.signal }).catch(() => {});
    }
  }
}
