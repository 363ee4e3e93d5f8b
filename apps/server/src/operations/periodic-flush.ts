import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';

/** Adds up in memory and writes every so often, and what is left when the process ends. */
export abstract class PeriodicFlush implements OnModuleInit, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly flushEveryMs: number) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), this.flushEveryMs);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Must not throw: what could not be written is kept for the next time. */
  abstract flush(): Promise<void>;
}
