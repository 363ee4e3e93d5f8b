import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '@plimsoll/contract';
import { DataSource, type EntityManager, Not } from 'typeorm';
import { SETTINGS } from '../stores/settings.js';
import { ApiKeyEntity, MemberEntity, OrganisationEntity, ProjectEntity, UserEntity } from './access.entity.js';
import { hashSecret, shownPrefix } from './credentials.js';
import { platformProject } from './platform-project.js';

/** Spells "boot": several API processes may start together on an empty database. */
const bootstrapLockKey = 0x626f6f74;

/** Makes the first organisation, owner and project of an empty database, the platform's own, and the key that automation set. */
@Injectable()
export class AccessBootstrap implements OnModuleInit {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [bootstrapLockKey]);
      const project = (await this.firstProject(manager)) ?? (await this.makeFirstProject(manager));
      await this.keepBootstrapKey(manager, project);
      await this.keepPlatformProject(manager, project);
    });
  }

  private firstProject(manager: EntityManager): Promise<ProjectEntity | null> {
    const where = { simulated: false, slug: Not(platformProject.slug) };
    return manager.getRepository(ProjectEntity).findOne({ where, order: { createdAt: 'ASC' } });
  }

  private async keepPlatformProject(manager: EntityManager, { organisationId, currency, timeZone }: ProjectEntity) {
    const projects = manager.getRepository(ProjectEntity);
    const { slug, name } = platformProject;
    if (await projects.existsBy({ slug })) return;
    const retention = { payloadRetentionDays: null, spanRetentionDays: null };
    // After the first one, which is made in the same transaction and so at the same time: lists go by this.
    const createdAt = new Date(Date.now() + 1_000);
    await projects.insert({
      organisationId,
      slug,
      name,
      simulated: false,
      currency,
      timeZone,
      createdAt,
      ...retention,
    });
  }

  private async makeFirstProject(manager: EntityManager): Promise<ProjectEntity> {
    const organisation = await manager.save(manager.create(OrganisationEntity, { slug: 'default', name: 'Default' }));
    const owner = await manager.save(manager.create(UserEntity, { email: 'owner@localhost', name: 'Owner' }));
    await manager.insert(MemberEntity, { organisationId: organisation.id, userId: owner.id, role: 'owner' });
    return manager.save(
      manager.create(ProjectEntity, {
        organisationId: organisation.id,
        slug: 'default',
        name: 'Default',
        simulated: false,
        currency: 'USD',
        timeZone: 'UTC',
        payloadRetentionDays: null,
        spanRetentionDays: null,
      }),
    );
  }

  private async keepBootstrapKey(manager: EntityManager, project: ProjectEntity): Promise<void> {
    const secret = this.settings.bootstrapApiKey;
    if (secret === undefined) return;
    const hash = hashSecret(secret);
    const name = 'PLIMSOLL_BOOTSTRAP_API_KEY';
    const keys = manager.getRepository(ApiKeyEntity);
    // A changed setting replaces the key of before.
    await keys
      .createQueryBuilder()
      .update()
      .set({ revokedAt: () => 'now()' })
      .where('name = :name AND hash <> :hash AND revoked_at IS NULL', { name, hash })
      .execute();
    const known = await keys.findOneBy({ hash });
    if (known !== null) {
      if (known.revokedAt !== null) await keys.update({ id: known.id }, { revokedAt: null });
      return;
    }
    const scopes = ['ingest', 'read', 'write', 'admin'];
    await keys.insert({ projectId: project.id, name, prefix: shownPrefix(secret), hash, scopes });
  }
}
