import { Inject, Injectable } from '@nestjs/common';
import { type judgeEndpoint, type judgeEndpointWrite, PlimsollError } from '@plimsoll/contract';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { JudgeEndpoints } from './judge-endpoints.service.js';
import { spentToday } from './judges.queries.js';
import { JudgeEndpointEntity } from './scoring.entity.js';

type JudgeEndpoint = z.output<typeof judgeEndpoint>;
type JudgeEndpointWrite = z.output<typeof judgeEndpointWrite>;

/** Decimals as people write them, without the zeros of the column's scale. */
const shortest = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/u, '') : decimal);

/** The models that grade, by project. Keys go in and never come out. */
@Injectable()
export class JudgesService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(JudgeEndpoints) private readonly endpoints: JudgeEndpoints,
  ) {}

  async list(projectId: string): Promise<JudgeEndpoint[]> {
    const rows = await this.dataSource.manager.find(JudgeEndpointEntity, {
      where: { projectId },
      order: { name: 'ASC' },
    });
    const spent = await spentToday(this.dataSource.manager, projectId);
    return rows.map((row) => this.view(row, spent.get(row.id) ?? '0'));
  }

  /**
   * Creates or replaces the endpoint of this id. A key that is not given stays, but not for another host: whoever may
   * change the address could have it sent to himself.
   */
  async put(projectId: string, id: string, write: JudgeEndpointWrite): Promise<JudgeEndpoint> {
    if (!z.uuid().safeParse(id).success)
      throw new PlimsollError('invalid_input', 'id: must be a UUID', { field: 'id' });
    if (!/^https?:$/u.test(new URL(write.baseUrl).protocol)) {
      throw new PlimsollError('invalid_input', 'baseUrl: must be an http or https address', { field: 'baseUrl' });
    }
    const { manager } = this.dataSource;
    const known = await manager.findOneBy(JudgeEndpointEntity, { id });
    if (known !== null && known.projectId !== projectId)
      throw new PlimsollError('not_found', `there is no judge ${id}`);
    if (await manager.existsBy(JudgeEndpointEntity, { projectId, name: write.name })) {
      if (known?.name !== write.name) {
        throw new PlimsollError('conflict', `name: another judge is called ${write.name}`, { field: 'name' });
      }
    }
    const saved = await manager.save(
      manager.create(JudgeEndpointEntity, {
        ...(known === null ? {} : { createdAt: known.createdAt }),
        id,
        projectId,
        name: write.name,
        baseUrl: write.baseUrl,
        model: write.model,
        apiKey: write.apiKey === undefined ? keptKey(known, write) : this.endpoints.seal(projectId, write.apiKey),
        dailyBudget: write.dailyBudget ?? null,
        // Another address or model may know more: it is asked anew.
        replyMode: known?.baseUrl === write.baseUrl && known.model === write.model ? known.replyMode : 'json_schema',
        lastError: null,
        lastErrorAt: null,
      }),
    );
    const spent = await spentToday(manager, projectId);
    return this.view(saved, spent.get(id) ?? '0');
  }

  private view(row: JudgeEndpointEntity, spent: string): JudgeEndpoint {
    return {
      id: row.id,
      name: row.name,
      baseUrl: row.baseUrl,
      model: row.model,
      hasKey: row.apiKey !== null,
      dailyBudget: row.dailyBudget === null ? null : shortest(row.dailyBudget),
      spentToday: spent,
      lastError: row.lastError,
    };
  }
}

function keptKey(known: JudgeEndpointEntity | null, { baseUrl }: JudgeEndpointWrite): string | null {
  return known !== null && new URL(known.baseUrl).origin === new URL(baseUrl).origin ? known.apiKey : null;
}
