import 'reflect-metadata';
import { objectiveWrite } from '@plimsoll/contract';
import { expect, it } from 'vitest';
import { makeOwner } from '../access/testing/make-owner.js';
import type { RollupsService } from '../rollups/rollups.service.js';
import { testStores } from '../stores/testing/test-stores.js';
import { ObjectiveCountersService } from './objective-counters.service.js';
import { ObjectiveExclusion } from './objective-exclusion.entity.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { Objective } from './objective.entity.js';
import { ObjectivesService } from './objectives.service.js';

const stores = testStores([Objective, ObjectiveRevision, ObjectiveExclusion]);

const minuteMs = 60_000;
const start = Math.floor(Date.now() / (60 * minuteMs)) * 60 * minuteMs - 12 * 60 * minuteMs;
const definition = { slug: 'answers', name: 'Answers', indicator: { kind: 'error' }, target: '0.99' };

it('counts closed minutes from the first scrape on, never falls, and begins anew with a new revision', async () => {
  const { database, store } = stores;
  const { project } = await makeOwner(database);
  const objectives = new ObjectivesService(database);
  const clock = { minute: 0 };
  const rollups = {
    // A pass that closes all minutes before `clock.minute`.
    lastPass: async () => {
      const startedAt = new Date(start + (clock.minute + 1) * minuteMs);
      return { startedAt, finishedAt: startedAt };
    },
  } as unknown as RollupsService;
  const replica = () => new ObjectiveCountersService(database, store.clickhouse, rollups, objectives);
  const create = (target: string) =>
    objectives.replace(project, 'answers', objectiveWrite.parse({ ...definition, target }), 'test');
  let version = 0;
  const point = (revision: string, minute: number, eligible: number, bad: number) => {
    version += 1;
    return store.clickhouse.command(
      `INSERT INTO sli_points (project, objective, group_key, stratum, minute, eligible, bad, sum_w, sum_wx, expires_on, version)
       VALUES ('${project.id}', '${revision}', '', '', toDateTime(${(start + minute * minuteMs) / 1000}, 'UTC'),
         ${eligible}, ${bad}, ${eligible}, ${bad}, '2100-01-01', ${version})`,
    );
  };
  const scrape = async (minute: number, service = replica()): Promise<[events: number, bad: number]> => {
    clock.minute = minute;
    const page = await service.metrics(project);
    expect(page).toContain(`plimsoll_objective_closed_seconds{project="shop"} ${(start + minute * minuteMs) / 1000}`);
    const value = (name: string): number =>
      Number(new RegExp(`^${name}\\{project="shop",objective="answers"\\} (.*)$`, 'm').exec(page)?.[1]);
    return [value('plimsoll_objective_events_total'), value('plimsoll_objective_bad_total')];
  };

  const first = (await create('0.99')).revision.id;
  await point(first, -5, 1000, 1000);
  expect(await scrape(0)).toEqual([0, 0]);
  await point(first, 0, 100, 3);
  await point(first, 1, 100, 1);
  // The second minute is not closed yet; another replica answers the same.
  expect(await scrape(1)).toEqual([100, 3]);
  expect(await scrape(2)).toEqual([200, 4]);

  // A late row lowers what was shown: the counter waits until the events have caught up.
  await point(first, 1, 60, 0);
  expect(await scrape(3)).toEqual([200, 4]);
  await point(first, 3, 100, 5);
  expect(await scrape(4)).toEqual([260, 8]);

  // Hours later the old minutes are settled and read no more, whatever becomes of them.
  const one = replica();
  expect(await scrape(360, one)).toEqual([260, 8]);
  await point(first, 0, 5000, 5000);
  await point(first, 361, 10, 1);
  expect(await scrape(362, one)).toEqual([270, 9]);
  expect(await Promise.all([scrape(362), scrape(362)])).toEqual([
    [270, 9],
    [270, 9],
  ]);

  const second = (await create('0.995')).revision.id;
  expect(await scrape(363, one)).toEqual([0, 0]);
  await point(second, 363, 40, 2);
  expect(await scrape(364, one)).toEqual([40, 2]);

  // What is excluded before it is shown is not counted; what is excluded afterwards was told, and stays.
  const exclude = (from: number, to: number, created: number, revoked: number | null) =>
    database.getRepository(ObjectiveExclusion).insert({
      projectId: project.id,
      objectiveId: null,
      startsAt: new Date(start + from * minuteMs),
      endsAt: new Date(start + to * minuteMs),
      reason: 'load test',
      createdBy: 'test',
      createdAt: new Date(start + created * minuteMs),
      ...(revoked === null ? {} : { revokedAt: new Date(start + revoked * minuteMs), revokedBy: 'test' }),
    });
  await exclude(370, 375, 365, null);
  await exclude(380, 390, 379, 385);
  await exclude(363, 369, 368, null);
  for (let minute = 364; minute < 395; minute++) await point(second, minute, 1, 1);
  expect(await scrape(368)).toEqual([44, 6]);
  // 368 is left out by what was signed at 368; 370 to 374 were; so are 380 to 384, until it was taken back.
  expect(await scrape(378)).toEqual([40 + 14 - 6, 2 + 14 - 6]);
  expect(await scrape(395)).toEqual([40 + 31 - 11, 2 + 31 - 11]);

  const { rules, notes } = await one.rules(project, 'answers');
  expect(rules.groups.map(({ name }) => name)).toContain('sloth-slo-alerts-shop-answers');
  expect(notes).toEqual([]);
});
