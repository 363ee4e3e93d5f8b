/**
 * One evaluation step of many objectives: what it costs to judge all of them once a new minute has closed.
 *
 *   npm run bench:slo-step -- [--objectives 10000] [--days 3] [--steps 3]
 *
 * Points are made in the store by INSERT SELECT, one a minute and objective. Objectives are of all kinds with the
 * default policy. Prints one JSON line a step: wall seconds, CPU seconds of this process, rows of the store.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startTestClickHouse } from '@plimsoll/clickhouse/testing';
import { objectiveWrite } from '@plimsoll/contract';
import { startTestPostgres } from '@plimsoll/postgres/testing';
import { AlertInstance } from '../../apps/server/src/slo/alert-instance.entity.js';
import { AlertTransitionRow } from '../../apps/server/src/slo/alert-transition.entity.js';
import { EvaluationService } from '../../apps/server/src/slo/evaluation.service.js';
import { ObjectiveGroup } from '../../apps/server/src/slo/objective-group.entity.js';
import { ObjectiveRevision } from '../../apps/server/src/slo/objective-revision.entity.js';
import { Objective } from '../../apps/server/src/slo/objective.entity.js';

const { values } = parseArgs({
  options: {
    objectives: { type: 'string', default: '10000' },
    days: { type: 'string', default: '3' },
    steps: { type: 'string', default: '3' },
  },
});
const count = Number(values.objectives);
const days = Number(values.days);
const minuteMs = 60_000;
const insertAtOnce = 100;

const indicators = [
  { kind: 'error' },
  { kind: 'latency', measure: 'end_to_end', thresholdMs: 2000 },
  { kind: 'cost', per: 'request', expected: '0.01', ceiling: '0.02' },
  { kind: 'quality', scorer: 'json-valid' },
] as const;

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const [postgres, store] = await Promise.all([startTestPostgres(), startTestClickHouse()]);
try {
  const entities = [Objective, ObjectiveRevision, ObjectiveGroup, AlertInstance, AlertTransitionRow];
  const { dataSource } = await postgres.createDatabase(entities);
  const [organisation] = await dataSource.query<{ id: string }[]>(
    `INSERT INTO organisations (slug, name) VALUES ('bench', 'Bench') RETURNING id`,
  );
  const [project] = await dataSource.query<{ id: string }[]>(
    `INSERT INTO projects (organisation_id, slug, name) VALUES ($1, 'bench', 'Bench') RETURNING id`,
    [organisation?.id],
  );
  const projectId = project?.id ?? '';
  const end = Math.floor(Date.now() / minuteMs) * minuteMs;
  const start = end - (days * 1440 + 180) * minuteMs;
  const revisions = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    objectiveId: randomUUID(),
    definition: objectiveWrite.parse({
      slug: `o-${index}`,
      name: `Objective ${index}`,
      indicator: indicators[index % indicators.length],
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
    await store.clickhouse.command(
      `INSERT INTO sli_points (project, objective, minute, population, eligible, bad, sum_w, sum_wx, sum_w2, sum_w2x, sum_w2x2,
         cost, outcomes, selected, settled, expires_on, version)
       SELECT {project:String}, objective, toDateTime({start:UInt32} + 60 * number, 'UTC'), 60, 60, bad, 60, bad, 60, bad, bad,
         0.6, 60, 60, 60, '2149-01-01', 1
       FROM (SELECT arrayJoin({ids:Array(String)}) AS objective, number, toUInt64(rand(number) % 400 = 0) AS bad FROM numbers({minutes:UInt32}))`,
      { project: projectId, ids: some.map(({ id }) => id), start: start / 1000, minutes: (end - start) / minuteMs },
    );
  }
  const [rows] = await store.clickhouse.query<{ rows: number }>('SELECT count() AS rows FROM sli_points');
  let closed = end - 60 * minuteMs;
  const rollups = {
    lastPass: async () => ({ startedAt: new Date(closed + minuteMs), finishedAt: new Date() }),
  } as unknown as ConstructorParameters<typeof EvaluationService>[2];
  const incidents = { recordTransition: async () => ({ incidentId: null }) } as unknown as ConstructorParameters<
    typeof EvaluationService
  >[3];
  for (let step = 0; step <= Number(values.steps); step++) {
    const evaluation = new EvaluationService(dataSource, store.clickhouse, rollups, incidents);
    const cpu = process.cpuUsage();
    const began = performance.now();
    await evaluation.evaluate();
    const used = process.cpuUsage(cpu);
    print({
      bench: 'slo-step',
      step: step === 0 ? 'first, two hours at once' : `minute ${step}`,
      objectives: count,
      points: rows?.rows,
      wallSeconds: Math.round(performance.now() - began) / 1000,
      cpuSeconds: Math.round((used.user + used.system) / 1000) / 1000,
    });
    closed += minuteMs;
  }
} finally {
  await Promise.all([postgres.stop(), store.stop()]);
}
