/** Planned time in which nobody outside is told. */
export interface Silence {
  /** Slugs; empty: every objective. */
  readonly objectives: readonly string[];
  /** Empty: every feature. */
  readonly features: readonly string[];
  /** Milliseconds since the epoch, `endsAt` exclusive. */
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface SilenceSubject {
  readonly objective: string;
  /** Null when the incident is not about one feature: then only a silence of all features holds. */
  readonly feature: string | null;
}

export function isSilenced(silence: Silence, subject: SilenceSubject, at: number): boolean {
  if (at < silence.startsAt || at >= silence.endsAt) return false;
  const { objectives, features } = silence;
  if (objectives.length > 0 && !objectives.includes(subject.objective)) return false;
  return features.length === 0 || (subject.feature !== null && features.includes(subject.feature));
}
