/**
 * One evaluation step of many objectives: what it costs to judge all of them, tiers and budgets, once a new minute has
 * closed; and, beside it, what it costs to make the points of that minute.
 *
 *   npm run bench:slo-step -- [--objectives 10000] [--steps 3] [--spans 600] [--dense-days 3] [--recompute-only]
 *
 * The store holds 28 days of points of every objective: the newest days every minute, before that every ten minutes, and
 * the hours made from them. Objectives are of all kinds with the default policy. Prints JSON lines: wall seconds, CPU
 * seconds of this process and of both engines (their background merges included), rows of the store.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { objectiveWrite } from '@plimsoll/contract';
import { startTestPostgres } from '@plimsoll/postgres/testing';
import { ObjectiveRevision } from '../../apps/server/src/slo/objective-revision.entity.js';
import { Objective } from '../../apps/server/src/slo/objective.entity.js';
import { SliPointsRecompute } from '../../apps/server/src/slo/sli-points.recompute.js';
import { evaluationOf, sloEntities } from '../../apps/server/src/slo/testing/world.js';

const { values } = parseArgs({
  options: {
    objectives: { type: 'string', default: '10000' },
    steps: { type: 'string', default: '3' },
    spans: { type: 'string', default: '600' },
    'dense-days': { type: 'string', default: '3' },
    'recompute-only': { type: 'boolean', default: false },
  },
});
const count = Number(values.objectives);
const denseDays = Number(values['dense-days']);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const historyDays = 29;
const insertAtOnce = 500;
const features = 200;

/** No two alike: each has a limit or a filter of its own. */
const indicators = [
  () => ({ kind: 'error' }) as const,
  (index: number) => ({ kind: 'latency', measure: 'end_to_end', thresholdMs: 2000 + index }) as const,
  () => ({ kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' }) as const,
  (index: number) => ({ kind: 'quality', scorer: 'json-valid', passMark: 0.5 + index / 1e5 }) as const,
];

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** CPU seconds of the engines that this process has started; null where the system does not tell. */
function engineSeconds(): number | null {
  const ticksASecond = 100;
  const childrenOf = (pid: string): string[] =>
    readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
  const ticksOf = (pid: string): number => {
    // Behind the name in brackets: user and system time of the process and of its children that have ended.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
    return own + childrenOf(pid).reduce((sum, child) => sum + ticksOf(child), 0);
  };
  try {
    return childrenOf(String(process.pid)).reduce((sum, child) => sum + ticksOf(child), 0) / ticksASecond;
  } catch {
    return null;
  }
}

async function measure(line: object, work: () => Promise<unknown>): Promise<void> {
  const cpu = process.cpuUsage();
  const engines = engineSeconds();
  const began = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  const after = engineSeconds();
  const seconds = (value: number): number => Math.round(value * 1000) / 1000;
  print({
    bench: 'slo-step',
    ...line,
    wallSeconds: seconds((performance.now() - began) / 1000),
    cpuSeconds: seconds((used.user + used.system) / 1e6),
    engineCpuSeconds: engines === null || after === null ? null : seconds(after - engines),
  });
}

const [postgres, store] = await Promise.all([startTestPostgres(), startTestClickHouse()]);
try {
  const { clickhouse } = store;
  const { dataSource } = await postgres.createDatabase([...sloEntities]);
  const [organisation] = await dataSource.query<{ id: string }[]>(
    `INSERT INTO organisations (slug, name) VALUES ('bench', 'Bench') RETURNING id`,
  );
  const [project] = await dataSource.query<{ id: string }[]>(
    `INSERT INTO projects (organisation_id, slug, name) VALUES ($1, 'bench', 'Bench') RETURNING id`,
    [organisation?.id],
  );
  const projectId = project?.id ?? '';
  const end = Math.floor(Date.now() / minuteMs) * minuteMs;
  const start = Math.floor(end / hourMs) * hourMs - historyDays * 24 * hourMs;
  const revisions = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    objectiveId: randomUUID(),
    definition: objectiveWrite.parse({
      slug: `o-${index}`,
      name: `Objective ${index}`,
      indicator: indicators[index % indicators.length]?.(index),
      filter: {
        feature: [`feature-${index % features}`, `own-${index}`],
        ...(index % 3 === 0 ? { customer: ['acme', `c${index}`] } : {}),
      },
      target: index % 2 === 0 ? '0.99' : '0.95',
    }),
  }));
  for (let first = 0; first < count; first += insertAtOnce) {
    const some = revisions.slice(first, first + insertAtOnce);
    const objectives = some.map(({ objectiveId, definition }) => ({
      id: objectiveId,
      projectId,
      slug: definition.slug,
      updatedAt: new Date(),
    }));
    await dataSource.getRepository(Objective).insert(objectives);
    await dataSource.getRepository(ObjectiveRevision).insert(
      some.map(({ id, objectiveId, definition }) => ({
        id,
        objectiveId,
        projectId,
        revision: 1,
        definition: definition as object,
        createdBy: 'bench',
        pointsFrom: new Date(start),
        pointsWantedFrom: new Date(start),
      })),
    );
  }
  await clickhouse.command('CREATE TABLE bench_objectives (objective String) ENGINE = Memory');
  await clickhouse.insert(
    'bench_objectives',
    revisions.map(({ id }) => ({ objective: id })),
  );
  const steps = async (): Promise<void> => {
    const denseFrom = end - (denseDays * 24 + 3) * hourMs;
    const points = async (from: number, to: number, every: number): Promise<void> =>
      clickhouse.command(
        `INSERT INTO sli_points (project, objective, minute, population, eligible, bad, sum_w, sum_wx, sum_w2, sum_w2x, sum_w2x2,
           cost, outcomes, selected, settled, expires_on, version)
         SELECT {project:String}, objective, toDateTime({start:UInt32} + 60 * {every:UInt32} * number, 'UTC'), 60, 60, bad, 60, bad, 60, bad, bad,
           0.6, 60, 60, 60, '2149-01-01', 1
         FROM (SELECT objective, number, toUInt64(cityHash64(objective, number) % 400 = 0) AS bad
           FROM bench_objectives CROSS JOIN numbers({minutes:UInt32}) AS minutes)`,
        { project: projectId, start: from / 1000, every, minutes: Math.ceil((to - from) / minuteMs / every) },
      );
    await measure({ step: 'fill: points' }, async () => {
      for (let from = start; from < denseFrom; from += 12 * hourMs) {
        await points(from, Math.min(from + 12 * hourMs, denseFrom), 10);
      }
      for (let from = denseFrom; from < end; from += hourMs) await points(from, Math.min(from + hourMs, end), 1);
    });
    await measure({ step: 'fill: hours' }, async () => {
      for (let from = start; from < end; from += 24 * hourMs) {
        await clickhouse.command(
          `INSERT INTO sli_hours (project, hour, objective, group_key, stratum, population, eligible, bad, sum_w, sum_wx, sum_w2,
             sum_w2x, sum_w2x2, cost, outcomes, selected, settled, excluded, expires_on, version)
           SELECT project, toStartOfHour(minute), objective, group_key, stratum, sum(population), sum(eligible), sum(bad),
             sum(sum_w), sum(sum_wx), sum(sum_w2), sum(sum_w2x), sum(sum_w2x2), sum(cost), sum(outcomes), sum(selected),
             sum(settled), sum(excluded), '2149-01-01', 1
           FROM sli_points WHERE minute >= {from:DateTime} AND minute < {to:DateTime}
           GROUP BY project, toStartOfHour(minute), objective, group_key, stratum`,
          { from: new Date(from), to: new Date(from + 24 * hourMs) },
        );
      }
    });
    const [rows] = await clickhouse.query<{ points: number; hours: number }>(
      'SELECT (SELECT count() FROM sli_points) AS points, (SELECT count() FROM sli_hours) AS hours',
    );
    let closed = end - 60 * minuteMs;
    type Rollups = Parameters<typeof evaluationOf>[2];
    type Incidents = Parameters<typeof evaluationOf>[3];
    const rollups = {
      lastPass: async () => ({ startedAt: new Date(closed + minuteMs), finishedAt: new Date() }),
    } as unknown as Rollups;
    const incidents = { recordTransition: async () => ({ incidentId: null }) } as unknown as Incidents;
    for (let step = 0; step <= Number(values.steps); step++) {
      const evaluation = evaluationOf(dataSource, clickhouse, rollups, incidents);
      const name = step === 0 ? 'first, two hours at once' : `minute ${step}`;
      await measure({ step: name, objectives: count, ...rows }, () => evaluation.evaluate());
      closed += minuteMs;
    }
    const evaluation = evaluationOf(dataSource, clickhouse, rollups, incidents);
    closed -= minuteMs;
    await measure({ step: 'nothing new', objectives: count }, () => evaluation.evaluate());
  };
  if (!values['recompute-only']) await steps();
  await clickhouse.command(
    `INSERT INTO spans (project, trace_id, span_id, time, start_time, end_time, finished, kind, name, feature, customer, status, sample_p, cost, expires_on)
     SELECT {project:String}, leftPad(hex(number + 1), 32, '0'), leftPad(hex(number + 1), 16, '0'), at, at - 1, at, 1, 'generation', 'chat',
       concat('feature-', toString(number % {features:UInt32})), 'acme', if(number % 50 = 0, 'error', 'ok'), 1, 0.01, '2149-01-01'
     FROM (SELECT number, toDateTime64({minute:DateTime}, 9, 'UTC') + number % 60 AS at FROM numbers({spans:UInt32}))`,
    { project: projectId, features, minute: new Date(end - minuteMs), spans: Number(values.spans) },
  );
  const recompute = new SliPointsRecompute(dataSource, clickhouse);
  const minute = { projectId, from: new Date(end - minuteMs), to: new Date(end) };
  for (const step of ['recompute of one minute', 'recompute of the same minute']) {
    await measure({ step, objectives: count, spans: Number(values.spans) }, () => recompute.recompute(minute));
  }
} finally {
  await Promise.all([postgres.stop(), store.stop()]);
}
