import type { Incident, IncidentSummary, Suspect, TimelineEntry } from '@plimsoll/contract';
import { type Band, foldIncident } from '@plimsoll/incidents';
import type { ToldRow } from './incidents.queries.js';
import type { IncidentEntity, IncidentEventEntity, SuspectEntity } from './incidents.entity.js';

/** `INC-204` */
export const referenceOf = (incident: IncidentEntity): string => `INC-${incident.number}`;

/** The feature an incident is about: its group's, else the only one its objective filters by. */
export function featureOf(incident: IncidentEntity): string | null {
  const features = incident.filter.feature ?? [];
  return incident.labels['feature'] ?? (features.length === 1 ? (features[0] ?? null) : null);
}

/** Good share now, as the latest alert saw it; the burn rate stands for it with cost objectives. */
function valueOf({ evidence, sliKind }: IncidentEntity): number | null {
  if (sliKind === 'cost') return evidence.burnLong;
  return evidence.errorRatio === null ? null : 1 - evidence.errorRatio;
}

/** The evidence's interval is that of the error ratio; people read the good share. */
function goodInterval(interval: IncidentEntity['evidence']['interval']): IncidentSummary['valueInterval'] {
  return interval === null ? null : { low: 1 - interval.high, high: 1 - interval.low, level: interval.level };
}

export function summaryOf(incident: IncidentEntity, spark: IncidentSummary['spark']): IncidentSummary {
  const { evidence } = incident;
  return {
    id: incident.id,
    reference: referenceOf(incident),
    severity: incident.severity,
    state: incident.state,
    title: incident.title,
    objectiveSlug: incident.objectiveSlug,
    objectiveName: incident.objectiveName,
    kind: incident.sliKind,
    group: incident.labels,
    feature: featureOf(incident),
    value: valueOf(incident),
    valueInterval: goodInterval(evidence.interval),
    target: evidence.target,
    burnRate: evidence.burnLong,
    openedAt: incident.openedAt.toISOString(),
    onsetAt: incident.onsetAt?.toISOString() ?? null,
    resolvedAt: incident.resolvedAt?.toISOString() ?? null,
    assignee: incident.assignee,
    acknowledgedBy: incident.acknowledgedBy,
    topSuspect: incident.topSuspect,
    alerts: incident.alerts,
    flapping: incident.flapping,
    spark,
  };
}

/** Where the budget ends if the short window's burn goes on. */
export function exhaustionOf(incident: IncidentEntity, windowSeconds: number): string | null {
  const { budgetRemaining, burnShort } = incident.evidence;
  if (budgetRemaining === null || burnShort === null || burnShort <= 0 || budgetRemaining <= 0) return null;
  const seconds = (budgetRemaining * windowSeconds) / burnShort;
  return new Date(incident.openedAt.getTime() + seconds * 1000).toISOString();
}

/** The groups that one incident tells of, its own first; none where it has only one. */
export function groupsOf(
  incident: IncidentEntity,
  members: readonly IncidentEntity[],
  rows: readonly IncidentEventEntity[],
): Incident['groups'] {
  if (members.length === 0) return [];
  const { firing } = foldIncident(rows.map(({ seq, at, actor, body }) => ({ seq, at: at.getTime(), actor, body })));
  const tiers = Object.keys(firing);
  return [incident, ...members].map((each) => {
    const prefix = each === incident ? '' : `${referenceOf(each)} `;
    const own = each === incident ? tiers.filter((tier) => !tier.startsWith('INC-')) : tiers;
    return {
      incidentId: each.id,
      reference: referenceOf(each),
      group: each.labels,
      title: each.title,
      firing: own.filter((tier) => tier.startsWith(prefix)).map((tier) => tier.slice(prefix.length)),
    };
  });
}

/** Everything that happened, and who was told of it when; what could not be told is an event of its own. */
export function timelineOf(rows: readonly IncidentEventEntity[], told: readonly ToldRow[] = []): TimelineEntry[] {
  const events = rows.map((row) => ({
    seq: row.seq,
    at: row.at.toISOString(),
    kind: row.kind,
    title: row.title,
    detail: row.detail,
    actor: row.actor,
    link: row.link,
    snapshot: row.snapshot,
  }));
  return inOrder([...events, ...told.flatMap(toldEntry)]);
}

export const inOrder = (entries: readonly TimelineEntry[]): TimelineEntry[] =>
  entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq);

