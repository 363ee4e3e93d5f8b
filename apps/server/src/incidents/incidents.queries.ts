import { isOpen, type IncidentState } from '@plimsoll/incidents';
import type { EntityManager } from 'typeorm';

/** States in which an incident burns. */
export const openStates: readonly IncidentState[] = (['triggered', 'acknowledged', 'mitigated'] as const).filter(
  isOpen,
);

/** Serialises everything about one dedup key until the transaction ends; waits instead of failing it. */
export async function lockDedupKey(manager: EntityManager, dedupKey: string): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [dedupKey]);
}

/** Locks the row of an incident: whoever appends an event holds it. False when there is none in this project. */
export async function lockIncident(manager: EntityManager, projectId: string, id: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>('SELECT 1 FROM incidents WHERE id = $1 AND project_id = $2 FOR UPDATE', [
    id,
    projectId,
  ]);
  return rows.length > 0;
}

/** The next number of a project's incidents, without gaps but for rolled back transactions. */
export async function nextIncidentNumber(manager: EntityManager, projectId: string): Promise<number> {
  const rows = await manager.query<{ last: number }[]>(
    `INSERT INTO incident_numbers (project_id, last) VALUES ($1, 1)
     ON CONFLICT (project_id) DO UPDATE SET last = incident_numbers.last + 1 RETURNING last`,
    [projectId],
  );
  return rows[0]?.last ?? 1;
}

export interface ProjectOfIncident {
  readonly id: string;
  readonly name: string;
  readonly organisation_id: string;
  readonly simulated: boolean;
}

export async function findProject(manager: EntityManager, projectId: string): Promise<ProjectOfIncident | null> {
  const rows = await manager.query<ProjectOfIncident[]>(
    'SELECT id, name, organisation_id, simulated FROM projects WHERE id = $1',
    [projectId],
  );
  return rows[0] ?? null;
}

/** Definition of an objective's revision, as it was written. */
export async function findDefinition(
  manager: EntityManager,
  revisionId: string,
): Promise<{ definition: unknown; slug: string } | null> {
  const rows = await manager.query<{ definition: unknown; slug: string }[]>(
    `SELECT r.definition, o.slug FROM objective_revisions r JOIN objectives o ON o.id = r.objective_id WHERE r.id = $1`,
    [revisionId],
  );
  return rows[0] ?? null;
}

/** Open incidents of a project and those that ended by themselves, by tab of the inbox. */
export async function countIncidents(
  manager: EntityManager,
  projectId: string,
): Promise<{ open: number; acknowledged: number; resolved: number }> {
  const rows = await manager.query<{ open: number; acknowledged: number; resolved: number }[]>(
    `SELECT count(*) FILTER (WHERE state IN ('triggered', 'mitigated'))::int AS open,
            count(*) FILTER (WHERE state = 'acknowledged')::int AS acknowledged,
            count(*) FILTER (WHERE state IN ('resolved', 'reviewed', 'false_alarm'))::int AS resolved
     FROM incidents WHERE project_id = $1`,
    [projectId],
  );
  return rows[0] ?? { open: 0, acknowledged: 0, resolved: 0 };
}

/**
 * Claims due notifications for a while, oldest first. Of one addressee and incident only the oldest pending one is due,
 * so that an end is never told before the beginning; of a channel of a paced kind one at a time, and none too soon.
 */
export async function claimDue(
  manager: EntityManager,
  limit: number,
  leaseSeconds: number,
  paced: { readonly kinds: readonly string[]; readonly seconds: number } = { kinds: [], seconds: 0 },
): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `WITH due AS (
       SELECT o.id, c.kind = ANY($3) AS is_paced, c.paced_until > now() AS waits,
         row_number() OVER (PARTITION BY o.channel_id ORDER BY o.position) AS place
       FROM notification_outbox o JOIN notification_channels c ON c.id = o.channel_id
       WHERE o.status = 'pending' AND o.next_attempt_at <= now() AND (o.claimed_until IS NULL OR o.claimed_until < now())
         AND NOT EXISTS (
           SELECT 1 FROM notification_outbox earlier
           WHERE earlier.incident_id = o.incident_id AND earlier.channel_id = o.channel_id
             AND earlier.recipient = o.recipient AND earlier.status = 'pending' AND earlier.position < o.position)
     ), claimed AS (
       UPDATE notification_outbox SET claimed_until = now() + make_interval(secs => $2), attempts = attempts + 1
       WHERE id IN (
         SELECT id FROM notification_outbox
         WHERE id IN (SELECT id FROM due WHERE NOT is_paced OR (place = 1 AND waits IS NOT TRUE))
           AND status = 'pending' AND (claimed_until IS NULL OR claimed_until < now())
         ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id, channel_id
     ), paced AS (
       UPDATE notification_channels SET paced_until = now() + make_interval(secs => $4)
       WHERE kind = ANY($3) AND id IN (SELECT channel_id FROM claimed)
     )
     SELECT id FROM claimed`,
    [limit, leaseSeconds, paced.kinds, paced.seconds],
  );
  return rows.map(({ id }) => id);
}

