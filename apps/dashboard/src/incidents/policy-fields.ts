import type { EscalationPolicyWrite, EscalationTarget } from '@plimsoll/contract';
import type { Field, FormValues } from '../form/field.js';
import { listOf } from '../form/field.js';

/** More steps than this are kept as code. */
const mostSteps = 6;

type Policy = Omit<EscalationPolicyWrite, 'name' | 'objectives'> & { name: string; objectives: string[] };

/** Whom a step can tell, as the value of a choice: `rotation:first line`. */
export function targetValue(target: EscalationTarget): string {
  if (target.kind === 'user') return `user:${target.contact}`;
  if (target.kind === 'rotation') return `rotation:${target.rotation}`;
  return `${target.kind}:${target.channel}`;
}

export function targetOf(value: string): EscalationTarget {
  const at = value.indexOf(':');
  const [kind, name] = [value.slice(0, at), value.slice(at + 1)];
  if (kind === 'user') return { kind, contact: name };
  if (kind === 'rotation') return { kind, rotation: name };
  return { kind: kind === 'webhook' ? 'webhook' : 'channel', channel: name };
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const inHours = (values: FormValues) => values.hours === 'yes';

/** The fields of a policy; a step appears when the one before it tells somebody. */
export function policyFields(
  policy: Policy | null,
  targets: readonly { value: string; label: string }[],
  timeZone: string,
): Field[] {
  const steps = Array.from({ length: mostSteps }, (_, index): Field[] => {
    const step = policy?.steps[index];
    const when = (values: FormValues) => index === 0 || Boolean(values[`targets${index - 1}`]);
    return [
      {
        name: `targets${index}`,
        label: `Step ${index + 1} tells`,
        kind: 'checks',
        options: targets,
        initial: step?.targets.map(targetValue).join(',') ?? '',
        when,
      },
      {
        name: `wait${index}`,
        label: `and waits for an acknowledgement (minutes)`,
        kind: 'number',
        initial: String(step?.waitMinutes ?? 10),
        when: (values) => when(values) && Boolean(values[`targets${index}`]),
      },
    ];
  });
  const hours = policy?.businessHours;
  return [
    { name: 'name', label: 'Name', required: true, initial: policy?.name ?? '' },
    {
      name: 'objectives',
      label: 'Objectives',
      initial: policy?.objectives.join(', ') ?? '',
      hint: 'Stable names with commas between them; empty: every one that no other policy names',
    },
    ...steps.flat(),
    { name: 'repeat', label: 'Then begins again, times', kind: 'number', initial: String(policy?.repeat ?? 0) },
    {
      name: 'acknowledgedForMinutes',
      label: 'An acknowledgement without any action is taken back after (minutes)',
      kind: 'number',
      hint: 'Empty: never',
      initial: policy ? String(policy.acknowledgedForMinutes ?? '') : '30',
    },
    { name: 'hours', label: 'Tickets wait for working hours', kind: 'switch', initial: hours ? 'yes' : '' },
    {
      name: 'days',
      label: 'Working days',
      kind: 'checks',
      when: inHours,
      initial: (hours?.days ?? [1, 2, 3, 4, 5]).join(','),
      options: days.map((label, index) => ({ value: String(index + 1), label })),
    },
    { name: 'from', label: 'From', kind: 'time', when: inHours, initial: hours?.from ?? '09:00' },
    { name: 'to', label: 'Until', kind: 'time', when: inHours, initial: hours?.to ?? '17:00' },
    { name: 'timeZone', label: 'Time zone', when: inHours, initial: hours?.timeZone ?? timeZone },
  ];
}

/** The body of a policy from what was typed. */
export function policyOf(values: FormValues): EscalationPolicyWrite {
  const steps: EscalationPolicyWrite['steps'] = [];
  for (let index = 0; index < mostSteps; index += 1) {
    const targets = listOf(values[`targets${index}`]).map(targetOf);
    if (targets.length === 0) break;
    steps.push({ targets, waitMinutes: Number(values[`wait${index}`]) });
  }
  const { name = '', timeZone = '', from = '', to = '' } = values;
  return {
    name,
    objectives: listOf(values.objectives),
    steps,
    repeat: Number(values.repeat),
    acknowledgedForMinutes: values.acknowledgedForMinutes?.trim() ? Number(values.acknowledgedForMinutes) : null,
    businessHours: inHours(values) ? { timeZone, days: listOf(values.days).map(Number), from, to } : null,
  };
}
