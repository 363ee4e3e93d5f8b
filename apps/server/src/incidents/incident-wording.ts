import type { AlertTransition } from '@plimsoll/contract';
import type { IncidentEventBody } from '@plimsoll/incidents';
import { outageRule, selfTestAlarm, silenceAlarms } from '@plimsoll/slo';

/** `6 h`, `30 min`, `3 d` */
export function durationText(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return `${Math.round(seconds / 60)} min`;
}

/** Three significant digits without an exponent. */
export const figure = (value: number): string => String(Number(value.toPrecision(3)));

/** Alerts about the data or the alerting itself, and outages, are told by their reason and not by a burn rate. */
const reasoned: readonly string[] = [...Object.values(silenceAlarms), selfTestAlarm, outageRule];
/** Of a group that was merged, too: `INC-7 outage`. */
const hasReason = (tier: string): boolean => reasoned.includes(tier.replace(/^INC-\d+ /, ''));

/** A sentence with value and target, frozen when the incident opens. */
export function incidentTitle({ objectiveName, sliKind, evidence, tier }: AlertTransition): string {
  if (tier === outageRule) {
    const within = durationText(evidence.longSeconds);
    return `${objectiveName}: outage, ${evidence.badLong} of ${evidence.eligibleLong} bad within ${within}`;
  }
  if (hasReason(tier)) return `${objectiveName}: ${evidence.reasons[0] ?? tier}`;
  const over = durationText(evidence.longSeconds);
  if (sliKind === 'cost') {
    return evidence.burnLong === null
      ? `${objectiveName} is over its expected cost`
      : `${objectiveName} spends ${figure(evidence.burnLong)} times its cost budget over ${over}`;
  }
  const ratio = evidence.errorRatio ?? (evidence.eligibleLong > 0 ? evidence.badLong / evidence.eligibleLong : null);
  if (ratio === null) return `${objectiveName} is failing its target ${evidence.target}`;
  const value = 1 - ratio;
  // So many digits that value and target differ.
  const shown = value < Number(evidence.target) ? value.toFixed(value > 0.99 ? 4 : 2) : String(value);
  return `${objectiveName} ${shown} over ${over} is below its target ${evidence.target}`;
}

/** One line of the timeline for what an alert did. */
export function alertTitle(body: IncidentEventBody, transition: AlertTransition): string {
  const { tier, evidence } = transition;
  const [long, short] = [durationText(evidence.longSeconds), durationText(evidence.shortSeconds)];
  const burn = (value: number | null): string => (value === null ? 'unknown' : `${figure(value)}x`);
  const burning = `burn ${burn(evidence.burnLong)} over ${long} and ${burn(evidence.burnShort)} over ${short}, limit ${figure(evidence.factor)}x`;
  const numbers = hasReason(tier) ? (evidence.reasons[0] ?? 'no reason given') : burning;
  switch (body.kind) {
    case 'opened':
      return `Opened by ${tier}: ${numbers}`;
    case 'reopened':
      return `Reopened by ${tier}: ${numbers}`;
    case 'alert_fired':
      return transition.kind === 'data_returned' ? `${tier} has data again: ${numbers}` : `${tier} fired: ${numbers}`;
    case 'alert_resolved':
      return `${tier} recovered: ${numbers}`;
    case 'alert_no_data':
      return `${tier} has no data and keeps its state`;
    case 'severity_raised':
      return `Raised to ${body.severity}`;
    case 'resolved':
      return 'Resolved: the last alert recovered';
    case 'flapping_started':
      return 'Flapping: the third opening within 24 h; notifications pause';
    default:
      return body.kind;
  }
}
