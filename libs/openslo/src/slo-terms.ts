import type { Path, SourceObject } from './documents.js';
import type { ReadCondition } from './alert-policies.js';

/** What measures: a source type with its own settings. */
export interface MetricTerms {
  readonly type: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

export interface ObjectiveTerms {
  readonly path: Path;
  readonly displayName: string | undefined;
  readonly op: string | undefined;
  readonly value: number | undefined;
  readonly target: string;
  /** Of Timeslices: the share that makes a slice good, and its length (a bare number is minutes). */
  readonly slice?: { readonly target: string; readonly window: string | number | undefined } | undefined;
  /** Absent where a reference leads nowhere. */
  readonly metric: MetricTerms | undefined;
}

/** One SLO of any version, with its references resolved. */
export interface SloTerms {
  readonly at: SourceObject;
  readonly name: string;
  readonly displayName: string | undefined;
  readonly description: string;
  readonly service: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly method: string;
  readonly window: {
    readonly duration: string;
    readonly startTime?: string;
    readonly timeZone?: string;
    readonly path: Path;
  };
  readonly objectives: readonly ObjectiveTerms[];
  /** Undefined where the document has no say about alerts. */
  readonly conditions: readonly ReadCondition[] | undefined;
  /** The document with inlined references, as it would be written back. */
  readonly document: object;
}
