import { Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { type changeCreate, deployHookQuery, githubHookBody, gitlabHookBody } from '@plimsoll/contract';
import type { z } from 'zod';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { ChangesService } from './changes.service.js';
import { changeOfGithub, changeOfGitlab } from './deploy-hooks.js';

type DeployQuery = z.output<typeof deployHookQuery>;

/** What other systems post to us: deployments and releases become changes. */
@Controller('api/v1/hooks')
export class HooksController {
  constructor(@Inject(ChangesService) private readonly changes: ChangesService) {}

  @Post('github')
  @HttpCode(200)
  github(
    @CurrentPrincipal() principal: Principal,
    @ZodQuery(deployHookQuery) query: DeployQuery,
    @ZodBody(githubHookBody) body: z.output<typeof githubHookBody>,
    @Headers('x-github-event') event = '',
    @Headers('x-github-delivery') delivery?: string,
  ) {
    return this.declare(principal, changeOfGithub(event, body, query), keyOf('github', delivery));
  }

  @Post('gitlab')
  @HttpCode(200)
  gitlab(
    @CurrentPrincipal() principal: Principal,
    @ZodQuery(deployHookQuery) query: DeployQuery,
    @ZodBody(gitlabHookBody) body: z.output<typeof gitlabHookBody>,
    @Headers('idempotency-key') delivery?: string,
  ) {
    return this.declare(principal, changeOfGitlab(body, query), keyOf('gitlab', delivery));
  }

  private async declare(
    { project, actor }: Principal,
    change: z.output<typeof changeCreate> | null,
    idempotencyKey: string | undefined,
  ) {
    const items = change === null ? [] : await this.changes.declare(project.id, actor, [change], idempotencyKey);
    return { items, nextCursor: null };
  }
}

/** A delivery that its sender repeats is stored once. */
const keyOf = (sender: string, delivery: string | undefined): string | undefined =>
  delivery === undefined || delivery === '' ? undefined : `${sender}:${delivery}`;
