import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { objectiveWrite } from '@plimsoll/contract';
import {
  type CandidateChange,
  type Cell,
  type Counts,
  findOnset,
  hintsFor,
  onsetSlackMs,
  rankSuspects,
  type SuspectQuestion,
  type SuspectRanking,
} from '@plimsoll/incidents';
import { DataSource, type EntityManager, In } from 'typeorm';
import { exclusionWindows } from '../slo/exclusion-windows.js';
import { type ChangeRow, listChanges } from './changes.queries.js';
import { badnessByMinute, costQuantile, countCells, type TimeRange } from './incident-evidence.queries.js';
import { cellsOf, concentrationHints, countsOf } from './incident-cells.js';
import { IncidentJournal, type NewEvent } from './incident-journal.js';
import { IncidentEntity, SuspectEntity } from './incidents.entity.js';
import { findDefinition, lockIncident, openStates } from './incidents.queries.js';
import { ScorerChanges } from './scorer-changes.service.js';
import { admittedGroups } from '../slo/admitted-groups.js';
import { countedEvents, sliEvents, type SliEvents, type SliSubject } from './sli-events.queries.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const baselineMs = 24 * hourMs;
const lookbackMs = 48 * hourMs;
const weekMs = 7 * 24 * hourMs;
/** A ranking is made anew once a minute while the incident burns. */
const freshForMs = minuteMs;
/** More is shown nowhere. */
const mostCandidates = 60;

interface Onset {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly estimated: boolean;
}

