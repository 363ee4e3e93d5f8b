import { Inject, Injectable, Logger } from '@nestjs/common';
import { PlimsollError, type Scope, type Settings } from '@plimsoll/contract';
import { DataSource, IsNull } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { ApiKeyEntity, ProjectEntity } from './access.entity.js';
import { projectOf } from './access.mapping.js';
import { allows, hashSecret, type Headers, keyOfHeaders } from './credentials.js';

/** A revoked key may still be honoured this long by other processes. */
const knownForMs = 10_000;
/** An unknown key is asked for again soon: it may have been made a moment ago. */
const unknownForMs = 1_000;
const cacheLimit = 10_000;
/** `last used` is written at most this often for a key. */
const touchEveryMs = 60_000;

interface Remembered {
  readonly principal: Principal | null;
  readonly keyId: string;
  readonly until: number;
}

/** Looks API keys up by their hash; a small cache keeps the ingest path off PostgreSQL. */
@Injectable()
export class KeyVerifier {
  private readonly logger = new Logger('access');
  private readonly cache = new Map<string, Remembered>();
  private readonly touched = new Map<string, number>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The principal of the API key in these headers.
   * @throws PlimsollError `unauthenticated` for no, an unknown or a revoked key, `forbidden` when it lacks the scope.
   */
  async verify(headers: Headers, needed: Scope): Promise<Principal> {
    const key = keyOfHeaders(headers);
    if (key === null) {
      throw new PlimsollError('unauthenticated', 'no API key: send the header "authorization: Bearer <API key>"', {
        field: 'header authorization',
      });
    }
    const principal = await this.find(key);
    if (principal === null) {
      throw new PlimsollError('unauthenticated', 'the API key is unknown or revoked', {
        field: 'header authorization',
      });
    }
    if (!allows(principal.scopes, needed)) {
      throw new PlimsollError('forbidden', `the API key ${principal.keyPrefix} lacks the scope "${needed}"`, {
        field: 'header authorization',
      });
    }
    return principal;
  }

  /** Forgets what is remembered; after a revocation in this process. */
  forget(): void {
    this.cache.clear();
  }

  private async find(key: string): Promise<Principal | null> {
    const hash = hashSecret(key);
    const now = Date.now();
    const known = this.cache.get(hash);
    if (known !== undefined && known.until > now) {
      if (known.principal !== null) this.touch(known.keyId, now);
      return known.principal;
    }
    const found = await this.load(hash);
    if (this.cache.size >= cacheLimit) this.cache.clear();
    const until = now + (found === null ? unknownForMs : knownForMs);
    this.cache.set(hash, { principal: found?.principal ?? null, keyId: found?.keyId ?? '', until });
    if (found !== null) this.touch(found.keyId, now);
    return found?.principal ?? null;
  }

  private async load(hash: string): Promise<{ principal: Principal; keyId: string } | null> {
    const key = await this.dataSource.getRepository(ApiKeyEntity).findOneBy({ hash, revokedAt: IsNull() });
    if (key === null) return null;
    const project = await this.dataSource.getRepository(ProjectEntity).findOneByOrFail({ id: key.projectId });
    return {
      keyId: key.id,
      principal: {
        organisationId: project.organisationId,
        project: projectOf(project, this.settings),
        scopes: key.scopes as Scope[],
        actor: `key ${key.prefix}`,
        keyPrefix: key.prefix,
        ...(key.rateLimit === null ? {} : { rateLimit: key.rateLimit }),
        user: null,
      },
    };
  }

  private touch(keyId: string, now: number): void {
    if (now - (this.touched.get(keyId) ?? 0) < touchEveryMs) return;
    this.touched.set(keyId, now);
    this.dataSource
      .getRepository(ApiKeyEntity)
      .update({ id: keyId }, { lastUsedAt: new Date(now) })
      .catch((error: unknown) => this.logger.warn(`last use of a key was not noted: ${String(error)}`));
  }
}
