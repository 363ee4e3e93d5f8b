import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSettings } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
const compose = parse(read('docker/compose.yaml')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const { plimsoll, ...engines } = compose.services;

const dockerfile = read('docker/Dockerfile').replaceAll('\\\n', ' ');
const lines = (instruction: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} (.*)$`, 'gm'))].map(([, rest]) => rest ?? '');

/** What the image sets, as the server would read it in the container of `docker/compose.yaml`. */
const environment = {
  ...Object.fromEntries(lines('ENV').flatMap((line) => line.split(/\s+/).map((pair) => pair.split('=', 2)))),
  ...plimsoll?.environment,
} as Record<string, string>;

test('the image and the compose file set what the server knows, by its name', () => {
  const settings = readSettings(environment);
  const known = Object.keys(environment).filter((name) => name !== 'NODE_ENV');
  expect([...settings.explicit].toSorted()).toEqual(known.toSorted());
  // From outside of the container nothing else can be reached.
  expect(settings).toMatchObject({ host: '0.0.0.0', dataDir: '/data', demo: false });
});

test('ports are those that the server listens on', () => {
  const { port, otlpGrpcPort, otlpHttpPort } = readSettings(environment);
  const ports = [port, otlpGrpcPort, otlpHttpPort];
  expect(lines('EXPOSE')).toEqual([ports.join(' ')]);
  expect(plimsoll?.ports).toEqual(ports.map((each) => `${each}:${each}`));
});

test('addresses of engines lead to services with their own users, and wait until these are healthy', () => {
  const url = (name: string) => new URL(environment[name] ?? '');
  const [clickhouse, database, redis] = ['CLICKHOUSE_URL', 'DATABASE_URL', 'REDIS_URL'].map(url);
  expect([clickhouse?.hostname, database?.hostname, redis?.hostname]).toEqual(Object.keys(engines));
  expect([clickhouse?.port, database?.port, redis?.port]).toEqual(['8123', '5432', '6379']);
  const { CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, CLICKHOUSE_DB } = engines['clickhouse']?.environment ?? {};
  expect([clickhouse?.username, clickhouse?.password, clickhouse?.pathname]).toEqual([
    CLICKHOUSE_USER,
    CLICKHOUSE_PASSWORD,
    `/${CLICKHOUSE_DB}`,
  ]);
  const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = engines['postgres']?.environment ?? {};
  expect([database?.username, database?.password, database?.pathname]).toEqual([
    POSTGRES_USER,
    POSTGRES_PASSWORD,
    `/${POSTGRES_DB}`,
  ]);
  for (const [name, { healthcheck, image }] of Object.entries(engines)) {
    expect(plimsoll?.depends_on?.[name]).toEqual({ condition: 'service_healthy' });
    expect(healthcheck?.test[0], name).toBe('CMD');
    // A tag that moves by itself would change what a restart runs.
    expect(image).toMatch(/^[\w./-]+:\d+(\.\d+)?$/);
  }
});

test('volumes are declared and used, and the data directory is one', () => {
  const used = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map((each) => each.split(':')));
  expect(new Set(used.map(([name]) => name))).toEqual(new Set(Object.keys(compose.volumes)));
  expect(lines('VOLUME')).toEqual([environment['PLIMSOLL_DATA_DIR']]);
  expect(plimsoll?.volumes).toEqual([`plimsoll:${environment['PLIMSOLL_DATA_DIR']}`]);
});

test('the image is built from files that exist, by a Node that the packages take', () => {
  expect(plimsoll?.build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile' });
  const command = JSON.parse(lines('CMD').find((each) => each.startsWith('[')) ?? '[]') as string[];
  expect(command.slice(0, 1).concat(command.slice(2))).toEqual(['node', 'start']);
  expect(existsSync(`${root}${command[1]}`)).toBe(true);
  const { engines: wanted, scripts } = JSON.parse(read('package.json')) as {
    engines: { node: string };
    scripts: Record<string, string>;
  };
  const [major] = /\d+/.exec(wanted.node) ?? [];
  expect(lines('FROM').map((each) => each.split(/[:-]/, 2)[1])).toEqual([major, major]);
  for (const [, script] of dockerfile.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script ?? '');
});

test('what is copied into the image is the checkout without what was built or installed in it', () => {
  expect(lines('COPY')).toEqual(['. .', '--from=build /plimsoll /plimsoll']);
  expect(read('.dockerignore').split('\n')).toEqual(
    expect.arrayContaining(['**/node_modules', '**/dist', '.git', '.plimsoll']),
  );
});
