import { checkClickHouse, type ClickHouse, createClickHouse, migrateClickHouse } from '@plimsoll/clickhouse';
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

async function check(clickhouse: ClickHouse, databaseUrl: string): Promise<number> {
  const lines: string[] = [];
  const { pending, altered, missingFeatures } = await checkClickHouse(clickhouse);
  for (const feature of missingFeatures) lines.push(`ClickHouse: the server is too old, it lacks ${feature}`);
  for (const name of altered) lines.push(`ClickHouse: migration ${name} was changed after it had been applied`);
  for (const name of pending) lines.push(`ClickHouse: migration ${name} is missing`);
  if (await hasPendingMigrations(databaseUrl)) lines.push('PostgreSQL: migrations are missing');
  process.stdout.write(lines.length === 0 ? 'Both schemas are up to date\n' : `${lines.join('\n')}\n`);
  return lines.length === 0 ? 0 : 1;
}

/** `plimsoll migrate [--check]`: returns the exit code. */
export async function migrate(settings: Settings, checkOnly: boolean): Promise<number> {
  const databaseUrl = required(settings.databaseUrl, 'DATABASE_URL');
  const clickhouse = createClickHouse({ url: required(settings.clickhouseUrl, 'CLICKHOUSE_URL') });
  try {
    if (checkOnly) return await check(clickhouse, databaseUrl);
    const names = [...(await migratePostgres(databaseUrl)).applied, ...(await migrateClickHouse(clickhouse))];
    process.stdout.write(
      names.length === 0 ? 'Nothing to do\n' : `${names.map((name) => `applied ${name}`).join('\n')}\n`,
    );
    return 0;
  } finally {
    await clickhouse.close();
  }
}
