import type { Settings } from '@plimsoll/contract';

/** Injection token of the typed settings: `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = Symbol('settings');

/** The store addresses that every server process needs; the command line fills them for embedded engines. */
export function storeAddresses(settings: Settings): { clickhouseUrl: string; databaseUrl: string } {
  const { clickhouseUrl, databaseUrl } = settings;
  if (clickhouseUrl === undefined) throw new Error('CLICKHOUSE_URL is not set: start with `plimsoll start`, or set it');
  if (databaseUrl === undefined) throw new Error('DATABASE_URL is not set: start with `plimsoll start`, or set it');
  return { clickhouseUrl, databaseUrl };
}
