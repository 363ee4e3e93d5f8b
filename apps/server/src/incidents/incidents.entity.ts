import type { AlertEvidence, HookSender, Incident, MaintenanceWindowWrite, ObjectiveWrite } from '@plimsoll/contract';
import type { Band, IncidentEventBody, IncidentState, Severity, Suspect } from '@plimsoll/incidents';
import type { Notification } from '@plimsoll/notify';
import { Column, CreateDateColumn, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** One incident: who it is about, and the fold of its events after event `seq`. */
@Entity('incidents')
export class IncidentEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'integer' })
  number!: number;

  @Column({ name: 'dedup_key', type: 'text' })
  dedupKey!: string;

  @Column({ name: 'objective_id', type: 'uuid' })
  objectiveId!: string;

  @Column({ name: 'revision_id', type: 'uuid' })
  revisionId!: string;

  @Column({ name: 'objective_slug', type: 'text' })
  objectiveSlug!: string;

  @Column({ name: 'objective_name', type: 'text' })
  objectiveName!: string;

  @Column({ name: 'sli_kind', type: 'text' })
  sliKind!: 'latency' | 'error' | 'quality' | 'cost';

  /** Values of the objective's group-by; empty when ungrouped. */
  @Column({ type: 'jsonb' })
  labels!: Record<string, string>;

  @Column({ type: 'jsonb' })
  filter!: NonNullable<ObjectiveWrite['filter']>;

  @Column({ type: 'text', nullable: true })
  environment!: string | null;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'integer' })
  seq!: number;

  @Column({ type: 'text' })
  state!: IncidentState;

  @Column({ type: 'text' })
  severity!: Severity;

  @Column({ name: 'opened_at', type: 'timestamptz' })
  openedAt!: Date;

  @Column({ name: 'acknowledged_by', type: 'text', nullable: true })
  acknowledgedBy!: string | null;

  @Column({ type: 'text', nullable: true })
  assignee!: string | null;

  @Column({ name: 'resolved_at', type: 'timestamptz', nullable: true })
  resolvedAt!: Date | null;

  @Column({ type: 'integer' })
  alerts!: number;

  @Column({ type: 'boolean' })
  flapping!: boolean;

  @Column({ name: 'snoozed_until', type: 'timestamptz', nullable: true })
  snoozedUntil!: Date | null;

  @Column({ name: 'merged_into', type: 'uuid', nullable: true })
  mergedInto!: string | null;

  /** Numbers of the latest alert. */
  @Column({ type: 'jsonb' })
  evidence!: AlertEvidence;

  @Column({ name: 'onset_at', type: 'timestamptz', nullable: true })
  onsetAt!: Date | null;

  @Column({ name: 'onset_from', type: 'timestamptz', nullable: true })
  onsetFrom!: Date | null;

  @Column({ name: 'onset_to', type: 'timestamptz', nullable: true })
  onsetTo!: Date | null;

  @Column({ name: 'suspects_at', type: 'timestamptz', nullable: true })
  suspectsAt!: Date | null;

  @Column({ name: 'suspect_verdict', type: 'text', nullable: true })
  suspectVerdict!: string | null;

  @Column({ name: 'suspect_hints', type: 'text', array: true })
  suspectHints!: string[];

  @Column({ name: 'unknown_share', type: 'double precision', nullable: true })
  unknownShare!: number | null;

  @Column({ name: 'top_suspect', type: 'jsonb', nullable: true })
  topSuspect!: { title: string; band: Band } | null;

  /** What an imported incident showed where it came from; null for all others. */
  @Column({ type: 'jsonb', nullable: true })
  imported!: Incident | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}

/** Append-only: what happened to an incident, in order. */
@Entity('incident_events')
export class IncidentEventEntity {
  @PrimaryColumn({ name: 'incident_id', type: 'uuid' })
  incidentId!: string;

  @PrimaryColumn({ type: 'integer' })
  seq!: number;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @CreateDateColumn({ name: 'recorded_at', type: 'timestamptz' })
  recordedAt!: Date;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'jsonb' })
  body!: IncidentEventBody;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text', nullable: true })
  detail!: string | null;

  @Column({ type: 'text', nullable: true })
  link!: string | null;

  @Column({ type: 'jsonb' })
  snapshot!: Record<string, unknown>;

  @Column({ name: 'source_key', type: 'text', nullable: true })
  sourceKey!: string | null;
}

