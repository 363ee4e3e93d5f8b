import { BullModule, getQueueToken } from '@nestjs/bullmq';
import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { JobData, JobName, QueueName, Role } from '@plimsoll/contract';
import { addOrder, type QueueBackend, queueNames, scheduleOrders, tellErrors } from '@plimsoll/queue';
import { Queue, Worker } from 'bullmq';

/** Injection token of the queue's store. */
export const QUEUE_BACKEND = Symbol('queue backend');
const QUEUE_ROLE = Symbol('role that uses the queues');

const logger = new Logger('queue');

/** From its birth on: what goes wrong before the application is up is told too. */
class LoggedQueue extends Queue {
  constructor(...options: ConstructorParameters<typeof Queue>) {
    super(...options);
    tellErrors(this, (line) => logger.warn(line));
  }
}

class LoggedWorker extends Worker {
  constructor(...options: ConstructorParameters<typeof Worker>) {
    super(...options);
    tellErrors(this, (line) => logger.warn(line));
  }
}

/** Puts work orders into their queues; the worker role also keeps the scheduled ones alive. */
@Injectable()
export class WorkOrders implements OnApplicationBootstrap {
  constructor(
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(QUEUE_ROLE) private readonly role: Role,
  ) {}

  /** An order with the same `id` that still waits or runs absorbs this one. */
  add<Q extends QueueName, N extends JobName<Q>>(queue: Q, name: N, data: JobData<Q, N>, id?: string): Promise<void> {
    return addOrder<Q, N>(this.queue(queue), name, data, id);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.role !== 'worker') return;
    for (const name of queueNames) await scheduleOrders(name, this.queue(name));
  }

  private queue(name: QueueName): Queue {
    return this.moduleRef.get<Queue>(getQueueToken(name), { strict: false });
  }
}

/** BullMQ on the store that `connectQueue` chose; `WorkOrders` can be injected everywhere. */
@Global()
@Module({})
export class QueueModule {
  static for(role: Role, backend: QueueBackend): DynamicModule {
    BullModule.queueClass = LoggedQueue;
    BullModule.workerClass = LoggedWorker;
    return {
      module: QueueModule,
      imports: [
        BullModule.forRoot({ connection: backend.connection }),
        BullModule.registerQueue(...queueNames.map((name) => ({ name }))),
      ],
      providers: [{ provide: QUEUE_BACKEND, useValue: backend }, { provide: QUEUE_ROLE, useValue: role }, WorkOrders],
      exports: [WorkOrders, QUEUE_BACKEND],
    };
  }
}
