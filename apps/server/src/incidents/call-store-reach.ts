import { PlimsollError } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import { lastAnswerMicros } from './incidents.queries.js';

/** An incident is read at night by somebody in a hurry: longer than this nobody waits for figures. */
const patienceMs = 8000;
/** So long after a failure the store is not asked again, so that what PostgreSQL holds is shown at once. */
const pauseMs = 5000;

/**
 * The store of calls as incidents need it: an incident is read from PostgreSQL, and what is counted from calls may be
 * away. Knows since when.
 */
export class CallStoreReach {
  private answeredAt = 0;
  private failedAt = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly waitMs = patienceMs,
  ) {}

  /** What the store says; null while it is away. Other failures are thrown. */
  async ask<T extends object>(work: () => Promise<T>): Promise<T | null> {
    if (Date.now() - this.failedAt < pauseMs) return null;
    try {
      const answer = await this.withinPatience(work());
      this.answeredAt = Date.now();
      this.failedAt = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'unavailable') throw error;
      this.failedAt = Date.now();
      return null;
    }
  }

  /** When the store was last known to answer, here or to the pass that reads it all the time; null: never. */
  async lastAnswer(): Promise<Date | null> {
    const micros = await lastAnswerMicros(this.dataSource.manager);
    const latest = Math.max(this.answeredAt, micros === null ? 0 : Number(micros) / 1000);
    return latest === 0 ? null : new Date(latest);
  }

  private async withinPatience<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new PlimsollError('unavailable', `the store of calls did not answer within ${this.waitMs} ms`)),
        this.waitMs,
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
