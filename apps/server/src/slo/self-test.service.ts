import { Inject, Injectable, Logger } from '@nestjs/common';
import { judgedObjective, objectiveWindow, selfTestObjective } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { ObjectiveSelfTest } from './objective-self-test.entity.js';

const dayMs = 86_400_000;
/** Objectives of one order: a few seconds of work, and 10,000 objectives get their turn within two hours. */
const testedAtOnce = 500;

/** Once a day replays a breach of each alerting objective through the live fold: it must still tell somebody. */
@Injectable()
export class SelfTestService {
  private readonly logger = new Logger('slo');

  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Tests what was not tested within a day before `now`, longest ago first. */
  async run(now = new Date()): Promise<void> {
    for (const revision of await this.due(now)) {
      const { ok, detail } = resultOf(revision, now);
      if (!ok) this.logger.error(`self-test of ${revision.definition.slug}: ${detail}`);
      await this.database
        .getRepository(ObjectiveSelfTest)
        .upsert({ revisionId: revision.id, testedAt: now, ok, detail }, ['revisionId']);
    }
  }

  private due(now: Date): Promise<ObjectiveRevision[]> {
    return this.database
      .getRepository(ObjectiveRevision)
      .createQueryBuilder('revision')
      .innerJoin('revision.objective', 'objective', 'objective.retired_at IS NULL')
      .leftJoin(ObjectiveSelfTest, 'test', 'test.revision_id = revision.id')
      .where('revision.superseded_at IS NULL')
      .andWhere(`revision.definition ->> 'alerting' = 'true'`)
      .andWhere('(test.tested_at IS NULL OR test.tested_at <= :before)', { before: new Date(now.getTime() - dayMs) })
      .orderBy('test.tested_at', 'ASC', 'NULLS FIRST')
      .limit(testedAtOnce)
      .getMany();
  }
}

/** A definition that cannot even be judged has failed as well, and must not keep the others from their test. */
function resultOf({ definition }: ObjectiveRevision, now: Date): { readonly ok: boolean; readonly detail: string } {
  try {
    return selfTestObjective(judgedObjective(definition, objectiveWindow(definition, now.getTime()).seconds));
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
