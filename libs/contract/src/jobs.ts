import { z } from 'zod';

export interface JobDefinition {
  /** What a work order carries: ids and time ranges, never payloads. */
  readonly data: z.ZodType;
  /** Milliseconds between two runs of a scheduled order; absent = on demand only. */
  readonly every?: number;
}

/** A scheduled order looks for its work itself. */
const tick = z.strictObject({});

const seconds = 1_000;
const minutes = 60 * seconds;

/**
 * Every work order of the platform: queue (= capability) and name. Orders are idempotent and can all be derived again
 * from the two stores, so that an emptied queue costs time and no figure.
 */
export const jobs = {
  rollups: {
    /** Recomputes the minutes that changed since the last pass. */
    dirty: { data: tick, every: 5 * seconds },
    /** Recomputes the hours in which something changed; one hour at most once a minute. */
    hours: { data: tick, every: 15 * seconds },
    /** Compares raw rows and rollups; the difference must be 0. */
    audit: { data: tick, every: 60 * minutes },
  },
  ingest: {
    /** Maps stored spans again where somebody asked for it, one run after the other. */
    remap: { data: tick, every: 15 * seconds },
  },
  scoring: {
    /** Decides which new calls are scored, and scores them by rule. */
    decide: { data: tick, every: 5 * seconds },
    /** Scores the sampled calls that a judge has to read. */
    judge: { data: tick, every: 10 * seconds },
  },
  drift: {
    /** Compares the watched features whose next window is over. */
    compare: { data: tick, every: 1 * minutes },
  },
  slo: {
    /** Looks which minutes have closed and steps every alert once for each. */
    evaluate: { data: tick, every: 15 * seconds },
    /** Makes the points of new revisions over the history that is kept, newest hours first. */
    backfill: { data: tick, every: 5 * seconds },
    /** Replays a breach of every alerting objective whose last self-test is a day old. */
    selfTest: { data: tick, every: 5 * minutes },
  },
  incidents: {
    /** Reports prompt and model versions seen for the first time as changes. */
    firstSeen: { data: tick, every: 15 * seconds },
    /** Ranks the suspects of open incidents that are new or have moved on. */
    suspects: { data: tick, every: 5 * seconds },
    /** Tells the next step of escalations that nobody has acknowledged. */
    escalate: { data: tick, every: 15 * seconds },
    /** Ends flapping, renews alerts at receivers that forget, notes drift reports beside open incidents. */
    upkeep: { data: tick, every: 60 * seconds },
    /** Tells when the budget of an open incident's objective passes a mark. */
    budgets: { data: tick, every: 60 * seconds },
    /** Tells when spending reaches a mark of a money budget. */
    money: { data: tick, every: 10 * minutes },
    /** Sends what waits in the outbox. */
    deliver: { data: tick, every: 5 * seconds },
  },
  gpu: {
    /** Reads the exposition page of every target that is due. */
    scrape: { data: tick, every: 5 * seconds },
  },
  operations: {
    /** Drops what is older than its project keeps. */
    retention: { data: tick, every: 60 * minutes },
  },
} as const satisfies Record<string, Record<string, JobDefinition>>;

export type Jobs = typeof jobs;
export type QueueName = keyof Jobs;
export type JobName<Q extends QueueName> = keyof Jobs[Q] & string;
/** The payload of one kind of order, as inferred from its schema. */
export type JobData<Q extends QueueName, N extends JobName<Q>> = Jobs[Q][N] extends { data: infer S extends z.ZodType }
  ? z.output<S>
  : never;
