import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type HookSender, hookSender, type hookSecret, type Page, PlimsollError } from '@plimsoll/contract';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { SecretBox } from '../stores/secret-box.js';
import { HookSecretEntity } from './incidents.entity.js';

/** What a delivery is checked by. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes as they came: a signature is over these and not over what they mean. */
  readonly rawBody: Buffer | undefined;
  /** True when the header that would carry the signature is the API key itself. */
  readonly keyInHeader: boolean;
}

const headerOf: Readonly<Record<HookSender, string>> = { github: 'x-hub-signature-256', gitlab: 'x-gitlab-token' };

/** Whether a delivery comes from who shares a secret with the project. */
@Injectable()
export class HookSignatures {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretBox) private readonly box: SecretBox,
  ) {}

  /**
   * GitHub signs the body (`X-Hub-Signature-256`), GitLab sends the secret itself (`X-Gitlab-Token`).
   * @throws PlimsollError `unauthenticated` when the signature is missing, wrong, or nothing is there to check it by.
   */
  async check(projectId: string, sender: HookSender, delivery: Delivery): Promise<void> {
    const header = headerOf[sender];
    const given = delivery.headers[header];
    const row = await this.dataSource.manager.findOneBy(HookSecretEntity, { projectId, sender });
    if (row === null) {
      if (given === undefined || delivery.keyInHeader) return;
      throw refused(header, `is given, but the project has no secret for ${sender}: set it first`);
    }
    if (typeof given !== 'string') throw refused(header, `is missing, and deliveries of ${sender} must be signed`);
    const secret = this.box.open(row.secret, contextOf(projectId, sender));
    const expected = sender === 'github' ? githubSignature(secret, delivery.rawBody) : secret;
    if (!isSame(given, expected)) throw refused(header, 'does not match');
  }

  async list(projectId: string): Promise<Page<z.output<typeof hookSecret>>> {
    const rows = await this.dataSource.manager.findBy(HookSecretEntity, { projectId });
    const items = hookSender.options.map((sender) =>
      viewOf(
        sender,
        rows.some((row) => row.sender === sender),
      ),
    );
    return { items, nextCursor: null };
  }

  async set(projectId: string, sender: HookSender, secret: string): Promise<z.output<typeof hookSecret>> {
    const sealed = this.box.seal(secret, contextOf(projectId, sender));
    const { manager } = this.dataSource;
    await manager.upsert(HookSecretEntity, { projectId, sender, secret: sealed }, ['projectId', 'sender']);
    return viewOf(sender, true);
  }

  async remove(projectId: string, sender: HookSender): Promise<void> {
    await this.dataSource.manager.delete(HookSecretEntity, { projectId, sender });
  }
}

const viewOf = (sender: HookSender, hasSecret: boolean): z.output<typeof hookSecret> => ({
  sender,
  hasSecret,
  header: headerOf[sender],
});

function githubSignature(secret: string, body: Buffer | undefined): string {
  if (body === undefined) throw new PlimsollError('internal', 'the bytes of a hook were not kept');
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Takes as long for a wrong text as for a right one: hashes have one length. */
function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}

const contextOf = (projectId: string, sender: HookSender): string => `hook of ${sender} for ${projectId}`;

const refused = (header: string, reason: string): PlimsollError =>
  new PlimsollError('unauthenticated', `header ${header}: ${reason}`, { field: `header ${header}` });
