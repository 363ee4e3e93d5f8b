import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangesService } from './changes.service.js';
import { readCursor, writeCursor } from './incidents.queries.js';

const cursor = 'incidents.firstSeen';

/** Reports versions that appear in calls without anybody having declared them; a lost cursor only costs a rescan. */
@Injectable()
export class FirstSeenService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ChangesService) private readonly changes: ChangesService,
  ) {}

  async report(): Promise<void> {
    const since = await readCursor(this.dataSource.manager, cursor);
    const next = await this.changes.reportFirstSeen(since ?? new Date(0));
    await writeCursor(this.dataSource.manager, cursor, next);
  }
}
