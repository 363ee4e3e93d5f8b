import { setMaxListeners } from 'node:events';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import { DataSource } from 'typeorm';
import {
  eventsRecordedSince,
  lastSteppedMinute,
  type RecordedEvent,
  spansStoredSince,
} from './event-stream.queries.js';

export interface StreamedEvent {
  /** Only incident events have one: a client that comes back gets those it missed. */
  readonly id?: string;
  readonly event: 'incident' | 'objective' | 'trace';
  readonly data: object;
}

type Listener = (event: StreamedEvent) => void;

const pollMs = 2000;
/** A transaction may commit after a later one: events this old are looked at again, each is sent once. */
const overlapMs = 10_000;
const mostMissed = 200;

interface Watched {
  readonly listeners: Set<Listener>;
  /** Keys of the events that were sent, with the instant they were recorded. */
  readonly sent: Map<string, number>;
  since: Date;
  stepped: number | null;
  stored: string;
}

/** Watches the stores for each project that somebody looks at, once a process, whatever number of tabs is open. */
@Injectable()
export class EventStreamService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('events');
  private readonly watched = new Map<string, Watched>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
  ) {
    // One a stream, and there may be many.
    setMaxListeners(0, this.stopping.signal);
  }

  /** Calls `listener` for every event of a project until the returned function is called. */
  subscribe(projectId: string, listener: Listener): () => void {
    const now = new Date();
    const watched = this.watched.get(projectId) ?? {
      listeners: new Set<Listener>(),
      sent: new Map<string, number>(),
      since: now,
      stepped: null,
      stored: now.toISOString(),
    };
    this.watched.set(projectId, watched);
    watched.listeners.add(listener);
    this.timer ??= setTimeout(() => void this.poll(), pollMs);
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0) this.watched.delete(projectId);
    };
  }

  /** Incident events that a client missed after the one with this id. */
  async missed(projectId: string, lastEventId: string): Promise<StreamedEvent[]> {
    const since = new Date(Number(lastEventId));
    if (Number.isNaN(since.getTime())) return [];
    const rows = await eventsRecordedSince(this.dataSource.manager, projectId, since, mostMissed);
    return rows.map(streamed);
  }

  /** Aborts when the process ends: an open stream would hold the port until the drain gives up. */
  get ended(): AbortSignal {
    return this.stopping.signal;
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
    clearTimeout(this.timer);
    this.watched.clear();
  }

  private async poll(): Promise<void> {
    for (const [projectId, watched] of this.watched) {
      try {
        await this.look(projectId, watched);
      } catch (error) {
        // A store that is away for a moment must not end the stream: the next look finds what this one missed.
        this.logger.warn(error instanceof Error ? error.message : String(error));
      }
    }
    this.timer = this.watched.size === 0 ? undefined : setTimeout(() => void this.poll(), pollMs);
  }

  private async look(projectId: string, watched: Watched): Promise<void> {
    const tell = (event: StreamedEvent): void => watched.listeners.forEach((listener) => listener(event));
    const { manager } = this.dataSource;
    const from = new Date(watched.since.getTime() - overlapMs);
    const started = Date.now();
    for (const row of await eventsRecordedSince(manager, projectId, from, mostMissed)) {
      const key = `${row.incident_id}/${row.seq}`;
      const isOld = row.recorded_at.getTime() <= started - pollMs - overlapMs;
      if (watched.sent.has(key) || isOld) continue;
      watched.sent.set(key, row.recorded_at.getTime());
      tell(streamed(row));
      if (ofAlerts.has(row.kind)) tell(objectiveOf(row));
    }
    watched.since = new Date(started);
    for (const [key, at] of watched.sent) if (at < started - 2 * overlapMs) watched.sent.delete(key);

    const stepped = (await lastSteppedMinute(manager, projectId))?.getTime() ?? null;
    if (stepped !== watched.stepped)
      tell({ event: 'objective', data: { steppedMinute: stepped === null ? null : new Date(stepped).toISOString() } });
    watched.stepped = stepped;

    const { spans, newest } = await spansStoredSince(this.clickhouse, projectId, watched.stored);
    if (spans > 0) tell({ event: 'trace', data: { spans, newest } });
    watched.stored = newest;
  }
}

const streamed = (row: RecordedEvent): StreamedEvent => ({
  id: String(row.recorded_at.getTime()),
  event: 'incident',
  data: {
    id: row.incident_id,
    reference: `INC-${row.number}`,
    seq: row.seq,
    kind: row.kind,
    title: row.title,
    state: row.state,
    severity: row.severity,
    objectiveSlug: row.objective_slug,
  },
});

/** Events by which an objective's own page changes. */
const ofAlerts: ReadonlySet<string> = new Set([
  'opened',
  'reopened',
  'alert_fired',
  'alert_resolved',
  'alert_no_data',
  'severity_raised',
  'severity_lowered',
  'resolved',
]);

const objectiveOf = ({ kind, objective_slug, state, incident_id }: RecordedEvent): StreamedEvent => ({
  event: 'objective',
  data: {
    slug: objective_slug,
    status: kind === 'alert_no_data' ? 'no_data' : state === 'resolved' ? 'resolved' : 'firing',
    incidentId: incident_id,
  },
});
