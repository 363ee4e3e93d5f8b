import { Inject, Injectable } from '@nestjs/common';
import {
  type Page,
  PlimsollError,
  type runbook,
  type runbookAction,
  type runbookActionWrite,
  type runbookWrite,
} from '@plimsoll/contract';
import { unknownParameters } from '@plimsoll/incidents';
import { urlProblem } from '@plimsoll/notify';
import { DataSource, In } from 'typeorm';
import type { z } from 'zod';
import { SecretBox } from '../stores/secret-box.js';
import { RunbookActionEntity, RunbookEntity } from './runbooks.entity.js';

type Runbook = z.output<typeof runbook>;
type Action = z.output<typeof runbookAction>;

/** Runbooks and the calls that they may make, as people set them. */
@Injectable()
export class RunbooksService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretBox) private readonly box: SecretBox,
  ) {}

  async list(projectId: string): Promise<Page<Runbook>> {
    const rows = await this.dataSource.manager.find(RunbookEntity, { where: { projectId }, order: { name: 'ASC' } });
    return { items: rows.map(({ id, definition }) => ({ ...definition, id })), nextCursor: null };
  }

  /** @throws PlimsollError `invalid_input` for an unknown parameter or action. */
  async save(projectId: string, write: z.output<typeof runbookWrite>): Promise<Runbook> {
    refuseUnknown('body', write.body);
    const { manager } = this.dataSource;
    const known = await manager.findBy(RunbookActionEntity, { projectId, name: In(write.actions) });
    const missing = write.actions.find((name) => !known.some((action) => action.name === name));
    if (missing !== undefined) throw invalid('actions', `there is no action "${missing}"`);
    const { name } = write;
    await manager.upsert(RunbookEntity, { projectId, name, definition: write as object }, ['projectId', 'name']);
    const { id } = await manager.findOneByOrFail(RunbookEntity, { projectId, name });
    return { ...write, id };
  }

  async actions(projectId: string): Promise<Page<Action>> {
    const where = { projectId };
    const rows = await this.dataSource.manager.find(RunbookActionEntity, { where, order: { name: 'ASC' } });
    return { items: rows.map((row) => this.view(row)), nextCursor: null };
  }

  /** @throws PlimsollError `invalid_input` for an address that may not be called or an unknown parameter. */
  async saveAction(projectId: string, write: z.output<typeof runbookActionWrite>): Promise<Action> {
    const problem = urlProblem(write.url);
    if (problem !== null) throw invalid('url', problem);
    for (const [name, template] of Object.entries(write.parameters)) refuseUnknown(`parameters.${name}`, template);
    const { name, title, parameters, allowPrivate } = write;
    const { manager } = this.dataSource;
    const known = await manager.findOneBy(RunbookActionEntity, { projectId, name });
    const secret =
      write.secret === undefined ? (known?.secret ?? null) : this.box.seal(write.secret, contextOf(projectId));
    const url = this.box.seal(write.url, contextOf(projectId));
    const row = { projectId, name, title, url, secret, parameters, allowPrivate };
    await manager.upsert(RunbookActionEntity, row, ['projectId', 'name']);
    return this.view(await manager.findOneByOrFail(RunbookActionEntity, { projectId, name }));
  }

  /** @throws PlimsollError `not_found` */
  async remove(projectId: string, what: 'runbook' | 'action', id: string): Promise<void> {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const { manager } = this.dataSource;
    const entity = what === 'runbook' ? RunbookEntity : RunbookActionEntity;
    const found = isUuid ? await manager.delete(entity, { id, projectId }) : { affected: 0 };
    if (found.affected !== 1) {
      throw new PlimsollError('not_found', `${what} "${id}": not in this project`, { field: 'id' });
    }
  }

  /** Where an action calls; @throws PlimsollError `forbidden` when the key it was sealed with is gone. */
  target({ projectId, url, secret }: RunbookActionEntity): { url: string; secrets: string[] } {
    const context = contextOf(projectId);
    return { url: this.box.open(url, context), secrets: secret === null ? [] : [this.box.open(secret, context)] };
  }

  private view(row: RunbookActionEntity): Action {
    const { id, name, title, parameters, secret } = row;
    return { id, name, title, host: new URL(this.target(row).url).host, hasSecret: secret !== null, parameters };
  }
}

function refuseUnknown(field: string, template: string): void {
  const [unknown] = unknownParameters(template);
  if (unknown !== undefined) throw invalid(field, `there is no parameter {{${unknown}}}`);
}

const contextOf = (projectId: string): string => `runbook action of ${projectId}`;

const invalid = (field: string, reason: string): PlimsollError =>
  new PlimsollError('invalid_input', `${field}: ${reason}`, { field });
