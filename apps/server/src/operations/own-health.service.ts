import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { objectiveWrite, PlimsollError, type Settings } from '@plimsoll/contract';
import { DataSource } from 'typeorm';
import { ProjectEntity } from '../access/access.entity.js';
import { projectOf } from '../access/access.mapping.js';
import { platformProject } from '../access/platform-project.js';
import { ObjectivesService } from '../slo/objectives.service.js';
import { SETTINGS } from '../stores/settings.js';

/** What the platform promises about itself. It is a proposal: whoever runs it may change it, and it stays changed. */
const freshness = objectiveWrite.parse({
  slug: 'ingest-freshness',
  name: 'Accepted telemetry can be queried within 5 s',
  description:
    'From the arrival of an export to the moment from which queries see it, measured on the exports of users. An export ' +
    'that the store did not take counts as bad.',
  indicator: { kind: 'latency', measure: 'end_to_end', thresholdMs: 5_000 },
  filter: { feature: ['ingest'] },
  unit: 'trace',
  target: '0.99',
  owner: 'whoever runs Plimsoll',
  runbook:
    'Look at plimsoll_ingest_freshness_seconds and plimsoll_ingest_rejected_total of the role ingest, at the disk, and ' +
    'at the load of ClickHouse; docs/operations.md says which figure stands for what.',
});

/** Sees to it at each start that the platform has an objective of its own. */
@Injectable()
export class OwnHealthService implements OnApplicationBootstrap {
  constructor(
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const row = await this.dataSource.getRepository(ProjectEntity).findOneByOrFail({ slug: platformProject.slug });
    try {
      await this.objectives.create(projectOf(row, this.settings), freshness, 'platform');
    } catch (error) {
      // It is there already, as it was made or as somebody changed it.
      if (!(error instanceof PlimsollError && error.code === 'conflict')) throw error;
    }
  }
}
