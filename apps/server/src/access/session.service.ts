import { Inject, Injectable } from '@nestjs/common';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { DataSource, IsNull, LessThan, MoreThan } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { MemberEntity, ProjectEntity, SessionEntity, SignInLinkEntity, UserEntity } from './access.entity.js';
import { projectOf, scopesOfRole } from './access.mapping.js';
import { hashSecret, makeToken } from './credentials.js';

const linkLivesMs = 24 * 3600 * 1000;
const sessionLivesMs = 30 * 24 * 3600 * 1000;

export interface NewSession {
  readonly cookie: string;
  readonly expiresAt: Date;
  readonly userId: string;
}

/** Sign-in by one-time link, and the sessions that come of it. Only hashes of tokens are stored. */
@Injectable()
export class SessionService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A token that signs the owner of the organisation in, once, within a day. */
  async makeLink(organisationId: string): Promise<{ token: string; expiresAt: Date }> {
    const owner = await this.dataSource.getRepository(MemberEntity).findOneBy({ organisationId, role: 'owner' });
    if (owner === null) throw new PlimsollError('not_found', 'the organisation has no owner');
    const token = makeToken();
    const expiresAt = new Date(Date.now() + linkLivesMs);
    const links = this.dataSource.getRepository(SignInLinkEntity);
    await links.delete({ expiresAt: LessThan(new Date()) });
    await links.insert({ hash: hashSecret(token), userId: owner.userId, expiresAt, usedAt: null });
    return { token, expiresAt };
  }

  /**
   * Exchanges a token for a session.
   * @throws PlimsollError `unauthenticated` when the token is unknown, used or too old.
   */
  async signIn(token: string): Promise<NewSession> {
    const hash = hashSecret(token);
    const links = this.dataSource.getRepository(SignInLinkEntity);
    // One statement, so that of two simultaneous uses only one succeeds.
    const used = await links.update(
      { hash, usedAt: IsNull(), expiresAt: MoreThan(new Date()) },
      { usedAt: new Date() },
    );
    if (used.affected !== 1) {
      throw new PlimsollError(
        'unauthenticated',
        'this sign-in link was used already or is too old; a new one is printed at every `npm start`',
        { field: 'token' },
      );
    }
    const { userId } = await links.findOneByOrFail({ hash });
    const cookie = makeToken();
    const expiresAt = new Date(Date.now() + sessionLivesMs);
    const sessions = this.dataSource.getRepository(SessionEntity);
    await sessions.delete({ expiresAt: LessThan(new Date()) });
    await sessions.insert({ hash: hashSecret(cookie), userId, expiresAt });
    return { cookie, expiresAt, userId };
  }

  async signOut(cookie: string): Promise<void> {
    await this.dataSource.getRepository(SessionEntity).delete({ hash: hashSecret(cookie) });
  }

  /**
   * The principal of a session within one project.
   * @param wanted id or slug of the project; without it the first one of the organisation.
   * @throws PlimsollError `unauthenticated` for an unknown session, `not_found` for a foreign or unknown project.
   */
  async principal(cookie: string, wanted: string | undefined): Promise<Principal> {
    const session = await this.dataSource
      .getRepository(SessionEntity)
      .findOneBy({ hash: hashSecret(cookie), expiresAt: MoreThan(new Date()) });
    if (session === null) throw new PlimsollError('unauthenticated', 'the session has ended; sign in again');
    const { userId } = session;
    const user = await this.dataSource.getRepository(UserEntity).findOneByOrFail({ id: userId });
    const member = await this.dataSource.getRepository(MemberEntity).findOneByOrFail({ userId });
    const projects = await this.dataSource
      .getRepository(ProjectEntity)
      .find({ where: { organisationId: member.organisationId }, order: { createdAt: 'ASC' } });
    const project =
      wanted === undefined ? projects[0] : projects.find((one) => one.id === wanted || one.slug === wanted);
    if (project === undefined) {
      throw new PlimsollError('not_found', `project "${wanted ?? ''}": no such project`, {
        field: 'header x-plimsoll-project',
      });
    }
    return {
      organisationId: member.organisationId,
      project: projectOf(project, this.settings),
      scopes: scopesOfRole[member.role],
      actor: user.name,
      keyPrefix: null,
      user: { id: user.id, email: user.email, name: user.name },
    };
  }
}
