import { z } from 'zod';
import { PlimsollError } from './errors.js';

export const roles = ['ingest', 'worker', 'api'] as const;
export type Role = (typeof roles)[number];

const port = z.coerce.number().int().min(0).max(65535);
const onOff = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((text) => text === 'on' || text === 'true' || text === '1');

const roleList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.enum(roles)).min(1));

/** Days that spans are kept, or `forever` (then no span is too old to be accepted). */
const retention = z.union([z.literal('forever'), z.coerce.number().int().min(1).max(3650)]);

/** Origins of web pages that may send telemetry from the browser, one by one: `https://app.example.com,...`. */
const originList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim().replace(/\/$/, '')))
  .pipe(z.array(z.url()));

const settingsSchema = z.object({
  PLIMSOLL_HOST: z.string().default('127.0.0.1'),
  PLIMSOLL_PORT: port.default(3000),
  PLIMSOLL_OTLP_HTTP_PORT: port.default(4318),
  PLIMSOLL_OTLP_GRPC_PORT: port.default(4317),
  /** Health and metrics of the worker; without it the worker opens no port. */
  PLIMSOLL_WORKER_PORT: port.optional(),
  PLIMSOLL_PUBLIC_URL: z.url().optional(),
  PLIMSOLL_DATA_DIR: z.string().min(1).default('.plimsoll'),
  PLIMSOLL_DEMO: onOff.default(true),
  PLIMSOLL_BOOTSTRAP_API_KEY: z.string().min(16).optional(),
  PLIMSOLL_ROLES: roleList.default(['ingest', 'worker', 'api']),
  PLIMSOLL_RETENTION: retention.default(90),
  PLIMSOLL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  PLIMSOLL_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * 1024 * 1024),
  /** Bytes that one text of a span or log record may have; longer ones are cut and say so. */
  PLIMSOLL_MAX_TEXT_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(4 * 1024 * 1024),
  PLIMSOLL_CORS_ORIGINS: originList.default([]),
  /** Whether secrets and personal data are taken out of content before it is stored, or content is not stored at all. */
  PLIMSOLL_MASKING: z.enum(['off', 'on', 'drop-content']).default('off'),
  /** Ingest stops where the disk of the data directory has less left; 0: never. */
  PLIMSOLL_MIN_FREE_DISK_MB: z.coerce.number().int().min(0).default(512),
  /** What the embedded ClickHouse may hold of memory (`max_server_memory_usage`); beyond it statements fail and are tried again. */
  PLIMSOLL_CLICKHOUSE_MEMORY_MB: z.coerce.number().int().min(512).default(2048),
  /** Seals secrets of notification channels; without it the data directory keeps a key of its own. */
  PLIMSOLL_SECRET_KEY: z.string().min(16).optional(),
  PLIMSOLL_DASHBOARD_DIR: z.string().optional(),
  PLIMSOLL_SCRAPE_ALLOW: z.string().default('127.0.0.1,localhost'),
  CLICKHOUSE_URL: z.url().optional(),
  DATABASE_URL: z.url().optional(),
  REDIS_URL: z.url().optional(),
});

const renamed = {
  PLIMSOLL_HOST: 'host',
  PLIMSOLL_PORT: 'port',
  PLIMSOLL_OTLP_HTTP_PORT: 'otlpHttpPort',
  PLIMSOLL_OTLP_GRPC_PORT: 'otlpGrpcPort',
  PLIMSOLL_WORKER_PORT: 'workerPort',
  PLIMSOLL_PUBLIC_URL: 'publicUrl',
  PLIMSOLL_DATA_DIR: 'dataDir',
  PLIMSOLL_DEMO: 'demo',
  PLIMSOLL_BOOTSTRAP_API_KEY: 'bootstrapApiKey',
  PLIMSOLL_ROLES: 'roles',
  PLIMSOLL_RETENTION: 'retention',
  PLIMSOLL_LOG_LEVEL: 'logLevel',
  PLIMSOLL_MAX_BODY_BYTES: 'maxBodyBytes',
  PLIMSOLL_MAX_TEXT_BYTES: 'maxTextBytes',
  PLIMSOLL_CORS_ORIGINS: 'corsOrigins',
  PLIMSOLL_MASKING: 'masking',
  PLIMSOLL_MIN_FREE_DISK_MB: 'minFreeDiskMb',
  PLIMSOLL_CLICKHOUSE_MEMORY_MB: 'clickhouseMemoryMb',
  PLIMSOLL_SECRET_KEY: 'secretKey',
  PLIMSOLL_DASHBOARD_DIR: 'dashboardDir',
  PLIMSOLL_SCRAPE_ALLOW: 'scrapeAllow',
  CLICKHOUSE_URL: 'clickhouseUrl',
  DATABASE_URL: 'databaseUrl',
  REDIS_URL: 'redisUrl',
} as const satisfies Record<keyof z.output<typeof settingsSchema>, string>;

type Parsed = z.output<typeof settingsSchema>;
type Renamed = typeof renamed;
export type Settings = Readonly<{ [K in keyof Parsed as Renamed[K]]: Parsed[K] }> & {
  /** Names of the variables that were set explicitly: a taken port moves only when its variable was not. */
  readonly explicit: ReadonlySet<string>;
};

/**
 * Reads all settings once from an environment. A variable `X_FILE` names a file with the value of X (for secrets);
 * `readFile` is passed in, so that this stays pure.
 * @throws PlimsollError `invalid_input` naming the variable and the reason.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  readFile?: (path: string) => string,
): Settings {
  const given: Record<string, string> = {};
  for (const name of Object.keys(renamed)) {
    const direct = environment[name];
    const file = environment[`${name}_FILE`];
    if (direct !== undefined && direct !== '') given[name] = direct;
    else if (file !== undefined && file !== '' && readFile !== undefined) given[name] = readFile(file).trim();
  }
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? 'settings');
    throw new PlimsollError('invalid_input', `${name}: ${issue?.message ?? 'not valid'}`, { field: name });
  }
  const settings: Record<string, unknown> = { explicit: new Set(Object.keys(given)) };
  for (const [name, key] of Object.entries(renamed)) settings[key] = parsed.data[name as keyof Parsed];
  return Object.freeze(settings) as Settings;
}
