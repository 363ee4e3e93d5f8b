import { z } from 'zod';

/** A tool call as the model wrote it; `arguments` is parsed JSON, or the raw string where it did not parse. */
export interface SubjectToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** A tool the model was offered; `parameters` is its JSON Schema when the client sent one. */
export interface SubjectTool {
  readonly name: string;
  readonly parameters?: unknown;
}

/** Everything a scorer may look at. Absent text is the empty string, an absent fact is null. */
export interface ScoringSubject {
  /** What the user asked: the last user message, or all of them joined by blank lines. */
  readonly input: string;
  readonly system: string | null;
  readonly output: string;
  /** Retrieved passages, for groundedness and citations. */
  readonly context: readonly string[];
  /** The expected answer, where a data set or the client supplies one. */
  readonly expected: string | null;
  readonly finishReason: string | null;
  readonly status: 'ok' | 'error';
  readonly toolCalls: readonly SubjectToolCall[];
  readonly tools: readonly SubjectTool[];
}

/**
 * `value` is 1 or 0 for binary scorers (the trait is there or not, which may be bad news: a refusal has value 1), any
 * finite number for numeric ones and null for categorical ones.
 */
export interface Score {
  readonly value: number | null;
  /** Good or bad by the scorer's own direction; null where only an objective's pass mark can tell. */
  readonly passed: boolean | null;
  readonly label: string | null;
  /** One short sentence a person can check, or null. Never longer than 300 characters. */
  readonly reason: string | null;
}

export type ScoreOutput = 'binary' | 'numeric' | 'categorical';
/** Which way a move is good news. */
export type Better = 'higher' | 'lower' | 'neutral';

/** What a scorer's own function answers; whether that passed follows from the scorer's direction. */
export type Finding = Omit<Score, 'passed'>;

/** A scorer with its settings fixed. Null: the scorer has nothing to say about this subject. */
export type PreparedScorer = (subject: ScoringSubject) => Score | null;

/** One entry of the registry. Deterministic: the same subject and settings give the same score. */
export interface Scorer {
  /** Lower-case words joined by underscores; never changes once released. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly output: ScoreOutput;
  readonly better: Better;
  readonly settings: z.ZodType;
  /** Settings that parse and do something sensible: the form's first values and the test's. */
  readonly example: unknown;
  /** True when the empty settings are useful as they are, so that a new project can start with them. */
  readonly worksWithoutSettings: boolean;
  /** Parses the settings (a ZodError names the field) and compiles what can be compiled once. */
  prepare(settings: unknown): PreparedScorer;
}

type FindingFunction = (subject: ScoringSubject) => Finding | null;

interface ScorerDefinition<S extends z.ZodType> extends Omit<
  Scorer,
  'settings' | 'prepare' | 'example' | 'worksWithoutSettings'
> {
  readonly settings: S;
  readonly example: z.input<S>;
  prepare(settings: z.output<S>): FindingFunction;
}

/** Longest text a scorer reads, in UTF-16 units; what lies behind is left out. */
export const MAX_SCORED_LENGTH = 100_000;

const bounded = (text: string): string => (text.length > MAX_SCORED_LENGTH ? text.slice(0, MAX_SCORED_LENGTH) : text);

function passes({ output, better }: Pick<Scorer, 'output' | 'better'>, value: number | null): boolean | null {
  if (output !== 'binary' || better === 'neutral' || value === null) return null;
  return better === 'higher' ? value === 1 : value === 0;
}

/** Ties a definition to its settings' type and bounds what its function reads. */
export function defineScorer<S extends z.ZodType>(definition: ScorerDefinition<S>): Scorer {
  return {
    ...definition,
    worksWithoutSettings: definition.settings.safeParse({}).success,
    prepare(settings) {
      const score = definition.prepare(definition.settings.parse(settings));
      return (subject) => {
        const finding = score({ ...subject, input: bounded(subject.input), output: bounded(subject.output) });
        return finding && { ...finding, passed: passes(definition, finding.value) };
      };
    },
  };
}

const LONGEST_REASON = 300;

const shortened = (reason: string): string =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;

/** A yes/no score. */
export const binary = (value: boolean, reason: string | null = null): Finding => ({
  value: value ? 1 : 0,
  label: null,
  reason: reason === null ? null : shortened(reason),
});

/** A number score. */
export const numeric = (value: number, reason: string | null = null): Finding => ({
  value,
  label: null,
  reason: reason === null ? null : shortened(reason),
});

/** A label score. */
export const categorical = (label: string, reason: string | null = null): Finding => ({
  value: null,
  label,
  reason: reason === null ? null : shortened(reason),
});
