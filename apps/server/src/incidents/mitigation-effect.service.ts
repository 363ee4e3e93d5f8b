import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { mitigationEffect, type MitigationEffect } from '@plimsoll/incidents';
import { DataSource, In, MoreThan } from 'typeorm';
import { totalsOf } from './incident-evidence.queries.js';
import { IncidentJournal } from './incident-journal.js';
import { IncidentEntity, IncidentEventEntity } from './incidents.entity.js';
import { lockIncident } from './incidents.queries.js';
import { SuspectsService } from './suspects.service.js';

const minuteMs = 60_000;
/** How long after a mitigation its effect is looked at, minutes; as long before it is what it is compared with. */
const horizons = [10, 30] as const;
/** Calls of a minute are all there this long after it. */
const lagMs = 2 * minuteMs;
/** A worker that was away this long does not go back further. */
const lookbackMs = 120 * minuteMs;

/** Measures what rollbacks, runbook actions and other mitigations did, and says so in the timeline. */
@Injectable()
export class MitigationEffectService {
  private readonly logger = new Logger('mitigations');

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(SuspectsService) private readonly suspects: SuspectsService,
    @Inject(IncidentJournal) private readonly journal: IncidentJournal,
  ) {}

  /** Looks at every mitigation of the last hours whose time has come; each is measured once a horizon. */
  async run(now = new Date()): Promise<void> {
    const rows = await this.dataSource.manager.find(IncidentEventEntity, {
      where: {
        kind: In(['runbook_action', 'mitigated', 'change']),
        recordedAt: MoreThan(new Date(now.getTime() - lookbackMs)),
      },
      order: { recordedAt: 'ASC' },
    });
    for (const row of rows.filter(isMitigation)) {
      for (const minutes of horizons) {
        if (now.getTime() < row.at.getTime() + minutes * minuteMs + lagMs) continue;
        try {
          await this.measure(row, minutes);
        } catch (error) {
          this.logger.warn(`incident ${row.incidentId}: ${error instanceof Error ? error.message.slice(0, 300) : ''}`);
        }
      }
    }
  }

  private async measure(row: IncidentEventEntity, minutes: number): Promise<void> {
    const { incidentId: id, projectId } = row;
    const sourceKey = `effect:${row.seq}:${minutes}`;
    const { manager } = this.dataSource;
    if (await this.journal.hasSource(manager, id, sourceKey)) return;
    const incident = await manager.findOneByOrFail(IncidentEntity, { id });
    // A change of long before the incident is no answer to it.
    if (row.kind === 'change' && row.at < incident.openedAt) return;
    const subject = await this.suspects.subjectOf(incident);
    if (subject === null) return;
    const events = await this.suspects.eventsOf(subject, incident);
    const [from, at, to] = [-minutes, 0, minutes].map((step) => new Date(row.at.getTime() + step * minuteMs));
    if (from === undefined || at === undefined || to === undefined) return;
    const before = await totalsOf(this.clickhouse, events, { from, to: at });
    const after = await totalsOf(this.clickhouse, events, { from: at, to });
    const effect = mitigationEffect(before, after);
    await this.dataSource.transaction(async (inside) => {
      if (!(await lockIncident(inside, projectId, id))) return;
      if (await this.journal.hasSource(inside, id, sourceKey)) return;
      const current = await inside.findOneByOrFail(IncidentEntity, { id });
      await this.journal.append(inside, current, await this.journal.read(inside, id), [
        {
          body: { kind: 'noted', about: 'effect' },
          at: to,
          actor: 'mitigations',
          title:
            effect === null ? `No calls to measure the effect by (${row.title})` : wording(row.title, minutes, effect),
          snapshot: { mitigation: row.seq, minutes, before, after, ...effect },
          sourceKey,
        },
      ]);
    });
  }
}

function isMitigation({ kind, body, title }: IncidentEventEntity): boolean {
  if (kind === 'change') return title.includes('rolled back to');
  return kind === 'mitigated' || (body.kind === 'runbook_action' && body.ok);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `Better 10 min after "prompt rolled back to v7": 2.1 % bad (1.2 % to 3.5 %), 31.0 % (28.0 % to 34.0 %) before` */
function wording(title: string, minutes: number, { before, after, verdict }: MitigationEffect): string {
  const range = ({ share, low, high }: MitigationEffect['after']): string =>
    `${percent(share)} (${percent(low)} to ${percent(high)})`;
  const word = `${verdict.slice(0, 1).toUpperCase()}${verdict.slice(1)}`;
  return `${word} ${minutes} min after "${title}": ${range(after)} bad, ${range(before)} before`;
}