/** Whether something is due that waits for its channel's pace alone. */
export async function isPaced(manager: EntityManager, kinds: readonly string[]): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `SELECT 1 FROM notification_outbox o JOIN notification_channels c ON c.id = o.channel_id
     WHERE o.status = 'pending' AND o.next_attempt_at <= now() AND (o.claimed_until IS NULL OR o.claimed_until < now())
       AND c.kind = ANY($1) AND c.paced_until > now() LIMIT 1`,
    [kinds],
  );
  return rows.length > 0;
}

/** What the receiver calls the first message of an incident in a channel; null where there is none that can be edited. */
export async function receiptOf(
  manager: EntityManager,
  { incidentId, channelId, recipient }: { incidentId: string; channelId: string; recipient: string },
): Promise<string | null> {
  const rows = await manager.query<{ receipt: string }[]>(
    `SELECT receipt FROM notification_outbox
     WHERE incident_id = $1 AND channel_id = $2 AND recipient = $3 AND receipt IS NOT NULL ORDER BY position LIMIT 1`,
    [incidentId, channelId, recipient],
  );
  return rows[0]?.receipt ?? null;
}

/** Whom an incident was told to, reminders aside. */
export async function toldSoFar(
  manager: EntityManager,
  incidentId: string,
): Promise<{ channel_id: string; recipient: string }[]> {
  return manager.query<{ channel_id: string; recipient: string }[]>(
    'SELECT DISTINCT channel_id, recipient FROM notification_outbox WHERE incident_id = $1 AND event_seq > 0',
    [incidentId],
  );
}

export interface ToldRow {
  readonly kind: string;
  readonly channel: string;
  readonly recipient: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly event_seq: number;
  readonly created_at: Date;
  readonly delivered_at: Date | null;
  readonly last_error: string | null;
}

/** Every message about an incident, reminders aside, in the order of writing. */
export async function notificationsOf(manager: EntityManager, incidentId: string): Promise<ToldRow[]> {
  return manager.query<ToldRow[]>(
    `SELECT o.notification ->> 'kind' AS kind, c.name AS channel, o.recipient, o.status, o.event_seq, o.created_at,
       o.delivered_at, o.last_error
     FROM notification_outbox o JOIN notification_channels c ON c.id = o.channel_id
     WHERE o.incident_id = $1 AND o.event_seq > 0 ORDER BY o.position`,
    [incidentId],
  );
}

/** The clock of all workers: the database's, at the start of the transaction. */
export async function databaseNow(manager: EntityManager): Promise<Date> {
  const rows = await manager.query<{ now: Date }[]>('SELECT now() AS now');
  return rows[0]?.now ?? new Date();
}

/** How many notifications wait, by channel. */
export async function pendingByChannel(manager: EntityManager, projectId: string): Promise<Map<string, number>> {
  const rows = await manager.query<{ channel_id: string; pending: number }[]>(
    `SELECT channel_id, count(*)::int AS pending FROM notification_outbox
     WHERE project_id = $1 AND status = 'pending' GROUP BY channel_id`,
    [projectId],
  );
  return new Map(rows.map((row) => [row.channel_id, row.pending]));
}

/** Where a pass of the worker stopped; null before the first one. */
export async function readCursor(manager: EntityManager, name: string): Promise<Date | null> {
  const rows = await manager.query<{ value: { at: string } }[]>(
    `SELECT value FROM cursors WHERE name = $1 AND scope = ''`,
    [name],
  );
  return rows[0] === undefined ? null : new Date(rows[0].value.at);
}

export async function writeCursor(manager: EntityManager, name: string, at: Date): Promise<void> {
  await manager.query(
    `INSERT INTO cursors (name, value) VALUES ($1, $2)
     ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [name, JSON.stringify({ at: at.toISOString() })],
  );
}

/** When the pass over the store of calls last came to its end, in microseconds; null before the first. */
export async function lastAnswerMicros(manager: EntityManager): Promise<string | null> {
  const rows = await manager.query<{ finished: string | null }[]>(
    `SELECT value ->> 'finishedMicros' AS finished FROM cursors WHERE name = 'rollups.dirty' AND scope = ''`,
  );
  return rows[0]?.finished ?? null;
}
