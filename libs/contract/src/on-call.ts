import { z } from 'zod';
import { instant, page, type Route } from './http.js';

const name = z.string().min(1).max(80);
/** IANA name, `Europe/Berlin`. */
const timeZone = z.string().min(1).max(64);
/** Local time of day, `09:00`. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00');

/** Hours that come back every week; Monday is 1, Sunday 7. `to` at or before `from` is on the next day. */
export const weeklyHours = z.strictObject({
  timeZone,
  days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
  from: timeOfDay,
  to: timeOfDay,
});

/** How a person is reached: through a channel, by mail to an address of their own where that channel sends mail. */
export const contactWrite = z.strictObject({
  name,
  /** Name of a notification channel. */
  channel: name,
  email: z.email().max(254).optional(),
});
export const contact = contactWrite.extend({ id: z.string() });

/** People who take turns by the week. */
export const rotationWrite = z.strictObject({
  name,
  timeZone,
  /** Local day of the first handover. */
  startsOn: z.iso.date(),
  /** Local time of every handover. */
  handoff: timeOfDay.default('09:00'),
  /** Names of contacts, in the order of their turns. */
  members: z.array(name).min(1).max(50),
  /** Who stands in, and when; the later in the list wins. */
  overrides: z
    .array(z.strictObject({ contact: name, startsAt: instant, endsAt: instant }))
    .max(200)
    .default([]),
});
export const rotation = rotationWrite.extend({ id: z.string() });

/** Whom a step tells. */
export const escalationTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('user'), contact: name }),
  z.strictObject({ kind: z.literal('rotation'), rotation: name }),
  z.strictObject({ kind: z.literal('channel'), channel: name }),
  /** A channel of kind webhook. */
  z.strictObject({ kind: z.literal('webhook'), channel: name }),
]);
export type EscalationTarget = z.infer<typeof escalationTarget>;

export const escalationPolicyWrite = z.strictObject({
  name,
  /** Slugs of the objectives it is for; empty: every objective that no other policy names. */
  objectives: z.array(z.string()).max(500).default([]),
  steps: z
    .array(
      z.strictObject({
        targets: z.array(escalationTarget).min(1).max(10),
        /** How long this step waits for an acknowledgement before the next one. */
        waitMinutes: z
          .number()
          .int()
          .min(1)
          .max(24 * 60),
      }),
    )
    .min(1)
    .max(20),
  /** How often the steps begin again after the last. */
  repeat: z.number().int().min(0).max(9).default(0),
  /** Minutes without any action after which an acknowledgement is taken back; null: never. */
  acknowledgedForMinutes: z
    .number()
    .int()
    .min(5)
    .max(24 * 60)
    .nullable()
    .default(30),
  /** Tickets wait for these hours, pages never; null: at any time. */
  businessHours: weeklyHours.nullable().default(null),
});
export type EscalationPolicyWrite = z.infer<typeof escalationPolicyWrite>;
export const escalationPolicy = escalationPolicyWrite.extend({ id: z.string() });

export const onCallShift = z.object({
  rotation: z.string(),
  /** Null where nobody is on call: before the first handover. */
  contact: z.string().nullable(),
  from: instant.nullable(),
  to: instant.nullable(),
  isOverride: z.boolean(),
  /** Who comes then. */
  next: z.string().nullable(),
});

/** Where the escalation of an incident stands. */
export const incidentEscalation = z.object({
  policy: z.string(),
  state: z.enum(['waiting', 'held', 'stopped']),
  /** `acknowledged`, `mitigated`, `over`, `exhausted` where it stopped. */
  reason: z.string().nullable(),
  /** Number of the step that is next, from 1, and how often the steps have begun again. */
  nextStep: z.number().int().nullable(),
  round: z.number().int().nullable(),
  nextAt: instant.nullable(),
  /** Names of the people and channels that the next step tells. */
  nextTargets: z.array(z.string()),
});
export type IncidentEscalation = z.infer<typeof incidentEscalation>;

export const onCallRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/on-call',
    summary: 'Who is on call, now or at an instant',
    tag: 'incidents',
    scope: 'read',
    query: z.object({ at: instant.optional() }),
    response: page(onCallShift),
  },
  {
    method: 'GET',
    path: '/api/v1/contacts',
    summary: 'People who can be told',
    tag: 'incidents',
    scope: 'read',
    response: page(contact),
  },
  {
    method: 'POST',
    path: '/api/v1/contacts',
    summary: 'Add a contact, or replace the one of this name',
    tag: 'incidents',
    scope: 'admin',
    body: contactWrite,
    response: contact,
  },
  { method: 'DELETE', path: '/api/v1/contacts/{id}', summary: 'Remove a contact', tag: 'incidents', scope: 'admin' },
  {
    method: 'GET',
    path: '/api/v1/rotations',
    summary: 'Weekly rotations',
    tag: 'incidents',
    scope: 'read',
    response: page(rotation),
  },
  {
    method: 'POST',
    path: '/api/v1/rotations',
    summary: 'Add a rotation, or replace the one of this name',
    tag: 'incidents',
    scope: 'write',
    body: rotationWrite,
    response: rotation,
  },
  { method: 'DELETE', path: '/api/v1/rotations/{id}', summary: 'Remove a rotation', tag: 'incidents', scope: 'write' },
  {
    method: 'GET',
    path: '/api/v1/escalation-policies',
    summary: 'Escalation policies',
    tag: 'incidents',
    scope: 'read',
    response: page(escalationPolicy),
  },
  {
    method: 'POST',
    path: '/api/v1/escalation-policies',
    summary: 'Add an escalation policy, or replace the one of this name',
    tag: 'incidents',
    scope: 'admin',
    body: escalationPolicyWrite,
    response: escalationPolicy,
  },
  {
    method: 'DELETE',
    path: '/api/v1/escalation-policies/{id}',
    summary: 'Remove an escalation policy',
    tag: 'incidents',
    scope: 'admin',
  },
];
