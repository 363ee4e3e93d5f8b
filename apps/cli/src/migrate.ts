import { checkClickHouse, migrateClickHouse } from '@plimsoll/clickhouse';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { hasPendingMigrations, migratePostgres } from '@plimsoll/postgres';

function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new PlimsollError(
    'invalid_input',
    `${name} is not set; \`plimsoll start\` migrates the embedded engines itself`,
    {
      field: name,
    },
  );
}

async function check(clickhouseUrl: string, databaseUrl: string): Promise<number> {
  const lines: string[] = [];
  const clickhouse = await checkClickHouse({ url: clickhouseUrl });
  for (const problem of clickhouse.problems) lines.push(`ClickHouse: ${problem}`);
  for (const name of clickhouse.pending) lines.push(`ClickHouse: migration ${name} is missing`);
  if (await hasPendingMigrations(databaseUrl)) lines.push('PostgreSQL: migrations are missing');
  if (lines.length === 0) lines.push('Both schemas are up to date');
  process.stdout.write(`${lines.join('\n')}\n`);
  return lines.length === 1 && lines[0] === 'Both schemas are up to date' ? 0 : 1;
}

/** `plimsoll migrate [--check]`: returns the exit code. */
export async function migrate(settings: Settings, checkOnly: boolean): Promise<number> {
  const clickhouseUrl = required(settings.clickhouseUrl, 'CLICKHOUSE_URL');
  const databaseUrl = required(settings.databaseUrl, 'DATABASE_URL');
  if (checkOnly) return check(clickhouseUrl, databaseUrl);
  const postgres = await migratePostgres(databaseUrl);
  const clickhouse = await migrateClickHouse({ url: clickhouseUrl });
  const names = [...postgres.applied, ...clickhouse.applied];
  process.stdout.write(
    names.length === 0 ? 'Nothing to do\n' : `${names.map((name) => `applied ${name}`).join('\n')}\n`,
  );
  return 0;
}