/** A ranked change of an incident, with what a person made of it. */
@Entity('suspects')
export class SuspectEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'incident_id', type: 'uuid' })
  incidentId!: string;

  @Column({ name: 'change_id', type: 'text' })
  changeId!: string;

  @Column({ type: 'integer' })
  rank!: number;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text', nullable: true })
  attribute!: string | null;

  @Column({ name: 'from_value', type: 'text', nullable: true })
  fromValue!: string | null;

  @Column({ name: 'to_value', type: 'text', nullable: true })
  toValue!: string | null;

  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt!: Date;

  @Column({ type: 'text' })
  band!: Band;

  @Column({ type: 'jsonb' })
  figures!: Suspect;

  @Column({ type: 'text' })
  verdict!: 'open' | 'accepted' | 'rejected';

  @Column({ name: 'verdict_by', type: 'text', nullable: true })
  verdictBy!: string | null;
}

@Entity('notification_channels')
export class NotificationChannelEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  kind!: string;

  /** Sealed, as the secrets are: the address of a receiver lets anybody post there. */
  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text', array: true })
  secrets!: string[];

  @Column({ type: 'text', array: true })
  severities!: Severity[];

  @Column({ type: 'boolean' })
  enabled!: boolean;

  /** False: told only when an escalation names it, and of what follows then. */
  @Column({ type: 'boolean' })
  broadcast!: boolean;

  /** Told of declared changes as well. */
  @Column({ type: 'boolean' })
  changes!: boolean;

  @Column({ name: 'allow_private', type: 'boolean' })
  allowPrivate!: boolean;

  @Column({ name: 'disabled_reason', type: 'text', nullable: true })
  disabledReason!: string | null;

  @Column({ name: 'last_delivered_at', type: 'timestamptz', nullable: true })
  lastDeliveredAt!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'last_error_at', type: 'timestamptz', nullable: true })
  lastErrorAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}

/** What waits to be told: written in the transaction of the event, sent by the worker. */
@Entity('notification_outbox')
export class OutboxEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'channel_id', type: 'uuid' })
  channelId!: string;

  @Column({ name: 'incident_id', type: 'uuid', nullable: true })
  incidentId!: string | null;

  @Column({ name: 'event_seq', type: 'integer', nullable: true })
  eventSeq!: number | null;

  /** A person's own address within the channel; empty: the channel's. */
  @Column({ type: 'text', default: '' })
  recipient!: string;

  @Column({ type: 'jsonb' })
  notification!: Notification;

  @Column({ type: 'text', default: 'pending' })
  status!: 'pending' | 'delivered' | 'failed';

  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ name: 'next_attempt_at', type: 'timestamptz' })
  nextAttemptAt!: Date;

  @Column({ name: 'claimed_until', type: 'timestamptz', nullable: true })
  claimedUntil!: Date | null;

  @Column({ name: 'delivered_at', type: 'timestamptz', nullable: true })
  deliveredAt!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  /** What the receiver calls the message, where it can be edited. */
  @Column({ type: 'text', nullable: true })
  receipt!: string | null;
}

/** Planned time in which nobody outside is told. */
@Entity('silences')
export class SilenceEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text', array: true })
  objectives!: string[];

  @Column({ type: 'text', array: true })
  features!: string[];

  @Column({ name: 'starts_at', type: 'timestamptz' })
  startsAt!: Date;

  @Column({ name: 'ends_at', type: 'timestamptz' })
  endsAt!: Date;

  @Column({ type: 'text' })
  comment!: string;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;
}

/** Planned work in which nobody outside is told. */
@Entity('maintenance_windows')
export class MaintenanceWindowEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  definition!: MaintenanceWindowWrite;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;
}

/** What a sender of hooks signs with. */
@Entity('hook_secrets')
export class HookSecretEntity {
  @PrimaryColumn({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @PrimaryColumn({ type: 'text' })
  sender!: HookSender;

  /** Sealed. */
  @Column({ type: 'text' })
  secret!: string;
}

export const incidentEntities = [
  IncidentEntity,
  IncidentEventEntity,
  SuspectEntity,
  NotificationChannelEntity,
  OutboxEntity,
  SilenceEntity,
  MaintenanceWindowEntity,
  HookSecretEntity,
];
