import 'reflect-metadata';
import { postgresMigrations } from '@plimsoll/migrations/postgres';
import { DataSource, type DataSourceOptions, type EntityTarget, type ObjectLiteral } from 'typeorm';

export interface DataSourceSettings {
  readonly url: string;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  /** Connections this process may hold. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`, so that an operator sees which process holds a connection. */
  readonly applicationName?: string;
}

/** Options of the one TypeORM data source; the schema is made by migrations only, never from entities. */
export function dataSourceOptions(settings: DataSourceSettings): DataSourceOptions {
  return {
    type: 'postgres',
    url: settings.url,
    entities: [...settings.entities] as DataSourceOptions['entities'],
    migrations: [...postgresMigrations],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    installExtensions: false,
    poolSize: settings.poolSize ?? 6,
    applicationName: settings.applicationName ?? 'plimsoll',
  };
}

/** A data source that is not connected yet: call `initialize()`. */
export function createDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource(dataSourceOptions(settings));
}
