import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { Project, Receipt } from '@plimsoll/contract';
import { CurrentProject } from '../http/principal.js';
import { ReceiptsService } from './receipts.service.js';

/** What became of exports whose senders asked. */
@Controller('api/v1/receipts')
export class ReceiptsController {
  constructor(@Inject(ReceiptsService) private readonly receipts: ReceiptsService) {}

  @Get(':id')
  read(@CurrentProject() project: Project, @Param('id') id: string): Promise<Receipt> {
    return this.receipts.read(project.id, id);
  }
}
