import type { ApiKey, Project, Scope, Settings } from '@plimsoll/contract';
import { effectiveRetention } from './project-retention.js';
import type { ApiKeyEntity, MemberEntity, ProjectEntity } from './access.entity.js';

/** The API's form of a project; `settings` fill what the project leaves to the installation. */
export function projectOf(row: ProjectEntity, settings: Settings): Project {
  const { spanDays, payloadDays } = effectiveRetention(row, settings);
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    simulated: row.simulated,
    currency: row.currency,
    timeZone: row.timeZone,
    spanRetentionDays: spanDays,
    payloadRetentionDays: payloadDays,
    ownRetention: { spanDays: row.spanRetentionDays, payloadDays: row.payloadRetentionDays },
    createdAt: row.createdAt.toISOString(),
  };
}

export function apiKeyOf(row: ApiKeyEntity): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    rateLimit: row.rateLimit,
    projectId: row.projectId,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

export const scopesOfRole: Readonly<Record<MemberEntity['role'], readonly Scope[]>> = {
  owner: ['read', 'write', 'admin'],
  admin: ['read', 'write', 'admin'],
  editor: ['read', 'write'],
  viewer: ['read'],
};
