import { Inject, Injectable } from '@nestjs/common';
import { type incidentCallsQuery, PlimsollError } from '@plimsoll/contract';
import { comparedCells } from '@plimsoll/incidents';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { eventsOfCells, type TimeRange } from './incident-evidence.queries.js';
import { IncidentEntity, SuspectEntity } from './incidents.entity.js';
import type { SliEvents } from './sli-events.queries.js';
import { SuspectsService } from './suspects.service.js';

type Side = NonNullable<z.output<typeof incidentCallsQuery>['side']>;

export interface SideCalls {
  readonly events: SliEvents;
  readonly range: TimeRange;
}

/** The calls that a suspect was judged by: those that have the change, and those that they were compared with. */
@Injectable()
export class SuspectCalls {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
  ) {}

  /** @throws PlimsollError `not_found` for what is no suspect of the incident, or was judged by no calls of its own. */
  async of(projectId: string, incidentId: string, suspectId: string, side: Side = 'exposed'): Promise<SideCalls> {
    const { manager } = this.dataSource;
    const [incident, suspect] = await Promise.all([
      manager.findOneBy(IncidentEntity, { id: incidentId, projectId }),
      manager.findOneBy(SuspectEntity, { id: suspectId, incidentId, projectId }),
    ]);
    if (incident === null || suspect === null) throw missing('is no suspect of this incident');
    // As it was ranked: what came since is part of the next ranking.
    const asked = await this.suspects.questionOf(incident, incident.suspectsAt ?? incident.openedAt);
    const cells = asked === null ? null : comparedCells(asked.question, suspect.changeId);
    if (asked === null || cells === null) throw missing('was compared with no calls');
    const { events, range, question } = asked;
    const chosen = side === 'exposed' ? cells.exposed : cells.control;
    return { events: eventsOfCells(events, question.cells, chosen, new Date(question.onset)), range };
  }
}

const missing = (problem: string): PlimsollError =>
  new PlimsollError('not_found', `suspect: ${problem}`, { field: 'suspect' });
