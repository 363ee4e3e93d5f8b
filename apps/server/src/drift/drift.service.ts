import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { DriftEvaluation, DriftObservation } from '@plimsoll/contract';
import { alignWindows, evaluateWindows, measureWindows, stepAlarm, type Window } from '@plimsoll/drift';
import { DataSource, IsNull } from 'typeorm';
import { DriftMonitorEntity, DriftReportEntity, type FrozenReference } from './drift.entity.js';
import { busyFeatures, insertMonitors, sampledCalls, type SampledCall } from './drift.queries.js';
import { examplesOf } from './examples.js';
import { ObservationsService } from './observations.service.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Largest sample a side: enough for mild changes, and a comparison stays under a second. */
const sampleSize = 1_000;
/** A fixed reference is frozen from this many calls on, and never holds more. */
const frozenSize = 1_000;
const frozenMinimum = 100;
/** Features that are watched without being asked, a project. */
const watchedFeatures = 10;

interface Side {
  /** Observations, or the columns of a frozen reference, whose texts are not kept. */
  readonly measured: readonly DriftObservation[] | Window;
  /** Empty for a frozen reference. */
  readonly calls: readonly SampledCall[];
  readonly from: Date;
  readonly to: Date;
  readonly title: string;
  /** Which way is better, by name of the score. */
  readonly directions: Readonly<Record<string, 'higher' | 'lower'>>;
}

/** Milliseconds between two comparisons of a monitor: a quarter of its window, from one hour to six. */
export const stepMs = (currentHours: number): number => Math.min(6, Math.max(1, Math.floor(currentHours / 4))) * hourMs;

/** Windows before its first that a new monitor compares as well. */
const pastWindows = 3;
/** A new monitor waits this long: what it watches may only just be arriving. */
const firstWaitMs = 180_000;
/** Late calls, and the scores of the last ones, are waited for. */
const settleMs = 120_000;
const comparisonsATick = 6;
/** A comparison of fewer calls a side says nothing. */
const fewestCalls = 30;

/** The ends of the windows that a monitor still has to compare, in order. */
function windowsDue(monitor: DriftMonitorEntity, now: Date): Date[] {
  const settled = now.getTime() - settleMs;
  if (monitor.lastRunAt === null) {
    if (now.getTime() - monitor.createdAt.getTime() < firstWaitMs) return [];
    const last = Math.floor(settled / 60_000) * 60_000;
    return Array.from(
      { length: pastWindows + 1 },
      (_, index) => new Date(last - (pastWindows - index) * monitor.currentHours * hourMs),
    );
  }
  const step = stepMs(monitor.currentHours);
  const to = new Date(Math.floor(settled / step) * step);
  return monitor.lastRunAt < to ? [to] : [];
}

const versionsOf = (calls: readonly SampledCall[], field: 'prompt_version' | 'model'): string[] =>
  [...new Set(calls.map((call) => call[field]))].filter((value) => value !== '').sort();

/** What is known of the two sides beside their answers: versions that only one side has. */
function versionNotes(reference: readonly SampledCall[], current: readonly SampledCall[]): string[] {
  return (['prompt_version', 'model'] as const).flatMap((field) => {
    if (reference.length === 0) return [];
    const before = versionsOf(reference, field);
    const fresh = versionsOf(current, field).filter((version) => !before.includes(version));
    const word = field === 'model' ? 'model' : 'prompt version';
    return fresh.length === 0 ? [] : [`New in the current window: ${word} ${fresh.slice(0, 5).join(', ')}.`];
  });
}

