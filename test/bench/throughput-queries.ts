/**
 * Which of the store's statements spend its CPU. chDB keeps no query log, so twice a second what each of its threads has
 * spent since is put down to the statement that runs on it. Five times a second cost the store some 2 us a span.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { cpuSecondsOfTasks } from './throughput-processes.js';

interface RunningQuery {
  readonly query: string;
  readonly elapsed: number;
  readonly threads: readonly number[];
}

/** A merge that runs, under the name of what it spends. */
const mergeOf = 'merges of ';

const everyMs = 500;

/** Tables that the passes over changed minutes and hours write. */
const recomputed = new Set(['traces', 'minute_rollup', 'hour_rollup', 'dimension_values', 'sli_points']);

/** The table that a statement writes, or what it reads. */
function subjectOf(query: string): string {
  const written = /^\s*INSERT INTO `?(\w+)/i.exec(query)?.[1];
  if (written !== undefined) return written;
  // How a pass finds its work.
  if (query.includes('AS mark')) return query.includes('AS source') ? 'arrivals' : 'arrivals to be scored';
  if (query.includes('AS stored_at')) return 'calls to be scored';
  return query.includes('system.processes') ? 'bench' : `read ${/FROM\s+(\w+)/i.exec(query)?.[1] ?? ''}`;
}

export function isRecompute(subject: string): boolean {
  return recomputed.has(subject) || subject === 'arrivals';
}

/**
 * Seconds of CPU by the table that is written; `merges of <table>`, and for threads without a statement `http`,
 * `pool` (what Node hands to its pool) and `unknown`.
 */
export class QuerySampler {
  private readonly spent = new Map<string, number>();
  private readonly done: Promise<void>;
  private running: readonly RunningQuery[] = [];
  private stopping = false;

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly pid: number,
  ) {
    this.done = this.run();
  }

  async stop(): Promise<Record<string, number>> {
    this.stopping = true;
    await this.done;
    return Object.fromEntries([...this.spent].toSorted(([, left], [, right]) => right - left));
  }

  private async run(): Promise<void> {
    let before = cpuSecondsOfTasks(this.pid);
    while (!this.stopping) {
      await sleep(everyMs);
      const running = await this.read();
      const tasks = cpuSecondsOfTasks(this.pid);
      for (const [id, { name, seconds }] of tasks) {
        const spent = seconds - (before.get(id)?.seconds ?? 0);
        if (spent > 0) this.add(this.subjectOn(id, name, running), spent);
      }
      before = tasks;
      this.running = running;
    }
  }

  private add(subject: string, seconds: number): void {
    this.spent.set(subject, (this.spent.get(subject) ?? 0) + seconds);
  }

  private subjectOn(task: number, name: string, now: readonly RunningQuery[]): string {
    // Which merge a thread is on is not told: where several run, the one that began first stands for all.
    if (name.startsWith('Merge')) {
      const merges = [...this.running, ...now].filter(({ query }) => query.startsWith(mergeOf));
      return merges.toSorted((left, right) => right.elapsed - left.elapsed)[0]?.query ?? 'merges';
    }
    if (task === this.pid) return 'http';
    for (const queries of [now, this.running]) {
      // A thread goes from one statement to the next: it is on the youngest of those that name it.
      const youngest = queries
        .filter(({ threads }) => threads.includes(task))
        .toSorted((left, right) => left.elapsed - right.elapsed)[0];
      if (youngest !== undefined) return subjectOf(youngest.query);
    }
    return name === 'node' ? 'pool' : 'unknown';
  }

  private async read(): Promise<RunningQuery[]> {
    return this.clickhouse
      .query<RunningQuery>(
        `SELECT substring(query, 1, 20000) AS query, elapsed, thread_ids AS threads FROM system.processes
        UNION ALL SELECT concat('${mergeOf}', table) AS query, elapsed, [] AS threads FROM system.merges`,
      )
      .catch(() => []);
  }
}
