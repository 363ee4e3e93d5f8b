import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { type IncidentCourse, indicator, type Indicator, priceCurrency, type Project } from '@plimsoll/contract';
import { wilsonInterval } from '@plimsoll/statistics';
import { DataSource } from 'typeorm';
import { gpuCourse } from '../gpu/gpu-course.js';
import { callSteps, type QualityIndicator, qualityIndicators } from './incident-course.queries.js';
import { badnessByMinute } from './incident-evidence.queries.js';
import { servedBy } from './incident-gpus.js';
import { incidentRange, IncidentReader, seriesRange } from './incident-reader.js';
import type { IncidentEntity } from './incidents.entity.js';
import type { SliSubject } from './sli-events.queries.js';
import { SuspectsService } from './suspects.service.js';

/** More scorers than this are no chart. */
const mostScorers = 3;
const level = 0.95;

type Range = ReturnType<typeof seriesRange>;

/** How the calls that an incident is about went, by every measure that there is: what else moved when it began. */
@Injectable()
export class IncidentCourseService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
    @Inject(IncidentReader) private readonly reader: IncidentReader,
  ) {}

  /** @throws PlimsollError `not_found` */
  async of(project: Pick<Project, 'id'>, id: string): Promise<IncidentCourse> {
    const incident = await this.reader.find(project.id, id);
    const range = seriesRange(incidentRange(incident));
    const head = {
      from: range.from.toISOString(),
      to: range.to.toISOString(),
      stepSeconds: range.step,
      currency: priceCurrency,
    };
    const subject = incident.imported === null ? await this.suspects.subjectOf(incident) : null;
    if (subject === null) return { ...head, calls: [], quality: [], gpus: [] };
    const [calls, quality, gpus] = await Promise.all([
      this.calls(subject, incident, range),
      this.quality(subject, incident, range),
      this.gpus(subject, incident, range),
    ]);
    return { ...head, calls, quality, gpus };
  }

  /** The same calls, judged in another way. */
  private async events(subject: SliSubject, incident: IncidentEntity, judgedBy: Indicator) {
    const definition = { ...subject.definition, indicator: judgedBy };
    return this.suspects.eventsOf({ ...subject, definition }, incident);
  }

  private async calls(subject: SliSubject, incident: IncidentEntity, range: Range): Promise<IncidentCourse['calls']> {
    const own = subject.definition.indicator;
    const events = await this.events(subject, incident, own.kind === 'error' ? own : { kind: 'error' });
    const rows = await callSteps(this.clickhouse, events, range);
    return rows.map(({ t, calls, error_ratio, p50, p95, spent, priced }) => ({
      t: new Date(t).toISOString(),
      calls,
      errorRatio: error_ratio,
      p50Ms: p50,
      p95Ms: p95,
      cost: priced === 0 ? null : spent,
      priced,
    }));
  }

  private async quality(
    subject: SliSubject,
    incident: IncidentEntity,
    range: Range,
  ): Promise<IncidentCourse['quality']> {
    const own = subject.definition.indicator;
    const known = await qualityIndicators(this.dataSource.manager, incident.projectId);
    const others = known.filter(({ scorer }) => own.kind !== 'quality' || scorer !== own.scorer);
    const all = [...(own.kind === 'quality' ? [own] : []), ...others].slice(0, mostScorers);
    const lines = await Promise.all(all.map((judgedBy) => this.scored(subject, incident, range, judgedBy)));
    return lines.filter(({ points }) => points.length > 0);
  }

  private async scored(subject: SliSubject, incident: IncidentEntity, range: Range, judgedBy: QualityIndicator) {
    const parsed = indicator.parse(judgedBy);
    const events = await this.events(subject, incident, parsed);
    const rows = await badnessByMinute(this.clickhouse, events, range, range.step);
    const points = rows.map(({ minute, n, sum_w, sum_wx }) => {
      const bad = sum_w > 0 ? sum_wx / sum_w : null;
      const interval = bad === null ? null : wilsonInterval(bad * n, n, level);
      return {
        t: new Date(minute).toISOString(),
        n,
        value: bad === null ? null : 1 - bad,
        low: interval === null ? null : 1 - interval.high,
        high: interval === null ? null : 1 - interval.low,
      };
    });
    return { scorer: judgedBy.scorer, measure: judgedBy.measure, points };
  }

  private async gpus(subject: SliSubject, incident: IncidentEntity, range: Range): Promise<IncidentCourse['gpus']> {
    const events = await this.suspects.eventsOf(subject, incident);
    const served = await servedBy(this.clickhouse, events, range.incident);
    const lines = await gpuCourse(this.clickhouse, this.dataSource.manager, incident.projectId, range, served);
    return lines.map((line) => ({
      ...line,
      points: line.points.map(({ t, value }) => ({ t: new Date(t).toISOString(), value })),
    }));
  }
}