/** A message that arrived, under the number of the event that it tells. */
function toldEntry({ kind, channel, recipient, event_seq: seq, delivered_at: at }: ToldRow): TimelineEntry[] {
  if (at === null) return [];
  const whom = recipient === '' ? channel : `${channel} (${recipient})`;
  const title = `Told ${whom}: ${kind.replaceAll('_', ' ')}`;
  const snapshot = { channel, recipient, kind };
  return [
    { seq, at: at.toISOString(), kind: 'notified', title, detail: null, actor: 'notifications', link: null, snapshot },
  ];
}

export function notificationOf(row: ToldRow): Incident['notifications'][number] {
  const { kind, channel, recipient, status } = row;
  return {
    kind,
    channel,
    recipient: recipient === '' ? null : recipient,
    status,
    at: row.created_at.toISOString(),
    deliveredAt: row.delivered_at?.toISOString() ?? null,
    error: row.last_error,
  };
}

export function suspectOf(row: SuspectEntity, incident: IncidentEntity): Suspect {
  const { figures } = row;
  const rate = (counts: { n: number; bad: number } | null): number | null =>
    counts === null || counts.n === 0 ? null : counts.bad / counts.n;
  const onset = incident.onsetAt;
  return {
    id: row.id,
    rank: row.rank,
    kind: row.kind,
    title: row.title,
    attribute: row.attribute,
    from: row.fromValue,
    to: row.toValue,
    changedAt: row.changedAt.toISOString(),
    changeId: row.changeId,
    band: row.band,
    score: figures.score,
    share: figures.share,
    explained: figures.explained,
    riskDifference: figures.riskDifference,
    exposedShare: figures.exposedShare,
    beforeRate: rate(figures.unexposed),
    afterRate: rate(figures.exposed),
    exposed: figures.exposed,
    unexposed: figures.unexposed,
    control: figures.control,
    minutesBeforeOnset: onset === null ? null : Math.round((onset.getTime() - row.changedAt.getTime()) / 60_000),
    groupedWith: [...figures.groupedWith],
    excludedReason: figures.reason,
    verdict: row.verdict,
  };
}

/** The remainder that no known change explains: always in the list. */
export function unknownSuspect(incident: IncidentEntity, rank: number): Suspect | null {
  if (incident.unknownShare === null) return null;
  const band: Band = incident.unknownShare >= 0.5 ? 'possible' : 'weak';
  return {
    id: 'unknown',
    rank,
    kind: 'unknown',
    title: rank === 1 ? 'No change found' : 'Something that is not known here',
    attribute: null,
    from: null,
    to: null,
    changedAt: null,
    changeId: null,
    band,
    score: incident.unknownShare,
    share: incident.unknownShare,
    explained: null,
    riskDifference: null,
    exposedShare: null,
    beforeRate: null,
    afterRate: null,
    exposed: null,
    unexposed: null,
    control: null,
    minutesBeforeOnset: null,
    groupedWith: [],
    excludedReason: null,
    verdict: 'open',
  };
}

/** Suspects with the unknown at its place by share; those excluded last. */
export function rankedSuspects(rows: readonly SuspectEntity[], incident: IncidentEntity): Suspect[] {
  const suspects = rows.toSorted((a, b) => a.rank - b.rank).map((row) => suspectOf(row, incident));
  const unknown = unknownSuspect(incident, 0);
  const listed = unknown === null ? suspects : [...suspects, unknown];
  const place = (suspect: Suspect): number => (suspect.band === 'excluded' ? -1 : suspect.share);
  return listed
    .toSorted((a, b) => place(b) - place(a))
    .map((suspect, index) => ({
      ...suspect,
      rank: index + 1,
      title: suspect.id === 'unknown' && index === 0 ? 'No change found' : suspect.title,
    }));
}

/** What a person can do next; the rollback comes from the first suspect. */
export function nextStepsOf(suspects: readonly Suspect[], hints: readonly string[]): Incident['nextSteps'] {
  const [first] = suspects;
  const steps: Incident['nextSteps'] = [];
  if (first !== undefined && first.id !== 'unknown' && first.from !== null && first.band === 'strong') {
    steps.push({
      title: `Roll ${first.kind} back from ${first.to ?? 'the new one'} to ${first.from}`,
      command: null,
      link: null,
    });
  }
  for (const title of hints) steps.push({ title, command: null, link: null });
  return steps;
}
