import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestClickHouse, type TestClickHouse } from '@plimsoll/clickhouse/testing';
import { readSettings } from '@plimsoll/contract';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@plimsoll/postgres/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AuditEntity } from '../access/access.entity.js';
import { makeOwner } from '../access/testing/make-owner.js';
import { AuditService } from '../access/audit.service.js';
import type { Principal } from '../http/principal.js';
import { GpuRateEntity, ScrapeTargetEntity } from './gpu.entity.js';
import { GpuService } from './gpu.service.js';
import { ScrapeService } from './scrape.service.js';
import { TargetsService } from './targets.service.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../../../../test/fixtures/exposition/${name}`, import.meta.url), 'utf8');
const dcgm = fixture('dcgm_exporter_4.8_k8s.prom');
const vllm = fixture('vllm_v1.prom');

let store: TestClickHouse;
let postgres: TestPostgres;
let database: TestDatabase;
let gpus: GpuService;
let targets: TargetsService;
let scrapes: ScrapeService;
let pages: Server;
let origin: string;
let answer: (path: string, response: ServerResponse) => void;
let principal: Principal;

beforeAll(async () => {
  [store, postgres] = await Promise.all([startTestClickHouse(), startTestPostgres()]);
  database = await postgres.createDatabase([AuditEntity, GpuRateEntity, ScrapeTargetEntity]);
  const { dataSource } = database;
  const settings = readSettings({});
  gpus = new GpuService(store.clickhouse, dataSource);
  targets = new TargetsService(dataSource, settings, new AuditService(dataSource));
  scrapes = new ScrapeService(store.clickhouse, dataSource, settings);
  pages = createServer((request, response) => answer(request.url ?? '', response));
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
});

afterAll(async () => {
  pages.close();
  await Promise.all([store.stop(), postgres.stop()]);
});

beforeEach(async () => {
  principal = await makeOwner(database.dataSource);
  answer = (path, response) => response.end(path === '/dcgm' ? dcgm : vllm);
});

afterEach(() => database.dataSource.query('DELETE FROM scrape_targets'));

/** Makes every target due, and scrapes. */
async function scrapeAgain(): Promise<void> {
  await database.dataSource.query('UPDATE scrape_targets SET last_scraped_at = NULL');
  await scrapes.scrapeDue();
}

async function addTarget(path: string, kind: 'dcgm' | 'engine', pool?: string): Promise<void> {
  await targets.set(principal, {
    url: `${origin}${path}`,
    kind,
    intervalSeconds: 30,
    name: path,
    ...(pool === undefined ? {} : { pool }),
  });
}