/** Compares what watched features say now with what they said before, on a schedule or at once. */
@Injectable()
export class DriftService {
  private readonly logger = new Logger('drift');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(ObservationsService) private readonly observations: ObservationsService,
  ) {}

  /**
   * Compares every monitor whose next window is over, a few at a time. A new one also compares the windows before, so
   * that its first page shows how it would have judged. One that fails does not stop the others.
   */
  async compareDue(now: Date): Promise<number> {
    await insertMonitors(this.dataSource.manager, await busyFeatures(this.clickhouse, 8, watchedFeatures));
    const monitors = await this.dataSource.manager.find(DriftMonitorEntity, {
      where: { enabled: true, hiddenAt: IsNull() },
      order: { lastRunAt: { direction: 'ASC', nulls: 'FIRST' } },
    });
    const failures: unknown[] = [];
    let compared = 0;
    for (const monitor of monitors) {
      if (compared >= comparisonsATick) break;
      try {
        for (const to of windowsDue(monitor, now)) compared += (await this.compareIfEnough(monitor, to)) ? 1 : 0;
      } catch (error) {
        failures.push(error);
        this.logger.warn(`monitor ${monitor.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (failures.length > 0) throw failures[0];
    return compared;
  }

  /** A scheduled report says something: too few calls leave no report, and the next tick looks again. */
  private async compareIfEnough(monitor: DriftMonitorEntity, to: Date): Promise<boolean> {
    const from = new Date(to.getTime() - monitor.currentHours * hourMs);
    const before = new Date(from.getTime() - monitor.referenceDays * dayMs);
    // The reference first: of a young project it is empty, which is known at once.
    const ranges = [...(monitor.frozen === null ? [{ from: before, to: from }] : []), { from, to }];
    for (const range of ranges) {
      const few = await sampledCalls(this.clickhouse, {
        project: monitor.projectId,
        feature: monitor.feature,
        ...range,
        limit: fewestCalls,
      });
      if (few.length < fewestCalls) return false;
    }
    await this.compare(monitor, to);
    return true;
  }

  /** Compares the window that ends at `to` with the monitor's reference and keeps the report. */
  async compare(monitor: DriftMonitorEntity, to: Date): Promise<DriftReportEntity> {
    const from = new Date(to.getTime() - monitor.currentHours * hourMs);
    const currentSide = await this.observations.read({
      project: monitor.projectId,
      feature: monitor.feature,
      from,
      to,
      limit: sampleSize,
    });
    const reference =
      monitor.reference === 'fixed'
        ? await this.fixedReference(monitor, from)
        : await this.rollingReference(monitor, from);
    const { reference: referenceWindow, current } =
      'columns' in reference.measured
        ? alignWindows(reference.measured, measureWindows([], currentSide.observations).current)
        : measureWindows(reference.measured, currentSide.observations);
    const directions = { ...reference.directions, ...currentSide.directions };
    const evaluated = evaluateWindows(referenceWindow, current, { directions });
    const evaluation = {
      ...evaluated,
      notes: [...evaluated.notes, ...versionNotes(reference.calls, currentSide.calls)],
    };
    const examples = examplesOf(
      evaluation,
      { window: referenceWindow, calls: reference.calls },
      { window: current, calls: currentSide.calls },
    );
    return this.keep(monitor, evaluation, { reference, from, to, examples });
  }

  private async rollingReference(monitor: DriftMonitorEntity, before: Date): Promise<Side> {
    const from = new Date(before.getTime() - monitor.referenceDays * dayMs);
    const { observations, calls, directions } = await this.observations.read({
      project: monitor.projectId,
      feature: monitor.feature,
      from,
      to: before,
      limit: sampleSize,
    });
    return {
      measured: observations,
      calls,
      from,
      to: before,
      title: `the ${monitor.referenceDays} days before`,
      directions,
    };
  }

  /** The frozen reference, or the earliest calls of the newest prompt version before the window, frozen once they suffice. */
  private async fixedReference(monitor: DriftMonitorEntity, before: Date): Promise<Side> {
    if (monitor.frozen !== null) return frozenSide(monitor.frozen);
    const from = new Date(before.getTime() - monitor.referenceDays * dayMs);
    const range = { project: monitor.projectId, feature: monitor.feature, from, to: before, limit: frozenSize * 5 };
    const { observations, calls, directions } = await this.observations.read(range, 'first');
    const promptVersion = calls.at(-1)?.prompt_version ?? '';
    const chosen = calls
      .flatMap((call, index) => (call.prompt_version === promptVersion ? [index] : []))
      .slice(0, frozenSize);
    const window = measureWindows(
      chosen.map((index) => observations[index] ?? { output: '' }),
      [],
    ).reference;
    const times = chosen.map((index) => Number(BigInt(calls[index]?.time_ns ?? 0) / 1_000_000n));
    const frozen: FrozenReference = {
      window,
      from: new Date(times[0] ?? from.getTime()).toISOString(),
      to: new Date(times.at(-1) ?? before.getTime()).toISOString(),
      promptVersion,
      directions,
      hash: createHash('sha256').update(JSON.stringify(window)).digest('hex'),
    };
    if (window.size >= frozenMinimum) {
      monitor.frozen = frozen;
      await this.dataSource.manager.save(monitor);
    }
    return frozenSide(frozen);
  }

  private async keep(
    monitor: DriftMonitorEntity,
    evaluation: DriftEvaluation,
    made: { reference: Side; from: Date; to: Date; examples: DriftReportEntity['examples'] },
  ): Promise<DriftReportEntity> {
    return this.dataSource.transaction(async (manager) => {
      const known = await manager.findOneBy(DriftReportEntity, { monitorId: monitor.id, currentTo: made.to });
      const tested = evaluation.features.filter(({ q }) => q !== null);
      const report = await manager.save(
        manager.create(DriftReportEntity, {
          ...(known === null ? {} : { id: known.id, createdAt: known.createdAt }),
          projectId: monitor.projectId,
          monitorId: monitor.id,
          feature: monitor.feature,
          verdict: evaluation.verdict,
          headline: evaluation.headline,
          referenceFrom: made.reference.from,
          referenceTo: made.reference.to,
          currentFrom: made.from,
          currentTo: made.to,
          referenceTitle: made.reference.title,
          nReference: evaluation.nReference,
          nCurrent: evaluation.nCurrent,
          moved: tested.filter(({ drifted }) => drifted).length,
          signals: tested.length,
          evaluation,
          examples: made.examples,
        }),
      );
      // The alarm is folded once for each window, in order; comparing an old one again does not move it.
      const newest = monitor.lastRunAt === null || made.to > monitor.lastRunAt;
      if (newest) {
        monitor.lastRunAt = made.to;
        monitor.alarm = stepAlarm(monitor.alarm, evaluation);
        await manager.update(
          DriftMonitorEntity,
          { id: monitor.id },
          { lastRunAt: monitor.lastRunAt, alarm: monitor.alarm },
        );
      }
      return report;
    });
  }
}

function frozenSide(frozen: FrozenReference): Side {
  const day = frozen.from.slice(0, 10);
  const version = frozen.promptVersion === '' ? '' : ` of prompt version ${frozen.promptVersion}`;
  return {
    measured: frozen.window,
    calls: [],
    from: new Date(frozen.from),
    to: new Date(frozen.to),
    title: `the first ${frozen.window.size} calls${version}, from ${day}`,
    directions: frozen.directions,
  };
}
