import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, In, type QueryDeepPartialEntity } from 'typeorm';
import { SecretBox } from '../stores/secret-box.js';
import type { JudgeAddress } from './judge-client.js';
import { hasSpareBudget, reserveSpending, settleSpending } from './judges.queries.js';
import { JudgeEndpointEntity } from './scoring.entity.js';

/** The models that grade as their rows hold them: keys sealed, and open only for the call they are for. */
@Injectable()
export class JudgeEndpoints implements OnApplicationBootstrap {
  private readonly logger = new Logger('judges');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretBox) private readonly box: SecretBox,
  ) {}

  async find(ids: readonly string[]): Promise<Map<string, JudgeEndpointEntity>> {
    if (ids.length === 0) return new Map();
    const rows = await this.dataSource.manager.findBy(JudgeEndpointEntity, { id: In([...new Set(ids)]) });
    return new Map(rows.map((row) => [row.id, row]));
  }

  seal(projectId: string, key: string): string {
    return this.box.seal(key, contextOf(projectId));
  }

  /** @throws PlimsollError `forbidden` when its key was sealed with another key than there is now. */
  addressOf({ projectId, baseUrl, apiKey }: JudgeEndpointEntity): JudgeAddress {
    return { baseUrl, apiKey: apiKey === null ? null : this.box.open(apiKey, contextOf(projectId)) };
  }

  async update(id: string, change: QueryDeepPartialEntity<JudgeEndpointEntity>): Promise<void> {
    await this.dataSource.manager.update(JudgeEndpointEntity, { id }, change);
  }

  hasSpareBudget(id: string): Promise<boolean> {
    return hasSpareBudget(this.dataSource.manager, id);
  }

  reserve(id: string, amount: string): Promise<boolean> {
    return reserveSpending(this.dataSource.manager, id, amount);
  }

  settle(id: string, reserved: string, spent: string): Promise<void> {
    return settleSpending(this.dataSource.manager, id, reserved, spent);
  }

  /** Seals what was stored before keys were. Several processes may do so at once: each row is done by one. */
  async onApplicationBootstrap(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const rows = await manager.find(JudgeEndpointEntity, { lock: { mode: 'pessimistic_write' } });
      const plain = rows.flatMap(({ id, projectId, apiKey }) =>
        apiKey === null || SecretBox.isSealed(apiKey) ? [] : [{ id, apiKey: this.seal(projectId, apiKey) }],
      );
      for (const { id, apiKey } of plain) await manager.update(JudgeEndpointEntity, { id }, { apiKey });
      if (plain.length > 0) this.logger.log(`sealed the keys of ${plain.length} judges`);
    });
  }
}

const contextOf = (projectId: string): string => `judge endpoint of ${projectId}`;
