import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { DriftObservation } from '@plimsoll/contract';
import { ContentsService, keyText } from '../scoring/contents.service.js';
import { grouped } from '../scoring/grouped.js';
import { type SampledCall, sampledCalls, type SampleRange, type ScoreOfCall, scoresOfCalls } from './drift.queries.js';

/** What was observed of a window, with the calls it was observed of in the same order. */
type Better = 'higher' | 'lower';

export interface Observed {
  readonly observations: readonly DriftObservation[];
  readonly calls: readonly SampledCall[];
  /** Which way is better, by name of the score. */
  readonly directions: Readonly<Record<string, Better>>;
}

/** Scores that only say what the style features say already, or that cannot differ between answered calls. */
const redundant = new Set(['empty']);

/** A score as an observation has it, and which way is better where the score says so. */
function measured({
  passed,
  value,
  label,
}: ScoreOfCall): { value: boolean | number | string; better?: Better } | undefined {
  if (passed !== null) {
    // A trait that is bad news (a refusal) is shown as the trait, so that a headline reads as people speak.
    if (value === 0 || value === 1) return { value: value === 1, better: value === passed ? 'higher' : 'lower' };
    return { value: passed === 1, better: 'higher' };
  }
  if (value !== null) return { value };
  // `und` is no language: a short answer's label would move with its length.
  return label === '' || label === 'und' ? undefined : { value: label };
}

/** Reads the calls of a window with their words and scores. */
@Injectable()
export class ObservationsService {
  constructor(
    @Inject(ClickHouse) private readonly clickhouse: ClickHouse,
    @Inject(ContentsService) private readonly contents: ContentsService,
  ) {}

  async read(range: SampleRange, order: 'uniform' | 'first' = 'uniform'): Promise<Observed> {
    const sampled = await sampledCalls(this.clickhouse, range, order);
    const keys = sampled.map((call) => ({
      project: range.project,
      time: BigInt(call.time_ns),
      traceId: call.trace_id,
      spanId: call.span_id,
    }));
    const [subjects, scores] = await Promise.all([
      this.contents.subjects(keys),
      scoresOfCalls(this.clickhouse, range, [...new Set(keys.map(({ traceId }) => traceId))]),
    ]);
    const byCall = grouped(scores, ({ trace_id, span_id }) => `${trace_id} ${span_id}`);
    const directions: Record<string, Better> = {};
    const observed = sampled.flatMap((call, index) => {
      const key = keys[index];
      const subject = key && subjects.get(keyText(key));
      // A call that only called tools has no text whose style could be compared.
      if (!subject || subject.output === '') return [];
      const own = byCall.get(`${call.trace_id} ${call.span_id}`) ?? [];
      const named = own.flatMap((score) => {
        const found = redundant.has(score.scorer) ? undefined : measured(score);
        if (found?.better !== undefined) directions[score.scorer] = found.better;
        return found === undefined ? [] : [[score.scorer, found.value] as const];
      });
      const observation: DriftObservation = {
        output: subject.output,
        ...(subject.input === '' ? {} : { input: subject.input }),
        ...(call.sample_p > 0 && call.sample_p < 1 ? { weight: 1 / call.sample_p } : {}),
        scores: Object.fromEntries(named),
      };
      return [{ observation, call }];
    });
    return {
      observations: observed.map(({ observation }) => observation),
      calls: observed.map(({ call }) => call),
      directions,
    };
  }
}
