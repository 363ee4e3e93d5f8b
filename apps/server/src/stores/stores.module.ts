import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClickHouse, createClickHouse } from '@plimsoll/clickhouse';
import type { Settings } from '@plimsoll/contract';
import { dataSourceOptions } from '@plimsoll/postgres';
import { SecretBox } from './secret-box.js';
import { SETTINGS, storeAddresses } from './settings.js';

/** The two stores, once a process: `ClickHouse` and TypeORM's data source can be injected everywhere. */
@Global()
@Module({})
export class StoresModule implements OnApplicationShutdown {
  constructor(@Inject(ClickHouse) private readonly clickhouse: ClickHouse) {}

  static for(settings: Settings, role: string): DynamicModule {
    const { clickhouseUrl, databaseUrl } = storeAddresses(settings);
    return {
      module: StoresModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions({ url: databaseUrl, entities: [], applicationName: `plimsoll ${role}` }),
          autoLoadEntities: true,
        }),
      ],
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: SecretBox, useFactory: () => new SecretBox(settings) },
        {
          provide: ClickHouse,
          useFactory: () => createClickHouse({ url: clickhouseUrl, background: role === 'worker' }),
        },
      ],
      exports: [SETTINGS, SecretBox, ClickHouse],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.clickhouse.close();
  }
}
