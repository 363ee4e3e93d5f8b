export { createDataSource, type DataSourceSettings, dataSourceOptions } from './data-source.js';
export { isPassing } from './failures.js';
export { hasPendingMigrations, migratePostgres, type MigrationReport } from './migrate.js';
export { OwnedByProject } from './owned-by-project.entity.js';
