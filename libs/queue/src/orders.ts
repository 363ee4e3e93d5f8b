import {
  type JobData,
  type JobDefinition,
  type JobName,
  jobs,
  PlimsollError,
  type QueueName,
} from '@plimsoll/contract';
import type { Job, JobsOptions, Queue } from 'bullmq';

/** One function for each name of a queue; the compiler refuses a processor that forgets one. */
export type JobHandlers<Q extends QueueName> = {
  readonly [N in JobName<Q>]: (data: JobData<Q, N>) => Promise<void>;
};

export const queueNames = Object.keys(jobs) as readonly QueueName[];

/**
 * Neither done nor failed orders stay: an order is derived from the stores, so a sweeper makes it again, and a failed
 * one that stayed would block its successor of the same id.
 */
export const orderOptions: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000 },
};

function definitions(queue: QueueName): Readonly<Record<string, JobDefinition>> {
  return jobs[queue];
}

/**
 * Runs one order through its handler.
 * @throws PlimsollError `invalid_input` for an unknown name or data that do not fit the schema.
 */
export async function runJob<Q extends QueueName>(queue: Q, handlers: JobHandlers<Q>, job: Job): Promise<void> {
  const definition = definitions(queue)[job.name];
  if (definition === undefined) throw new PlimsollError('invalid_input', `queue ${queue} has no order "${job.name}"`);
  const data = definition.data.safeParse(job.data ?? {});
  if (!data.success) {
    throw new PlimsollError('invalid_input', `order ${queue}.${job.name}: ${data.error.message}`, {
      cause: data.error,
    });
  }
  const handle = handlers[job.name as JobName<Q>] as (data: unknown) => Promise<void>;
  await handle(data.data);
}

/** Makes the scheduled orders of a queue, and removes schedules that no longer exist. Idempotent. */
export async function scheduleOrders(name: QueueName, queue: Queue): Promise<void> {
  const scheduled = new Set<string>();
  for (const [job, { every }] of Object.entries(definitions(name))) {
    if (every === undefined) continue;
    scheduled.add(job);
    // The next tick comes by itself: to try a failed one again would only run it twice.
    await queue.upsertJobScheduler(job, { every }, { name: job, data: {}, opts: { ...orderOptions, attempts: 1 } });
  }
  for (const { key } of await queue.getJobSchedulers()) {
    if (!scheduled.has(key)) await queue.removeJobScheduler(key);
  }
}

/**
 * Puts an order into its queue. With an `id`, an order that still waits or runs absorbs the new one; once it is done
 * the same id may come again.
 */
export async function addOrder<Q extends QueueName, N extends JobName<Q>>(
  queue: Queue,
  name: N,
  data: JobData<Q, N>,
  id?: string,
): Promise<void> {
  await queue.add(name, data, id === undefined ? orderOptions : { ...orderOptions, jobId: id.replaceAll(':', '-') });
}
