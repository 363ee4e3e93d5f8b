import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { Project, PrometheusRulesExport } from '@plimsoll/contract';
import { objectiveCounters, prometheusRules, sliKindOf } from '@plimsoll/slo';
import { DataSource } from 'typeorm';
import { RollupsService } from '../rollups/rollups.service.js';
import { asOfNow } from './as-of.js';
import { announcedWindows } from './exclusion-windows.js';
import { groupedBy } from './grouped.js';
import {
  type CountedEvents,
  type CountedRange,
  eventsWithin,
  keepCounters,
  lockCounters,
} from './objective-counters.queries.js';
import { type CurrentObjective, ObjectivesService } from './objectives.service.js';

const hourMs = 3_600_000;
/** Points younger than this may still change by late rows, as alerts may; older ones are settled hour by hour. */
const openMs = 2 * hourMs;

/** Objectives in the forms that Prometheus reads: rules to load, counters to scrape. */
@Injectable()
export class ObjectiveCountersService {
  /** What was last answered a project, and of what: nothing moves until another minute is closed. */
  private readonly pages = new Map<string, { readonly of: string; readonly text: string }>();

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(RollupsService) private readonly rollups: RollupsService,
    @Inject(ObjectivesService) private readonly objectives: ObjectivesService,
  ) {}

  async rules(project: Project, slug: string | undefined): Promise<PrometheusRulesExport> {
    const found =
      slug === undefined ? await this.objectives.list(project.id) : [await this.objectives.get(project.id, slug)];
    const exported = found.map(({ revision }) =>
      prometheusRules({ project: project.slug, definition: revision.definition }),
    );
    return {
      rules: { groups: exported.flatMap(({ groups }) => [...groups]) },
      notes: exported.flatMap(({ notes }) => [...notes]),
    };
  }

  /**
   * A page in Prometheus' text form. Counters count from their first scrape and the closed minutes alone, never fall, and
   * begin anew with a new revision of their objective.
   */
  async metrics(project: Project): Promise<string> {
    const { at } = await asOfNow(this.rollups);
    const current = (await this.objectives.list(project.id)).filter(
      ({ revision }) => sliKindOf(revision.definition.indicator.kind).bounded,
    );
    const of = [at, ...current.map(({ revision }) => revision.id)].join();
    const known = this.pages.get(project.id);
    if (known?.of === of) return known.text;
    const counted =
      current.length === 0 ? new Map<string, CountedEvents>() : await this.advance(project.id, current, at);
    const text = pageOf(project.slug, current, counted, at);
    this.pages.set(project.id, { of, text });
    return text;
  }

  private async advance(
    projectId: string,
    current: readonly CurrentObjective[],
    at: number,
  ): Promise<ReadonlyMap<string, CountedEvents>> {
    const exclusions = await announcedWindows(this.database, projectId);
    const excludedOf = new Map(current.map(({ objective, revision }) => [revision.id, exclusions.of(objective.id)]));
    return this.database.transaction(async (manager) => {
      const stored = await lockCounters(
        manager,
        current.map(({ revision }) => revision.id),
        new Date(at),
      );
      const cut = Math.floor((at - openMs) / hourMs) * hourMs;
      const fresh = [];
      // Nearly all are settled to the same hour and leave out the same; a new one begins at its own minute.
      const alike = groupedBy(stored, ({ revisionId, settledTo }) =>
        JSON.stringify([settledTo.getTime(), excludedOf.get(revisionId)]),
      );
      for (const own of alike.values()) {
        const from = own[0]?.settledTo.getTime() ?? at;
        const excluded = excludedOf.get(own[0]?.revisionId ?? '') ?? [];
        const settledTo = Math.max(from, cut);
        const within = (first: number, last: number) =>
          this.countedWithin(current, own, { projectId, excluded, from: new Date(first), to: new Date(last) });
        const [settling, open] = [await within(from, settledTo), await within(settledTo, at)];
        for (const counter of own) {
          const settled = sumOf(counter.settled, settling.get(counter.revisionId));
          const now = sumOf(settled, open.get(counter.revisionId));
          fresh.push({ revisionId: counter.revisionId, settledTo: new Date(settledTo), settled, now });
        }
      }
      return keepCounters(manager, fresh);
    });
  }

  private async countedWithin(
    current: readonly CurrentObjective[],
    own: readonly { readonly revisionId: string }[],
    range: Omit<CountedRange, 'revisionIds'>,
  ): Promise<ReadonlyMap<string, CountedEvents>> {
    const revisionIds = own.map(({ revisionId }) => revisionId);
    const found = await eventsWithin(this.clickhouse, { ...range, revisionIds });
    const sampled = new Set(
      current
        .filter(({ revision }) => sliKindOf(revision.definition.indicator.kind).sampled)
        .map(({ revision }) => revision.id),
    );
    return new Map(
      [...found].map(([id, { events, bad, weightedEvents, weightedBad }]) => [
        id,
        sampled.has(id) ? { events: weightedEvents, bad: weightedBad } : { events, bad },
      ]),
    );
  }
}

function sumOf(a: CountedEvents, b: CountedEvents | undefined): CountedEvents {
  return b === undefined ? a : { events: a.events + b.events, bad: a.bad + b.bad };
}

function pageOf(
  project: string,
  current: readonly CurrentObjective[],
  counted: ReadonlyMap<string, CountedEvents>,
  at: number,
): string {
  const family = (name: string, help: string, value: (events: CountedEvents) => number): string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} counter`,
    ...current.flatMap(({ revision }) => {
      const events = counted.get(revision.id);
      const labels = `project=${JSON.stringify(project)},objective=${JSON.stringify(revision.definition.slug)}`;
      return events === undefined ? [] : [`${name}{${labels}} ${value(events)}`];
    }),
  ];
  const asOf = 'plimsoll_objective_closed_seconds';
  const lines = [
    ...family(objectiveCounters.events, 'Events that an objective counts, in closed minutes', ({ events }) => events),
    ...family(objectiveCounters.bad, 'Events among them that broke its promise', ({ bad }) => bad),
    `# HELP ${asOf} End of the newest closed minute, seconds since the epoch; counters stand still while it does`,
    `# TYPE ${asOf} gauge`,
    `${asOf}{project=${JSON.stringify(project)}} ${at / 1000}`,
  ];
  return `${lines.join('\n')}\n`;
}
