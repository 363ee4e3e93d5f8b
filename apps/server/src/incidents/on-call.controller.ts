import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  contactWrite,
  escalationPolicyWrite,
  type EscalationPolicyWrite,
  instant,
  type Project,
  rotationWrite,
} from '@plimsoll/contract';
import { z } from 'zod';
import { AuditService } from '../access/audit.service.js';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody, ZodQuery } from '../http/zod.pipe.js';
import { OnCallService } from './on-call.service.js';

const onCallQuery = z.object({ at: instant.optional() });

/** Who is told when nobody answers. */
@Controller('api/v1')
export class OnCallController {
  constructor(
    @Inject(OnCallService) private readonly onCall: OnCallService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Get('on-call')
  now(@CurrentProject() project: Project, @ZodQuery(onCallQuery) { at }: z.output<typeof onCallQuery>) {
    return this.onCall.onCall(project.id, at === undefined ? new Date() : new Date(at));
  }

  @Get('contacts')
  contacts(@CurrentProject() project: Project) {
    return this.onCall.contacts(project.id);
  }

  @Post('contacts')
  async saveContact(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(contactWrite) body: z.output<typeof contactWrite>,
  ) {
    const saved = await this.onCall.saveContact(principal.project.id, body);
    const detail = { channel: body.channel };
    await this.audit.record(principal, { action: 'contact.save', subject: body.name, detail });
    return saved;
  }

  @Delete('contacts/:id')
  @HttpCode(204)
  async removeContact(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.onCall.remove(principal.project.id, 'contact', id);
    await this.audit.record(principal, { action: 'contact.remove', subject: id });
  }

  @Get('rotations')
  rotations(@CurrentProject() project: Project) {
    return this.onCall.rotations(project.id);
  }

  @Post('rotations')
  async saveRotation(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(rotationWrite) body: z.output<typeof rotationWrite>,
  ) {
    const saved = await this.onCall.saveRotation(principal.project.id, body);
    await this.audit.record(principal, { action: 'rotation.save', subject: body.name, detail: { ...body } });
    return saved;
  }

  @Delete('rotations/:id')
  @HttpCode(204)
  async removeRotation(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.onCall.remove(principal.project.id, 'rotation', id);
    await this.audit.record(principal, { action: 'rotation.remove', subject: id });
  }

  @Get('escalation-policies')
  policies(@CurrentProject() project: Project) {
    return this.onCall.policies(project.id);
  }

  @Post('escalation-policies')
  async savePolicy(
    @CurrentPrincipal() principal: Principal,
    @ZodBody(escalationPolicyWrite) body: EscalationPolicyWrite,
  ) {
    const saved = await this.onCall.savePolicy(principal.project.id, body);
    await this.audit.record(principal, { action: 'escalation_policy.save', subject: body.name, detail: { ...body } });
    return saved;
  }

  @Delete('escalation-policies/:id')
  @HttpCode(204)
  async removePolicy(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    await this.onCall.remove(principal.project.id, 'policy', id);
    await this.audit.record(principal, { action: 'escalation_policy.remove', subject: id });
  }
}
