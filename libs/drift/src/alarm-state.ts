import type { DriftEvaluation } from '@plimsoll/contract';

/** A move this large opens an alarm at once; a smaller one has to be seen twice. */
const GROSS_EFFECT = 0.3;
const QUIET_TO_CLEAR = 3;

/** What a monitor remembers from window to window. */
export interface DriftAlarm {
  readonly active: boolean;
  /** Windows in a row that drifted (before the alarm) or were quiet (while it is active). */
  readonly run: number;
}

export const noAlarm: DriftAlarm = { active: false, run: 0 };

/**
 * The alarm after one more window: two drifted windows in a row or one gross one raise it, three quiet ones clear it.
 * Windows that cannot tell (insufficient, inconclusive, changed mix) neither raise nor clear.
 */
export function stepAlarm(alarm: DriftAlarm, evaluation: Pick<DriftEvaluation, 'verdict' | 'features'>): DriftAlarm {
  const { verdict, features } = evaluation;
  if (verdict === 'quiet') {
    if (!alarm.active) return noAlarm;
    return alarm.run + 1 >= QUIET_TO_CLEAR ? noAlarm : { active: true, run: alarm.run + 1 };
  }
  if (verdict !== 'regression' && verdict !== 'change') return alarm;
  const gross = features.some(
    ({ drifted, effect, side }) => drifted && side !== 'input' && (effect ?? 0) >= GROSS_EFFECT,
  );
  if (alarm.active) return { active: true, run: 0 };
  return gross || alarm.run + 1 >= 2 ? { active: true, run: 0 } : { active: false, run: alarm.run + 1 };
}
