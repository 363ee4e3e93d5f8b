import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { Session, Settings } from '@plimsoll/contract';
import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { SETTINGS } from '../stores/settings.js';
import { version } from '../version.js';
import { sessionCookie } from './access.guard.js';
import { AccessService } from './access.service.js';
import { SessionService } from './session.service.js';

const tokenBody = z.strictObject({ token: z.string().min(1).max(200) });

/** Signing in and out, and who is asking. */
@Controller('api/v1')
export class SessionController {
  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(AccessService) private readonly access: AccessService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('session')
  async session(@CurrentPrincipal() principal: Principal): Promise<Session> {
    return {
      user: principal.user,
      organisation: await this.access.organisation(principal),
      projects: await this.access.projects(principal),
      scopes: [...principal.scopes],
      version,
    };
  }

  @Post('session')
  @HttpCode(200)
  async signIn(
    @ZodBody(tokenBody) body: z.output<typeof tokenBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    const { cookie, expiresAt } = await this.sessions.signIn(body.token);
    void reply.setCookie(sessionCookie, cookie, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.settings.publicUrl?.startsWith('https:') ?? false,
      expires: expiresAt,
    });
    return this.session(await this.sessions.principal(cookie, undefined));
  }

  @Delete('session')
  @HttpCode(204)
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const cookie = request.cookies[sessionCookie];
    if (cookie !== undefined) await this.sessions.signOut(cookie);
    void reply.clearCookie(sessionCookie, { path: '/' });
  }

  @Post('sign-in-links')
  async makeLink(@CurrentPrincipal() principal: Principal): Promise<{ token: string; expiresAt: string }> {
    const { token, expiresAt } = await this.sessions.makeLink(principal.organisationId);
    return { token, expiresAt: expiresAt.toISOString() };
  }
}