/** Finds since when and why an open incident burns, and keeps what was found with the incident. */
@Injectable()
export class SuspectsService {
  private readonly logger = new Logger('suspects');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
    @Inject(ScorerChanges) private readonly scorerChanges: ScorerChanges,
  ) {}

  /** Ranks for every open incident whose ranking is older than a minute, of all projects. */
  async rankOpen(): Promise<void> {
    const incidents = await this.dataSource.manager.findBy(IncidentEntity, { state: In([...openStates]) });
    const now = Date.now();
    for (const incident of incidents) {
      if (incident.suspectsAt !== null && now - incident.suspectsAt.getTime() < freshForMs) continue;
      try {
        await this.rank(incident, new Date(now));
      } catch (error) {
        // One incident whose data cannot be read must not hide the suspects of the others.
        this.logger.error(`incident ${incident.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  async rank(incident: IncidentEntity, now: Date): Promise<void> {
    const asked = await this.questionOf(incident, now);
    if (asked === null) return;
    const { question, onset, changes } = asked;
    const ranking = rankSuspects(question);
    await this.keep(incident, {
      onset,
      ranking,
      changes,
      hints: [...hintsFor(ranking, question.changes), ...concentrationHints(ranking, question.cells)],
      now,
    });
  }

  /** All that suspects are ranked by, as it was to be seen at an instant; null when the objective is gone. */
  async questionOf(incident: IncidentEntity, now: Date): Promise<Asked | null> {
    const subject = await this.subjectOf(incident);
    if (subject === null) return null;
    const end = Math.min(now.getTime(), incident.resolvedAt?.getTime() ?? Number.POSITIVE_INFINITY);
    const events = await this.eventsOf(subject, incident);
    const onset = await this.onsetOf(incident, events, end);
    const range = { from: new Date(onset.at - baselineMs), to: new Date(end) };
    const cells = cellsOf(await countCells(this.clickhouse, events, range, new Date(onset.at)));
    const scorers = await this.scorerChanges.around(subject, events, onset.at, end);
    const declared = await this.changesAround(incident, cells, onset, end);
    const changes = [...scorers.map(({ row }) => row), ...declared];
    const question = {
      onset: onset.at,
      end,
      slackMs: onsetSlackMs(onset),
      cells,
      changes: changes.map(candidateOf),
      season: await this.seasonOf(events, onset.at, end),
      rescored: new Map(scorers.flatMap(({ row, rescored }) => (rescored === null ? [] : [[row.change_id, rescored]]))),
    };
    return { question, events, range, onset, changes };
  }

  /** What the incident's objective counts as bad; null when the objective is gone. */
  async subjectOf(incident: IncidentEntity): Promise<SliSubject | null> {
    const found = await findDefinition(this.dataSource.manager, incident.revisionId);
    if (found === null) return null;
    return {
      projectId: incident.projectId,
      definition: objectiveWrite.parse(found.definition),
      labels: incident.labels,
      admitted: await admittedGroups(this.dataSource, incident.revisionId),
    };
  }

  /** The events of a subject; a cost objective first learns which requests are expensive ones. */
  async eventsOf(subject: SliSubject, incident: IncidentEntity): Promise<SliEvents> {
    const excluded = (await exclusionWindows(this.dataSource, incident.projectId)).of(incident.objectiveId);
    const costLimit = await this.costLimitOf(subject, incident);
    return countedEvents(sliEvents({ ...subject, costLimit }), excluded);
  }

  /** What an expensive request costs: the ceiling of one, or what nine of ten of the day before stayed below. */
  private async costLimitOf(subject: SliSubject, { openedAt }: IncidentEntity): Promise<string | undefined> {
    const { indicator } = subject.definition;
    if (indicator.kind !== 'cost') return undefined;
    if (indicator.per === 'request') return indicator.ceiling;
    const opened = openedAt.getTime();
    const before = { from: new Date(opened - baselineMs), to: new Date(opened - hourMs) };
    return costQuantile(this.clickhouse, sliEvents(subject), before);
  }

  private async onsetOf(incident: IncidentEntity, events: SliEvents, end: number): Promise<Onset> {
    const opened = incident.openedAt.getTime();
    const { longSeconds, shortSeconds } = incident.evidence;
    // Long enough to see the time before, short enough not to meet the fault before this one.
    const back = Math.min(lookbackMs, Math.max(2 * hourMs, 3 * longSeconds * 1000));
    const from = Math.floor((opened - back) / minuteMs) * minuteMs;
    const rows = await badnessByMinute(this.clickhouse, events, { from: new Date(from), to: new Date(end) });
    const found = findOnset(
      rows.map((row) => ({
        at: Date.parse(row.minute),
        n: row.n,
        bad: row.sum_w > 0 ? Math.min(row.n, (row.n * row.sum_wx) / row.sum_w) : 0,
      })),
    );
    if (found !== null) return { ...found, estimated: true };
    const at = opened - shortSeconds * 1000;
    return { at, from: at, to: opened, estimated: false };
  }

  /** The same hours of the week before. */
  private async seasonOf(events: SliEvents, onset: number, end: number): Promise<Counts> {
    const range = { from: new Date(onset - weekMs), to: new Date(end - weekMs) };
    return countsOf(await badnessByMinute(this.clickhouse, events, range, hourMs / 1000));
  }

  /** Changes of the features that the incident's calls have, from 48 h before the onset to now. */
  private async changesAround(
    incident: IncidentEntity,
    cells: readonly Cell[],
    onset: Onset,
    end: number,
  ): Promise<ChangeRow[]> {
    const rows = await listChanges(this.clickhouse, incident.projectId, {
      from: new Date(onset.at - lookbackMs),
      to: new Date(end),
      limit: 500,
    });
    const features = new Set(cells.map(({ attributes }) => attributes['feature'] ?? ''));
    const concerned = rows.filter(({ feature }) => feature === '' || features.has(feature));
    return dropRepeated(concerned).slice(0, mostCandidates);
  }

  private async keep(incident: IncidentEntity, found: Found): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      if (!(await lockIncident(manager, incident.projectId, incident.id))) return;
      const current = await manager.findOneByOrFail(IncidentEntity, { id: incident.id });
      const previous = current.topSuspect?.title ?? null;
      const { onset, ranking, changes, hints, now } = found;
      await this.keepSuspects(manager, current, ranking, changes);
      const first = ranking.suspects[0];
      const change = changes.find(({ change_id }) => change_id === first?.id);
      const named =
        first !== undefined && change !== undefined && (first.band === 'strong' || first.band === 'possible');
      const topSuspect = named ? { title: change.title, band: first.band } : null;
      await manager.update(
        IncidentEntity,
        { id: current.id },
        {
          onsetAt: new Date(onset.at),
          onsetFrom: new Date(onset.from),
          onsetTo: new Date(onset.to),
          suspectsAt: now,
          suspectVerdict: ranking.verdict,
          suspectHints: [...hints],
          unknownShare: ranking.unknownShare,
          topSuspect: topSuspect as object | null,
        },
      );
      const view = await this.journal.read(manager, current.id);
      const fresh: NewEvent[] = [];
      for (const event of timelineEvents(current, found, previous, topSuspect?.title ?? null)) {
        const key = event.sourceKey;
        if (key === undefined || !(await this.journal.hasSource(manager, current.id, key))) fresh.push(event);
      }
      await this.journal.append(manager, current, view, fresh);
    });
  }

  private async keepSuspects(
    manager: EntityManager,
    incident: IncidentEntity,
    ranking: SuspectRanking,
    changes: readonly ChangeRow[],
  ): Promise<void> {
    const known = await manager.findBy(SuspectEntity, { incidentId: incident.id });
    const rows = ranking.suspects.flatMap((suspect, index) => {
      const change = changes.find(({ change_id }) => change_id === suspect.id);
      if (change === undefined) return [];
      const existing = known.find(({ changeId }) => changeId === suspect.id);
      return [
        manager.create(SuspectEntity, {
          ...(existing === undefined
            ? {}
            : { id: existing.id, verdict: existing.verdict, verdictBy: existing.verdictBy }),
          projectId: incident.projectId,
          incidentId: incident.id,
          changeId: change.change_id,
          rank: index + 1,
          kind: change.kind,
          title: change.title,
          attribute: change.attribute || null,
          fromValue: change.from_value || null,
          toValue: change.to_value || null,
          changedAt: new Date(change.at),
          band: suspect.band,
          figures: suspect,
        }),
      ];
    });
    const gone = known.filter(
      ({ changeId, verdict }) => verdict === 'open' && !rows.some((row) => row.changeId === changeId),
    );
    if (gone.length > 0) await manager.delete(SuspectEntity, { id: In(gone.map(({ id }) => id)) });
    await manager.save(SuspectEntity, rows);
  }
}

/** A question with the events and the range that its cells count. */
export interface Asked {
  readonly question: SuspectQuestion;
  readonly events: SliEvents;
  readonly range: TimeRange;
  readonly onset: Onset;
  readonly changes: readonly ChangeRow[];
}

interface Found {
  readonly onset: Onset;
  readonly ranking: SuspectRanking;
  readonly changes: readonly ChangeRow[];
  readonly hints: readonly string[];
  readonly now: Date;
}

/** A version that somebody declared is first seen a moment later as well: one change, the declared one. */
function dropRepeated(rows: readonly ChangeRow[]): ChangeRow[] {
  const declared = rows.filter(({ source, to_value }) => source === 'declared' && to_value !== '');
  return rows.filter(
    (row) =>
      row.source === 'declared' ||
      !declared.some(
        (other) =>
          other.attribute === row.attribute &&
          other.to_value === row.to_value &&
          (other.feature === '' || other.feature === row.feature) &&
          Math.abs(Date.parse(other.at) - Date.parse(row.at)) < hourMs,
      ),
  );
}

function candidateOf(row: ChangeRow): CandidateChange {
  return {
    id: row.change_id,
    kind: row.kind,
    at: Date.parse(row.at),
    attribute: row.attribute || undefined,
    from: row.from_value || undefined,
    to: row.to_value || undefined,
    within: row.feature === '' ? undefined : { feature: row.feature },
  };
}

function timelineEvents(incident: IncidentEntity, found: Found, before: string | null, top: string | null): NewEvent[] {
  const { onset, ranking, changes, now } = found;
  const events: NewEvent[] = [];
  if (onset.estimated) {
    events.push({
      body: { kind: 'noted', about: 'onset' },
      at: new Date(onset.at),
      actor: 'suspects',
      title: `Badness began to rise, between ${new Date(onset.from).toISOString()} and ${new Date(onset.to).toISOString()}`,
      snapshot: { ...onset },
      sourceKey: 'onset',
    });
  }
  const windowMs = 6 * hourMs;
  for (const change of changes) {
    const at = Date.parse(change.at);
    if (at < onset.at - windowMs) continue;
    events.push({
      body: { kind: 'noted', about: change.kind === 'gpu' ? 'gpu' : 'change' },
      at: new Date(at),
      actor: change.actor || 'changes',
      title: change.title,
      link: change.link || undefined,
      snapshot: { ...change },
      sourceKey: `change:${change.change_id}`,
    });
  }
  if (top !== before && top !== null) {
    events.push({
      body: { kind: 'suspects_ranked', suspectId: ranking.suspects[0]?.id ?? null },
      at: now,
      actor: 'suspects',
      title: `First suspect: ${top}`,
      snapshot: { verdict: ranking.verdict, unknownShare: ranking.unknownShare, ...ranking.suspects[0] },
      sourceKey: `suspect:${incident.id}:${ranking.suspects[0]?.id ?? ''}`,
    });
  }
  return events;
}
