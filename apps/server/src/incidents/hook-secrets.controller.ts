import { Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { hookSecretWrite, hookSender, type HookSender, PlimsollError, type Project } from '@plimsoll/contract';
import type { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { HookSignatures } from './hook-signatures.service.js';

@Controller('api/v1/hook-secrets')
export class HookSecretsController {
  constructor(
    @Inject(HookSignatures) private readonly signatures: HookSignatures,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get()
  list(@CurrentProject() project: Project) {
    return this.signatures.list(project.id);
  }

  @Put(':sender')
  async set(
    @CurrentPrincipal() principal: Principal,
    @Param('sender') sender: string,
    @ZodBody(hookSecretWrite) { secret }: z.output<typeof hookSecretWrite>,
  ) {
    const saved = await this.signatures.set(principal.project.id, senderOf(sender), secret);
    await this.audit.record(principal, { action: 'hook_secret.set', subject: sender });
    return saved;
  }

  @Delete(':sender')
  @HttpCode(204)
  async remove(@CurrentPrincipal() principal: Principal, @Param('sender') sender: string) {
    await this.signatures.remove(principal.project.id, senderOf(sender));
    await this.audit.record(principal, { action: 'hook_secret.remove', subject: sender });
  }
}

function senderOf(text: string): HookSender {
  const sender = hookSender.safeParse(text);
  if (sender.success) return sender.data;
  throw new PlimsollError('not_found', `sender "${text}": there are ${hookSender.options.join(' and ')}`);
}
