import { Inject, Injectable } from '@nestjs/common';
import {
  type driftMonitor,
  type driftMonitorWrite,
  PlimsollError,
  type DriftFeature,
  type DriftReport,
  type DriftReportSummary,
  type DriftSignal,
} from '@plimsoll/contract';
import { inputFeatures, outputFeatures } from '@plimsoll/drift';
import { DataSource, In, IsNull } from 'typeorm';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { ContentsService, keyText } from '../scoring/contents.service.js';
import { DriftMonitorEntity, DriftReportEntity, type ExampleKey } from './drift.entity.js';
import { DriftService } from './drift.service.js';

type Monitor = z.output<typeof driftMonitor>;
type MonitorWrite = z.output<typeof driftMonitorWrite>;

const position = z.object({ at: z.iso.datetime(), id: z.uuid() });
const titles = new Map([
  ...[...outputFeatures, ...inputFeatures].map(({ name, title }) => [name, title] as const),
  ['input_topic', 'Topics of the questions'] as const,
  ['stratum', 'Kinds of questions'] as const,
]);

function signalOf(feature: DriftFeature): DriftSignal {
  return {
    name: feature.name,
    title: titles.get(feature.name) ?? (feature.side === 'score' ? `Score ${feature.name}` : feature.name),
    kind: feature.kind,
    test: feature.test,
    statistic: feature.statistic,
    p: feature.p,
    q: feature.q,
    effect: feature.effect,
    effectName: feature.effectName,
    effectFloor: feature.effectFloor,
    psi: feature.psi,
    js: feature.js,
    referenceMean: feature.reference.mean,
    currentMean: feature.current.mean,
    drifted: feature.drifted,
    direction: feature.direction,
    minimumDetectableEffect: feature.minimumDetectableEffect,
    distribution: feature.distribution,
  };
}

const byImportance = (a: DriftFeature, b: DriftFeature): number =>
  Number(b.drifted) - Number(a.drifted) ||
  Number(b.direction === 'worse') - Number(a.direction === 'worse') ||
  (a.q ?? 2) - (b.q ?? 2) ||
  (b.effect ?? 0) - (a.effect ?? 0);

