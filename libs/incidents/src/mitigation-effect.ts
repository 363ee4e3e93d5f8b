import { wilsonInterval } from '@plimsoll/statistics';

export interface Share {
  readonly n: number;
  readonly bad: number;
}

export interface MeasuredShare extends Share {
  readonly share: number;
  /** 95 %, Wilson. */
  readonly low: number;
  readonly high: number;
}

export interface MitigationEffect {
  readonly before: MeasuredShare;
  readonly after: MeasuredShare;
  /** Share of bad events after less before; negative is better. */
  readonly difference: number;
  /** 95 %, Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10). */
  readonly low: number;
  readonly high: number;
  readonly verdict: 'better' | 'worse' | 'no clear change';
}

/** What a mitigation did to the share of bad events; null where one side has none to judge by. */
export function mitigationEffect(before: Share, after: Share): MitigationEffect | null {
  if (before.n <= 0 || after.n <= 0) return null;
  const [old, now] = [measured(before), measured(after)];
  const difference = now.share - old.share;
  const low = difference - Math.hypot(now.share - now.low, old.high - old.share);
  const high = difference + Math.hypot(now.high - now.share, old.share - old.low);
  const verdict = high < 0 ? 'better' : low > 0 ? 'worse' : 'no clear change';
  return { before: old, after: now, difference, low, high, verdict };
}

function measured({ n, bad }: Share): MeasuredShare {
  const { low, high } = wilsonInterval(bad, n, 0.95);
  return { n, bad, share: bad / n, low, high };
}
