import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@plimsoll/clickhouse';
import { objectiveWrite } from '@plimsoll/contract';
import type { DataSource } from 'typeorm';
import { IncidentEntity } from '../incidents.entity.js';
import { transitionOf, type wireIncidents } from './wired.js';

export const minuteMs = 60_000;
/** The onset: whole minutes before now, so that everything is inside any retention. */
export const onset = Math.floor(Date.now() / minuteMs) * minuteMs - 30 * minuteMs;

export interface Call {
  readonly minute: number;
  readonly promptVersion: string;
  readonly model: string;
  readonly bad: boolean;
}

const subject = { objectiveSlug: 'support-errors', objectiveName: 'Support errors', sliKind: 'error' } as const;

/** v7 alone for five hours at 2 % bad, then v8 on 60 % of the calls at 30 % bad. */
export function badPrompt(): Call[] {
  const calls: Call[] = [];
  for (let minute = -300; minute < 25; minute += 1) {
    for (let k = 0; k < 8; k += 1) {
      const isNew = minute >= 0 && k % 5 < 3;
      const n = calls.length;
      calls.push({
        minute,
        promptVersion: isNew ? 'v8' : 'v7',
        model: k % 2 === 0 ? 'm' : 'mini',
        bad: isNew ? n % 10 < 3 : n % 50 === 0,
      });
    }
  }
  return calls;
}

/** Calls, and incidents of objectives that judge them. */
export function callsIn(dataSource: DataSource, clickhouse: ClickHouse, wired: ReturnType<typeof wireIncidents>) {
  async function insertCalls(project: string, calls: readonly Call[]): Promise<void> {
    const rows = calls.map((call, index) => {
      const time = new Date(onset + call.minute * minuteMs + (index % 50) * 1000);
      return {
        project,
        trace_id: randomUUID().replaceAll('-', ''),
        span_id: index.toString(16).padStart(16, '0'),
        time,
        start_time: new Date(time.getTime() - 800),
        end_time: time,
        finished: 1,
        kind: 'generation',
        provider: 'openai',
        feature: 'support',
        customer: index % 3 === 0 ? 'globex' : 'initech',
        request_model: call.model,
        response_model: call.model,
        prompt_name: 'answer',
        prompt_version: call.promptVersion,
        user_id: `user-${index % 40}`,
        cost: '0.01',
        status: call.bad ? 'error' : 'ok',
        error_type: call.bad ? 'server_error' : '',
        input: JSON.stringify([{ role: 'user', text: `question ${index}` }]),
        output: `answer ${index}`,
        has_output: 1,
        sample_p: 1,
        expires_on: '2149-06-06',
      };
    });
    await clickhouse.insert('spans', rows);
  }

  async function openIncident(
    project: string,
    slug = 'support-errors',
    feature = 'support',
    indicator: object = { kind: 'error' },
  ): Promise<string> {
    const definition = objectiveWrite.parse({
      slug,
      name: 'Support errors',
      indicator,
      filter: { feature: [feature] },
      target: '0.99',
      window: '28d',
    });
    const [objective] = await dataSource.query<{ id: string }[]>(
      `INSERT INTO objectives (project_id, slug) VALUES ($1, $2) RETURNING id`,
      [project, slug],
    );
    const [revision] = await dataSource.query<{ id: string }[]>(
      `INSERT INTO objective_revisions (project_id, objective_id, revision, definition, created_by, points_wanted_from)
       VALUES ($1, $2, 1, $3, 'test', now()) RETURNING id`,
      [project, objective?.id, JSON.stringify(definition)],
    );
    const opening = transitionOf(project, new Date(onset + 8 * minuteMs), {
      ...subject,
      objectiveSlug: slug,
      filter: definition.filter,
      objectiveId: objective?.id ?? '',
      revisionId: revision?.id ?? '',
    });
    const { incidentId } = await dataSource.transaction((manager) =>
      wired.incidents.recordTransition(manager, opening),
    );
    return incidentId ?? '';
  }

  /** Another transition of the alert that opened an incident. */
  async function alert(project: string, id: string, at: number, to: 'firing' | 'resolved'): Promise<void> {
    const { objectiveId, revisionId, evidence } = await dataSource.manager.findOneByOrFail(IncidentEntity, { id });
    const next = transitionOf(project, new Date(at), {
      ...subject,
      objectiveId,
      revisionId,
      from: to === 'firing' ? 'pending' : 'resolving',
      to,
      kind: to === 'firing' ? 'fired' : 'resolved',
      evidence,
    });
    await dataSource.transaction((manager) => wired.incidents.recordTransition(manager, next));
  }

  return { insertCalls, openIncident, alert };
}
