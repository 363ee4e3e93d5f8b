import { Controller, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import {
  alertmanagerHookBody,
  type changeCreate,
  deployHookQuery,
  githubHookBody,
  gitlabHookBody,
  type HookSender,
} from '@plimsoll/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { keyOfHeaders } from '../access/credentials.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { MaskingPolicies } from '../operations/masking-policies.service.js';
import { AlertIntakeService } from './alert-intake.service.js';
import { HookSignatures } from './hook-signatures.service.js';
import { rawBodyOf } from './raw-hook-bodies.js';
import { ChangesService } from './changes.service.js';
import { changeOfGithub, changeOfGitlab } from './deploy-hooks.js';
import { foreignAlertsOf } from './foreign-alerts.js';
import { maskChanges } from './masked-changes.js';

type DeployQuery = z.output<typeof deployHookQuery>;

/** What other systems post to us: deployments, releases and alerts become changes. */
@Controller('api/v1/hooks')
export class HooksController {
  constructor(
    @Inject(ChangesService) private readonly changes: ChangesService,
    @Inject(AlertIntakeService) private readonly alerts: AlertIntakeService,
    @Inject(HookSignatures) private readonly signatures: HookSignatures,
    @Inject(MaskingPolicies) private readonly masking: MaskingPolicies,
  ) {}

  @Post('github')
  @HttpCode(200)
  async github(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() principal: Principal,
    @ZodQuery(deployHookQuery) query: DeployQuery,
    @ZodBody(githubHookBody) body: z.output<typeof githubHookBody>,
    @Headers('x-github-event') event = '',
    @Headers('x-github-delivery') delivery?: string,
  ) {
    await this.check(principal, 'github', request, query);
    return this.declare(principal, changeOfGithub(event, body, query), keyOf('github', delivery));
  }

  @Post('gitlab')
  @HttpCode(200)
  async gitlab(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() principal: Principal,
    @ZodQuery(deployHookQuery) query: DeployQuery,
    @ZodBody(gitlabHookBody) body: z.output<typeof gitlabHookBody>,
    @Headers('idempotency-key') delivery?: string,
  ) {
    await this.check(principal, 'gitlab', request, query);
    return this.declare(principal, changeOfGitlab(body, query), keyOf('gitlab', delivery));
  }

  @Post('alertmanager')
  @HttpCode(200)
  async alertmanager(
    @CurrentPrincipal() { project, actor }: Principal,
    @ZodQuery(deployHookQuery) { feature }: DeployQuery,
    @ZodBody(alertmanagerHookBody) body: z.output<typeof alertmanagerHookBody>,
  ) {
    const alerts = foreignAlertsOf(body, feature, Date.now());
    const changes = await maskChanges(
      this.masking,
      project.id,
      alerts.map(({ change }) => change),
    );
    const masked = alerts.map((alert, index) => ({ ...alert, change: changes[index] ?? alert.change }));
    const items = await this.alerts.take(project.id, actor, masked);
    return { items, nextCursor: null };
  }

  private async check(
    { project }: Principal,
    sender: HookSender,
    request: FastifyRequest,
    { key }: DeployQuery,
  ): Promise<void> {
    const { headers } = request;
    // GitLab has no other header for a key of ours: without one elsewhere, its token was the key.
    const keyInHeader = sender === 'gitlab' && key === undefined && keyOfHeaders(headers) === null;
    await this.signatures.check(project.id, sender, { headers, rawBody: rawBodyOf(request), keyInHeader });
  }

  private async declare(
    { project, actor }: Principal,
    change: z.output<typeof changeCreate> | null,
    idempotencyKey: string | undefined,
  ) {
    if (change === null) return { items: [], nextCursor: null };
    const masked = await maskChanges(this.masking, project.id, [change]);
    const items = await this.changes.declare(project.id, actor, masked, idempotencyKey);
    return { items, nextCursor: null };
  }
}

/** A delivery that its sender repeats is stored once. */
const keyOf = (sender: string, delivery: string | undefined): string | undefined =>
  delivery === undefined || delivery === '' ? undefined : `${sender}:${delivery}`;