/** Reports and monitors as people see them. */
@Injectable()
export class ReportsService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ContentsService) private readonly contents: ContentsService,
    @Inject(DriftService) private readonly drift: DriftService,
  ) {}

  async list(
    projectId: string,
    query: { cursor?: string | undefined; limit: number; feature?: string | undefined },
  ): Promise<{ items: DriftReportSummary[]; nextCursor: string | null }> {
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, position);
    const find = this.dataSource.manager
      .createQueryBuilder(DriftReportEntity, 'report')
      .where('report.projectId = :projectId', { projectId })
      .orderBy('report.createdAt', 'DESC')
      .addOrderBy('report.id', 'DESC')
      .take(query.limit + 1);
    if (query.feature !== undefined) find.andWhere('report.feature = :feature', { feature: query.feature });
    if (after !== null) find.andWhere('(report.createdAt, report.id) < (:at, :id)', after);
    const rows = await find.getMany();
    const shown = rows.slice(0, query.limit);
    const names = await this.monitorNames(shown);
    const last = shown.at(-1);
    const more = rows.length > query.limit && last !== undefined;
    return {
      items: shown.map((row) => this.summary(row, names.get(row.monitorId))),
      nextCursor: more ? encodeCursor({ at: last.createdAt.toISOString(), id: last.id }) : null,
    };
  }

  async read(projectId: string, id: string): Promise<DriftReport> {
    const known = z.uuid().safeParse(id).success;
    const row = known ? await this.dataSource.manager.findOneBy(DriftReportEntity, { id, projectId }) : null;
    if (row === null) throw new PlimsollError('not_found', `there is no drift report ${id}`);
    const names = await this.monitorNames([row]);
    const keys = [...row.examples.before, ...row.examples.after];
    const subjects = await this.contents.subjects(keys.map((key) => spanKey(projectId, key)));
    const example = (key: ExampleKey): DriftReport['before'][number] => {
      const subject = subjects.get(keyText(spanKey(projectId, key)));
      return {
        traceId: key.traceId,
        spanId: key.spanId,
        at: new Date(Number(BigInt(key.timeNs) / 1_000_000n)).toISOString(),
        input: subject?.input ?? null,
        output: subject?.output ?? null,
        promptVersion: key.promptVersion === '' ? null : key.promptVersion,
        model: key.model === '' ? null : key.model,
      };
    };
    return {
      ...this.summary(row, names.get(row.monitorId)),
      items: row.evaluation.features.toSorted(byImportance).map(signalOf),
      before: row.examples.before.map(example),
      after: row.examples.after.map(example),
      notes: row.evaluation.notes,
    };
  }

  async monitors(projectId: string): Promise<Monitor[]> {
    const rows = await this.dataSource.manager.find(DriftMonitorEntity, {
      where: { projectId, hiddenAt: IsNull() },
      order: { name: 'ASC' },
    });
    return Promise.all(rows.map((row) => this.monitorView(row)));
  }

  async watch(projectId: string, write: MonitorWrite): Promise<Monitor> {
    const { manager } = this.dataSource;
    const known = await manager.findOneBy(DriftMonitorEntity, { projectId, name: write.name });
    if (known !== null && known.hiddenAt === null) {
      throw new PlimsollError('conflict', `name: another monitor is called ${write.name}`, { field: 'name' });
    }
    const monitor = known ?? manager.create(DriftMonitorEntity, { projectId });
    Object.assign(monitor, write, { hiddenAt: null, frozen: null, lastRunAt: null, alarm: { active: false, run: 0 } });
    return this.monitorView(await manager.save(monitor));
  }

  /** Its reports stay. */
  async unwatch(projectId: string, id: string): Promise<void> {
    const monitor = await this.monitor(projectId, id);
    await this.dataSource.manager.update(
      DriftMonitorEntity,
      { id: monitor.id },
      { enabled: false, hiddenAt: new Date() },
    );
  }

  /** Compares the window that ends now, to the second. */
  async run(projectId: string, id: string, now: Date): Promise<DriftReportSummary> {
    const monitor = await this.monitor(projectId, id);
    const to = new Date(Math.floor(now.getTime() / 1_000) * 1_000);
    return this.summary(await this.drift.compare(monitor, to), monitor.name);
  }

  private async monitor(projectId: string, id: string): Promise<DriftMonitorEntity> {
    const known = z.uuid().safeParse(id).success;
    const found = known
      ? await this.dataSource.manager.findOneBy(DriftMonitorEntity, { id, projectId, hiddenAt: IsNull() })
      : null;
    if (found === null) throw new PlimsollError('not_found', `there is no drift monitor ${id}`);
    return found;
  }

  private async monitorView(row: DriftMonitorEntity): Promise<Monitor> {
    const last = await this.dataSource.manager.findOne(DriftReportEntity, {
      select: { id: true, verdict: true },
      where: { monitorId: row.id },
      order: { currentTo: 'DESC' },
    });
    return {
      id: row.id,
      name: row.name,
      feature: row.feature,
      reference: row.reference,
      referenceDays: row.referenceDays,
      currentHours: row.currentHours,
      enabled: row.enabled,
      lastRunAt: row.lastRunAt?.toISOString() ?? null,
      lastVerdict: last?.verdict ?? null,
    };
  }

  private async monitorNames(rows: readonly DriftReportEntity[]): Promise<Map<string, string>> {
    if (rows.length === 0) return new Map();
    const ids = [...new Set(rows.map(({ monitorId }) => monitorId))];
    const monitors = await this.dataSource.manager.findBy(DriftMonitorEntity, { id: In(ids) });
    return new Map(monitors.map(({ id, name }) => [id, name]));
  }

  private summary(row: DriftReportEntity, title: string | undefined): DriftReportSummary {
    return {
      id: row.id,
      monitorId: row.monitorId,
      title: title ?? row.feature,
      feature: row.feature,
      verdict: row.verdict,
      headline: row.headline,
      createdAt: row.createdAt.toISOString(),
      currentFrom: row.currentFrom.toISOString(),
      currentTo: row.currentTo.toISOString(),
      referenceTitle: row.referenceTitle,
      nReference: row.nReference,
      nCurrent: row.nCurrent,
      moved: row.moved,
      signals: row.signals,
    };
  }
}

const spanKey = (project: string, key: ExampleKey) => ({
  project,
  time: BigInt(key.timeNs),
  traceId: key.traceId,
  spanId: key.spanId,
});
