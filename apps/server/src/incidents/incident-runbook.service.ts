import { Inject, Injectable } from '@nestjs/common';
import {
  type IncidentRunbook,
  objectiveWrite,
  PlimsollError,
  type RunbookRun,
  type runbookRunCreate,
  type runbookStepTick,
  type Settings,
} from '@plimsoll/contract';
import { fillRunbook, fillTemplate, runbookFor, runbookSteps, type RunbookValues } from '@plimsoll/incidents';
import { runbookCall, send } from '@plimsoll/notify';
import { DataSource, type EntityManager, In } from 'typeorm';
import type { z } from 'zod';
import { SETTINGS } from '../stores/settings.js';
import { IncidentJournal } from './incident-journal.js';
import { featureOf, referenceOf } from './incident-mapping.js';
import { IncidentEntity, SuspectEntity } from './incidents.entity.js';
import { findDefinition, findProject, lockIncident } from './incidents.queries.js';
import { RunbookActionEntity, RunbookEntity, RunbookRunEntity } from './runbooks.entity.js';
import { RunbooksService } from './runbooks.service.js';

/** How somebody calls an action. */
export interface RunbookCaller {
  readonly actor: string;
  /** The same key for the same incident is the same run. */
  readonly requestKey: string | null;
}

/** The runbook beside an incident: its steps are ticked, and its actions are run, in the timeline. */
@Injectable()
export class IncidentRunbookService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
    @Inject(RunbooksService) private readonly runbooks: RunbooksService,
  ) {}

  /** The runbook of an incident with its parameters filled in; null where none is for it. */
  async viewOf(incident: IncidentEntity): Promise<IncidentRunbook | null> {
    const { manager } = this.dataSource;
    const found = await this.find(manager, incident);
    if (found === null) return null;
    const values = await this.valuesOf(manager, incident);
    const rows = await manager.findBy(RunbookActionEntity, { projectId: incident.projectId, name: In(found.actions) });
    const events = await this.journal.events(manager, incident.id);
    const body = fillRunbook(found.body, values);
    return {
      name: found.name,
      body,
      steps: runbookSteps(body, events).map((step) => ({
        ...step,
        at: step.at === null ? null : new Date(step.at).toISOString(),
      })),
      actions: rows.map((row) => {
        const { parameters, missing } = filled(row, values);
        return { name: row.name, title: row.title, host: this.hostOf(row), parameters, missing };
      }),
    };
  }

  /** @throws PlimsollError `invalid_input` when the runbook has no such step. */
  async tick(incident: IncidentEntity, actor: string, { step, done }: z.output<typeof runbookStepTick>): Promise<void> {
    const found = (await this.viewOf(incident))?.steps.find((one) => one.step === step);
    if (found === undefined) throw new PlimsollError('invalid_input', 'step: not in the runbook', { field: 'step' });
    if (found.done === done) return;
    await this.dataSource.transaction(async (manager) => {
      await lockIncident(manager, incident.projectId, incident.id);
      const current = await manager.findOneByOrFail(IncidentEntity, { id: incident.id });
      await this.journal.append(manager, current, await this.journal.read(manager, incident.id), [
        {
          body: { kind: 'runbook_step', step, done },
          at: new Date(),
          actor,
          title: `${done ? 'Done' : 'Not done after all'}: ${found.text}`,
        },
      ]);
    });
  }

  /**
   * Shows what an action would send, or sends it and writes what came of it to the timeline.
   * @throws PlimsollError `not_found` for an action that the runbook has not, `invalid_input` for a missing parameter.
   */
  async run(
    incident: IncidentEntity,
    { action: name, confirm }: z.output<typeof runbookRunCreate>,
    caller: RunbookCaller,
  ): Promise<RunbookRun> {
    const { manager } = this.dataSource;
    const runbook = await this.find(manager, incident);
    const action = await manager.findOneBy(RunbookActionEntity, { projectId: incident.projectId, name });
    if (action === null || runbook === null || !runbook.actions.includes(name)) {
      throw new PlimsollError('not_found', `action: the runbook has no action "${name}"`, { field: 'action' });
    }
    const { parameters, missing } = filled(action, await this.valuesOf(manager, incident));
    if (missing.length > 0) {
      const reason = `this incident has no ${missing.join(', ')}`;
      throw new PlimsollError('invalid_input', `action: ${reason}`, { field: 'action' });
    }
    const host = this.hostOf(action);
    if (!confirm) return { id: null, action: name, host, parameters, status: 'preview', error: null };
    const { run, isNew } = await this.start(incident, { action: name, host, parameters }, caller);
    if (!isNew) return viewOf(run);
    const error = await this.call(incident, action, run);
    return this.finish(incident, action, run, error);
  }

  /** One row a request key: who repeats a request is told of the run that it began. */
  private async start(
    incident: IncidentEntity,
    what: { action: string; host: string; parameters: Record<string, string> },
    { actor, requestKey }: RunbookCaller,
  ): Promise<{ run: RunbookRunEntity; isNew: boolean }> {
    const { manager } = this.dataSource;
    const { id: incidentId, projectId } = incident;
    const made = await manager
      .createQueryBuilder()
      .insert()
      .into(RunbookRunEntity)
      .values({ ...what, projectId, incidentId, requestKey, actor, status: 'running' })
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = made.raw as { id: string }[];
    if (row !== undefined) return { run: await manager.findOneByOrFail(RunbookRunEntity, row), isNew: true };
    const known = await manager.findOneByOrFail(RunbookRunEntity, { incidentId, requestKey: requestKey ?? '' });
    return { run: known, isNew: false };
  }

  private async call(
    incident: IncidentEntity,
    action: RunbookActionEntity,
    run: RunbookRunEntity,
  ): Promise<string | null> {
    const project = await findProject(this.dataSource.manager, incident.projectId);
    const { id, title } = incident;
    const content = {
      id: run.id,
      action: run.action,
      actor: run.actor,
      parameters: run.parameters,
      incident: { id, reference: referenceOf(incident), title },
      project: { id: incident.projectId, name: project?.name ?? '' },
    };
    try {
      const request = runbookCall(this.runbooks.target(action), content, Date.now());
      const { status, body } = await send(request, { allowPrivate: action.allowPrivate });
      return status >= 200 && status < 300 ? null : `answered ${status}${body === '' ? '' : `: ${body.slice(0, 200)}`}`;
    } catch (error) {
      if (!(error instanceof PlimsollError)) throw error;
      return error.message;
    }
  }

  private async finish(
    incident: IncidentEntity,
    action: RunbookActionEntity,
    run: RunbookRunEntity,
    error: string | null,
  ): Promise<RunbookRun> {
    const status = error === null ? 'succeeded' : 'failed';
    await this.dataSource.transaction(async (manager) => {
      await lockIncident(manager, incident.projectId, incident.id);
      await manager.update(RunbookRunEntity, { id: run.id }, { status, error });
      const current = await manager.findOneByOrFail(IncidentEntity, { id: incident.id });
      await this.journal.append(manager, current, await this.journal.read(manager, incident.id), [
        {
          body: { kind: 'runbook_action', runId: run.id, ok: error === null },
          at: new Date(),
          actor: run.actor,
          title: `${action.title}: ${error === null ? 'done' : 'failed'}`,
          detail: error ?? undefined,
          snapshot: { action: action.name, host: run.host, parameters: run.parameters },
          sourceKey: `run:${run.id}`,
        },
      ]);
    });
    return { ...viewOf(run), status, error };
  }

  private hostOf(action: RunbookActionEntity): string {
    return new URL(this.runbooks.target(action).url).host;
  }

  private async find(
    manager: EntityManager,
    incident: IncidentEntity,
  ): Promise<{ name: string | null; body: string; actions: readonly string[] } | null> {
    const suspect = await firstSuspect(manager, incident);
    const rows = await manager.find(RunbookEntity, {
      where: { projectId: incident.projectId },
      order: { name: 'ASC' },
    });
    const definitions = rows.map(({ definition }) => definition);
    const subject = {
      objective: incident.objectiveSlug,
      kind: incident.sliKind,
      suspectKind: suspect?.kind ?? null,
    };
    const attached = runbookFor(definitions, subject);
    const stored = await findDefinition(manager, incident.revisionId);
    const own = stored === null ? undefined : objectiveWrite.parse(stored.definition).runbook;
    // The objective's own text comes first; what may be called is said by the runbook that is attached.
    if (own !== undefined) return { name: null, body: own, actions: attached?.actions ?? [] };
    return attached;
  }

  private async valuesOf(manager: EntityManager, incident: IncidentEntity): Promise<RunbookValues> {
    const suspect = await firstSuspect(manager, incident);
    const { publicUrl } = this.settings;
    const prompts = incident.filter.promptName ?? [];
    return {
      'incident.id': incident.id,
      'incident.reference': referenceOf(incident),
      'incident.url': publicUrl === undefined ? null : `${publicUrl.replace(/\/$/, '')}/incidents/${incident.id}`,
      'objective.slug': incident.objectiveSlug,
      feature: featureOf(incident),
      environment: incident.environment,
      onset: (incident.onsetAt ?? incident.openedAt).toISOString(),
      'prompt.name': (prompts.length === 1 ? prompts[0] : undefined) ?? featureOf(incident),
      'suspect.kind': suspect?.kind ?? null,
      'suspect.attribute': suspect?.attribute ?? null,
      'suspect.from': suspect?.fromValue ?? null,
      'suspect.to': suspect?.toValue ?? null,
    };
  }
}

/** The change that a person accepted, else the first one that is strong or possible. */
async function firstSuspect(manager: EntityManager, { id }: IncidentEntity): Promise<SuspectEntity | null> {
  const suspects = await manager.find(SuspectEntity, { where: { incidentId: id }, order: { rank: 'ASC' } });
  const accepted = suspects.find(({ verdict }) => verdict === 'accepted');
  const first = suspects.find(({ verdict }) => verdict !== 'rejected');
  if (accepted !== undefined) return accepted;
  return first !== undefined && (first.band === 'strong' || first.band === 'possible') ? first : null;
}

function filled(
  { parameters }: RunbookActionEntity,
  values: RunbookValues,
): { parameters: Record<string, string>; missing: string[] } {
  const each = Object.entries(parameters).map(([name, template]) => ({ name, ...fillTemplate(template, values) }));
  return {
    parameters: Object.fromEntries(each.map(({ name, text }) => [name, text])),
    missing: [...new Set(each.flatMap(({ missing }) => missing))],
  };
}

const viewOf = ({ id, action, host, parameters, status, error }: RunbookRunEntity): RunbookRun => ({
  id,
  action,
  host,
  parameters,
  status,
  error,
});
