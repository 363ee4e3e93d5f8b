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
import { addOrder, type QueueBackend, queueNames, scheduleOrders } from '@plimsoll/queue';
import type { Queue } from 'bullmq';

/** Injection token of the queue's store. */
export const QUEUE_BACKEND = Symbol('queue backend');
const QUEUE_ROLE = Symbol('role that uses the queues');

/** Puts work orders into their queues; the worker role also keeps the scheduled ones alive. */
@Injectable()
export class WorkOrders implements OnApplicationBootstrap {
  private readonly logger = new Logger('queue');

  constructor(
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(QUEUE_ROLE) private readonly role: Role,
  ) {}

  /** An order with the same `id` that still waits or runs absorbs this one. */
  add<Q extends QueueName, N extends JobName<Q>>(queue: Q, name: N, data: JobData<Q, N>, id?: string): Promise<void> {
    return addOrder<Q, N>(this.queue(queue), name, data, id);
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const name of queueNames) {
      this.queue(name).on('error', (error) => this.logger.warn(`queue ${name}: ${error.message}`));
      if (this.role === 'worker') await scheduleOrders(name, this.queue(name));
    }
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