describe('scraping', () => {
  test('pages become samples, a fleet and its verdicts', async () => {
    await addTarget('/dcgm', 'dcgm');
    await addTarget('/vllm', 'engine', 'llama-70b');
    await gpus.setRate(principal.project.id, { model: 'NVIDIA H100 80GB HBM3', hourly: '2.80', currency: 'USD' });
    await scrapes.scrapeDue();
    const fleet = await gpus.fleet(principal.project);
    expect(
      fleet.items.map(({ index, migProfile, verdict, subReason, hourlyCost }) => [
        index,
        migProfile,
        verdict,
        subReason,
        hourlyCost,
      ]),
    ).toEqual([
      ['0', null, 'queue_bound', 'kv_capacity', '2.8'],
      ['1', null, 'queue_bound', 'kv_capacity', '2.8'],
      ['2', null, 'idle', 'idle_held', '2.8'],
      ['3', null, 'starved', 'input_copy', '2.8'],
      ['4', null, 'fault', 'fatal', '2.8'],
      ['5', '3g.40gb', 'idle', 'free', '1.2'],
      ['5', '1g.10gb', 'balanced', null, '0.4'],
    ]);
    expect(fleet.pools).toMatchObject([
      { pool: 'llama-70b', engine: 'vllm', waiting: 17, verdict: 'queue_bound', subReason: 'kv_capacity' },
    ]);
    // (2.80 + 1.20) x 24
    expect(fleet.idleCostPerDay).toBe('96');
    expect(fleet.targets.map(({ up, samples, error }) => [up, samples, error])).toEqual([
      [true, 176, null],
      [true, 200, null],
    ]);
  });

  test('an engine that does not answer while weights are copied is starting', async () => {
    await addTarget('/dcgm', 'dcgm');
    await addTarget('/vllm', 'engine', 'vision');
    answer = (path, response) => (path === '/dcgm' ? response.end(dcgm) : response.writeHead(503).end());
    await scrapes.scrapeDue();
    const { items } = await gpus.fleet(principal.project);
    // vision-0 reads 12.8 GB/s over PCIe at an SM activity of 0.10: a little less makes it a start.
    expect(items.find(({ owner }) => owner === 'vision-0')?.verdict).toBe('starved');
    answer = (path, response) =>
      path === '/dcgm' ? response.end(dcgm.replaceAll(' 0.101920', ' 0.021920')) : response.writeHead(503).end();
    await scrapeAgain();
    const after = await gpus.fleet(principal.project);
    expect(after.items.find(({ owner }) => owner === 'vision-0')?.verdict).toBe('cold_start');
  });

  test('a due target is claimed once', async () => {
    let reads = 0;
    answer = (_, response) => {
      reads += 1;
      response.end(dcgm);
    };
    await addTarget('/dcgm', 'dcgm');
    await Promise.all([scrapes.scrapeDue(), scrapes.scrapeDue(), scrapes.scrapeDue()]);
    expect(reads).toBe(1);
  });

  test('an XID is an event when it appears, not for as long as it stands', async () => {
    const id = 'GPU-5fd4b087-86f3-7a43-b711-4771313afc50';
    await addTarget('/dcgm', 'dcgm');
    await scrapes.scrapeDue();
    const sick = dcgm.replaceAll(new RegExp(`^(DCGM_FI_DEV_XID_ERRORS\\{gpu="0".*\\}) 0$`, 'gm'), '$1 79');
    answer = (_, response) => response.end(sick);
    await scrapeAgain();
    await scrapeAgain();
    const series = await gpus.series(principal.project, id, {});
    expect(series.events.map(({ title }) => title)).toEqual(['XID 79 on GPU 0 of gpu-node-01, held by llama-70b-0']);
    expect(series.points.at(-1)).toMatchObject({ xid: 79, smActive: 0.44279, fbUsedMib: 74874 });
    const { items } = await gpus.fleet(principal.project);
    expect(items.find((gpu) => gpu.id === id)).toMatchObject({ verdict: 'fault', owner: 'llama-70b-0' });
  });
});

interface Trouble {
  name: string;
  reply: (response: ServerResponse) => void;
  error: RegExp;
}

const troubles: Trouble[] = [
  { name: 'an empty page', reply: (response) => response.end(''), error: /no series of a DCGM exporter/ },
  {
    name: 'a page of something else',
    reply: (response) => response.end('up 1\n'),
    error: /no series of a DCGM exporter/,
  },
  { name: 'an error status', reply: (response) => response.writeHead(503).end(), error: /answered 503/ },
  {
    name: 'a redirect',
    reply: (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    error: /answered 302/,
  },
  {
    name: 'a short body',
    reply: (response) => {
      response.writeHead(200, { 'content-length': '999999' });
      response.write(dcgm);
      setTimeout(() => response.destroy(), 20);
    },
    error: /aborted|bytes|hang up/,
  },
  {
    name: 'too large a page',
    reply: (response) => response.end('a 1\n'.repeat(3_000_000)),
    error: /larger than 10 MiB/,
  },
];

describe('a target in trouble', () => {
  test.each(troubles)('$name is down with its reason', async ({ reply, error }) => {
    await addTarget('/dcgm', 'dcgm');
    answer = (_, response) => reply(response);
    await scrapes.scrapeDue();
    const [target] = (await gpus.fleet(principal.project)).targets;
    expect(target).toMatchObject({ up: false, error: expect.stringMatching(error) as unknown });
  });

  test.each([
    ['http://169.254.169.254/latest/meta-data', /PLIMSOLL_SCRAPE_ALLOW/],
    ['http://gpu.example.org/metrics', /PLIMSOLL_SCRAPE_ALLOW/],
    ['file:///etc/passwd', /not http/],
    ['http://user:secret@127.0.0.1/metrics', /user name or password/],
  ])('%s is refused when it is registered', async (url, reason) => {
    await expect(targets.set(principal, { url, kind: 'dcgm', intervalSeconds: 30 })).rejects.toThrow(reason);
  });

  test('the address of a target stored earlier is checked when it is read', async () => {
    await database.dataSource.query(
      `INSERT INTO scrape_targets (project_id, name, url, kind, interval_seconds) VALUES ($1, 'old', 'http://10.1.2.3/metrics', 'dcgm', 30)`,
      [principal.project.id],
    );
    await scrapes.scrapeDue();
    expect((await gpus.fleet(principal.project)).targets).toMatchObject([
      { up: false, error: '10.1.2.3 is not in PLIMSOLL_SCRAPE_ALLOW' },
    ]);
  });
});
