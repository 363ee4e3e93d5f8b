import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  judgedObjective,
  objectiveWindow,
  selfTestObjective,
  type SelfTestResult,
  selfTestTransition,
} from '@plimsoll/slo';
import { DataSource, type EntityManager, In } from 'typeorm';
import { AlertRecorder } from './alert-recorder.js';
import { ObjectiveRevision } from './objective-revision.entity.js';
import { ObjectiveSelfTest } from './objective-self-test.entity.js';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Objectives of one order: a few seconds of work, and 10,000 objectives get their turn within two hours. */
const testedAtOnce = 500;

/** Once a day replays a breach of each alerting objective through the live fold: it must still tell somebody. */
@Injectable()
export class SelfTestService {
  private readonly logger = new Logger('slo');

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(AlertRecorder) private readonly recorder: AlertRecorder,
  ) {}

  /** Tests what was not tested within a day before `now`, longest ago first. A failure opens a ticket, a day's worth each. */
  async run(now = new Date()): Promise<void> {
    for (const revision of await this.due(now)) {
      const result = resultOf(revision, now);
      if (!result.ok) this.logger.error(`self-test of ${revision.definition.slug}: ${result.detail}`);
      await this.database.transaction(async (manager) => {
        const failedBefore = await this.failedTests(manager, revision);
        await manager
          .getRepository(ObjectiveSelfTest)
          .upsert({ revisionId: revision.id, testedAt: now, ...result }, ['revisionId']);
        if (!result.ok) return this.tell(manager, revision, result, now);
        if (failedBefore.length === 0) return;
        await this.tell(manager, revision, result, now);
        // An edit has mended it: what the revisions before failed is over as well.
        const older = failedBefore.filter((id) => id !== revision.id);
        if (older.length > 0) await manager.delete(ObjectiveSelfTest, { revisionId: In(older) });
      });
    }
  }

  /** Revisions of the same objective whose last test failed. */
  private async failedTests(manager: EntityManager, { objectiveId }: ObjectiveRevision): Promise<string[]> {
    const tests = await manager
      .createQueryBuilder(ObjectiveSelfTest, 'test')
      .innerJoin(ObjectiveRevision, 'revision', 'revision.id = test.revision_id')
      .where('NOT test.ok AND revision.objective_id = :objectiveId', { objectiveId })
      .getMany();
    return tests.map(({ revisionId }) => revisionId);
  }

  private tell(manager: EntityManager, revision: ObjectiveRevision, result: SelfTestResult, now: Date): Promise<void> {
    const { tier, transition } = selfTestTransition(result, Math.floor(now.getTime() / minuteMs));
    return this.recorder.record(manager, { revision, groupKey: '', tier, excluded: [], now }, transition);
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
function resultOf({ definition }: ObjectiveRevision, now: Date): SelfTestResult {
  try {
    return selfTestObjective(judgedObjective(definition, objectiveWindow(definition, now.getTime()).seconds));
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
