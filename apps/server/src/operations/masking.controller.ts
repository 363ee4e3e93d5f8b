import { Controller, Get, Inject, Put } from '@nestjs/common';
import { type Masking, type MaskingWrite, maskingWrite, type Project } from '@plimsoll/contract';
import { CurrentPrincipal, CurrentProject, type Principal } from '../http/principal.js';
import { ZodBody } from '../http/zod.pipe.js';
import { MaskingService } from './masking.service.js';

/** What a project takes out of content before it is stored. */
@Controller('api/v1/masking')
export class MaskingController {
  constructor(@Inject(MaskingService) private readonly masking: MaskingService) {}

  @Get()
  read(@CurrentProject() project: Project): Promise<Masking> {
    return this.masking.read(project.id);
  }

  @Put()
  write(@CurrentPrincipal() principal: Principal, @ZodBody(maskingWrite) body: MaskingWrite): Promise<Masking> {
    return this.masking.write(principal, body);
  }
}
