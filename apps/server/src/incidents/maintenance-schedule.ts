import type { MaintenanceWindowWrite } from '@plimsoll/contract';
import type { MaintenanceSchedule } from '@plimsoll/incidents';

/** A stored window as the pure functions read it. */
export function scheduleOf({ schedule }: MaintenanceWindowWrite): MaintenanceSchedule {
  if (schedule.kind === 'once') {
    return { kind: 'once', startsAt: Date.parse(schedule.startsAt), endsAt: Date.parse(schedule.endsAt) };
  }
  const { hours, startsAt, endsAt } = schedule;
  return {
    kind: 'weekly',
    hours,
    startsAt: startsAt === undefined ? 0 : Date.parse(startsAt),
    endsAt: endsAt === undefined ? null : Date.parse(endsAt),
  };
}
