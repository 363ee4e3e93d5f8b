import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';
import { failedSelfTests } from './slo.queries.js';

const failures = 'plimsoll_slo_self_test_failures';

/** What operators see of alerting at `/metrics`. */
@Injectable()
export class SloMetrics implements OnModuleInit {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  onModuleInit(): void {
    // One registry a process, also when it plays several roles.
    if (register.getSingleMetric(failures) !== undefined) return;
    const { database } = this;
    new Gauge({
      name: failures,
      help: 'Alerting objectives whose last nightly self-test did not page; must be 0',
      async collect() {
        this.set(await failedSelfTests(database).catch(() => Number.NaN));
      },
    });
  }
}
