import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SecretBox } from '../stores/secret-box.js';
import { NotificationChannelEntity } from './incidents.entity.js';

interface Address {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** Addresses and secrets of channels: sealed in their rows, open only where they are used. */
@Injectable()
export class ChannelSecrets implements OnApplicationBootstrap {
  private readonly logger = new Logger('channels');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretBox) private readonly box: SecretBox,
  ) {}

  seal(projectId: string, { url, secrets }: Address): { url: string; secrets: string[] } {
    const context = contextOf(projectId);
    return {
      url: this.box.seal(url, context),
      secrets: secrets.map((secret) => this.box.seal(secret, context)),
    };
  }

  /** @throws PlimsollError `forbidden` when the key is not the one they were sealed with. */
  open({ projectId, url, secrets }: NotificationChannelEntity): Address {
    const context = contextOf(projectId);
    return {
      url: this.box.open(url, context),
      secrets: secrets.map((secret) => this.box.open(secret, context)),
    };
  }

  /** Seals what was stored before there was a key. Several processes may do so at once: each row is done by one. */
  async onApplicationBootstrap(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const rows = await manager.find(NotificationChannelEntity, { lock: { mode: 'pessimistic_write' } });
      const plain = rows.filter(({ url, secrets }) => ![url, ...secrets].every((text) => SecretBox.isSealed(text)));
      for (const row of plain) {
        await manager.update(NotificationChannelEntity, { id: row.id }, this.seal(row.projectId, this.open(row)));
      }
      if (plain.length > 0) this.logger.log(`sealed the secrets of ${plain.length} channels`);
    });
  }
}

const contextOf = (projectId: string): string => `notification channel of ${projectId}`;
