import type { ObjectiveWrite } from '@plimsoll/contract';
import { decimal, durationSeconds, durationText, policyTiers, toDecimalText, toNumber } from '@plimsoll/slo';
import { label, nominalSeconds, prefix, shorthand, shorthandSeconds } from './terms.js';
import type { AlertConditionV1, AlertPolicyV1 } from './schema-v1.js';

type TierList = Extract<ObjectiveWrite['policy'], readonly unknown[]>;
export type TierSpec = TierList[number];

/** Where exported alerts go: a v1 policy must name a target, and who is told is a matter of the platform. */
export const notificationTarget = 'plimsoll';

interface WrittenTier {
  readonly name: string;
  readonly severity: string;
  readonly longSeconds: number;
  readonly factor: number;
  readonly alertAfter: string | undefined;
  readonly annotations: Record<string, string>;
}

function writtenTiers(definition: ObjectiveWrite): WrittenTier[] {
  const { policy } = definition;
  if (typeof policy === 'object' && 'thresholds' in policy) return [];
  const tiers = policyTiers({ ...definition, stretch: false }, nominalSeconds(definition.window));
  return tiers.map((tier, index) => {
    const own = Array.isArray(policy) ? policy[index] : undefined;
    const short = own?.short ?? durationText(tier.shortSeconds);
    const long = own?.long ?? durationText(tier.longSeconds);
    const window = shorthand(tier.longSeconds);
    return {
      name: tier.name,
      severity: tier.severity,
      longSeconds: tier.longSeconds,
      factor: toNumber(tier.factor),
      alertAfter: tier.forMinutes > 1 ? `${tier.forMinutes}m` : undefined,
      annotations: {
        [`${prefix}tier`]: tier.name,
        [`${prefix}short-window`]: short,
        ...(long === window ? {} : { [`${prefix}long-window`]: long }),
        ...(own === undefined ? {} : { [`${prefix}budget`]: own.budget }),
      },
    };
  });
}

/** One policy with one condition for each tier: `op: gt` on the burn of the long window. */
export function alertPolicies(definition: ObjectiveWrite): object[] {
  return writtenTiers(definition).map((tier, index) => {
    const name = label(tier.name, `tier-${index + 1}`);
    return {
      kind: 'AlertPolicy',
      metadata: { name },
      spec: {
        alertWhenNoData: definition.alerting,
        alertWhenResolved: definition.alerting,
        alertWhenBreaching: definition.alerting,
        conditions: [
          {
            kind: 'AlertCondition',
            metadata: { name, annotations: tier.annotations },
            spec: {
              severity: tier.severity,
              condition: {
                kind: 'burnrate',
                op: 'gt',
                threshold: tier.factor,
                lookbackWindow: shorthand(tier.longSeconds) ?? `${Math.ceil(tier.longSeconds / 60)}m`,
                ...(tier.alertAfter === undefined ? {} : { alertAfter: tier.alertAfter }),
              },
            },
          },
        ],
        notificationTargets: [{ targetRef: notificationTarget }],
      },
    };
  });
}

/** A condition with the policy around it, references resolved. */
export interface ReadCondition {
  readonly policy: AlertPolicyV1;
  readonly condition: AlertConditionV1;
}

export interface ReadTier {
  readonly tier: TierSpec;
  readonly factor: number;
  readonly notes: readonly string[];
}

const severities: Readonly<Record<string, 'page' | 'ticket'>> = {
  page: 'page',
  critical: 'page',
  ticket: 'ticket',
  warning: 'ticket',
};

/** The tier that a burn-rate condition asks for, in a window of so many seconds. */
export function tierOf({ policy, condition }: ReadCondition, windowSeconds: number): ReadTier {
  const notes: string[] = [];
  const { severity: written, condition: burn } = condition.spec;
  const annotations = condition.metadata.annotations ?? {};
  const severity = severities[written.toLowerCase()];
  if (severity === undefined) notes.push(`severity "${written}" is neither page nor ticket: taken as ticket`);
  if (burn.op === 'gte') notes.push('op gte is judged as gt');
  const seconds = shorthandSeconds(burn.lookbackWindow);
  const given = annotations[`${prefix}short-window`];
  if (given === undefined) notes.push('no short window: a twelfth of the lookback window is taken');
  const long = annotations[`${prefix}long-window`] ?? burn.lookbackWindow;
  const budget = annotations[`${prefix}budget`];
  const share = (burn.threshold * seconds) / windowSeconds;
  const kept = budget !== undefined && Math.abs(Number(budget) - share) <= 1e-9 * Math.max(share, 1e-300);
  const own = kept ? budget : toDecimalText(decimal(String(share)), 20);
  if (budget !== undefined && !kept) notes.push(`the threshold stands for a budget of ${own}, not ${budget}`);
  const name = annotations[`${prefix}tier`] ?? policy.metadata.name;
  const short = given ?? durationText(Math.max(60, Math.round(seconds / 720) * 60));
  return {
    tier: {
      name,
      severity: severity ?? 'ticket',
      long: annotations[`${prefix}long-window`] === undefined ? durationText(seconds) : long,
      short,
      budget: own,
    },
    factor: burn.threshold,
    notes,
  };
}

/** Whether tiers that were read are those that a preset stands for. */
export function isPreset(tiers: readonly ReadTier[], definition: ObjectiveWrite): boolean {
  const expected = writtenTiers(definition);
  return (
    tiers.length === expected.length &&
    tiers.every(({ tier, factor }, index) => {
      const other = expected[index];
      return (
        other !== undefined &&
        tier.name === other.name &&
        tier.severity === other.severity &&
        durationSeconds(tier.long) === other.longSeconds &&
        tier.short === other.annotations[`${prefix}short-window`] &&
        factor === other.factor
      );
    })
  );
}
