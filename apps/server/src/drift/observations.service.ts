import { Inject, Injectable } from '@nestjs/common';
import { ClickHouse } from '@plimsoll/clickhouse';
import type { DriftObservation } from '@plimsoll/contract';
import { ContentsService, keyText } from '../scoring/contents.service.js';
import { grouped } from '../scoring/grouped.js';
import { type SampledCall, sampledCalls, type SampleRange, type ScoreOfCall, scoresOfCalls } from './drift.queries.js';

/** What was observed of a window, with the calls it was observed of in the same order. */
export interface Observed {
  readonly observations: readonly DriftObservation[];
  readonly calls: readonly SampledCall[];
}

/** Scores that only say what the style features say already, or that cannot differ between answered calls. */
const redundant = new Set(['empty']);

function scoreValue({ passed, value, label }: ScoreOfCall): boolean | number | string | undefined {
  if (passed !== null) return passed === 1;
  if (value !== null) return value;
  // `und` is no language: a short answer's label would move with its length.
  return label === '' || label === 'und' ? undefined : label;
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
    const observed = sampled.flatMap((call, index) => {
      const key = keys[index];
      const subject = key && subjects.get(keyText(key));
      // A call that only called tools has no text whose style could be compared.
      if (!subject || subject.output === '') return [];
      const own = byCall.get(`${call.trace_id} ${call.span_id}`) ?? [];
      const named = own.flatMap((score) => {
        const value = redundant.has(score.scorer) ? undefined : scoreValue(score);
        return value === undefined ? [] : [[score.scorer, value] as const];
      });
      const observation: DriftObservation = {
        output: subject.output,
        ...(subject.input === '' ? {} : { input: subject.input }),
        ...(call.sample_p > 0 && call.sample_p < 1 ? { weight: 1 / call.sample_p } : {}),
        scores: Object.fromEntries(named),
      };
      return [{ observation, call }];
    });
    return { observations: observed.map(({ observation }) => observation), calls: observed.map(({ call }) => call) };
  }
}

/** Scores that say good or bad are better when more of them are good. */
export function directionsOf(observations: readonly DriftObservation[]): Record<string, 'higher'> {
  const judged = new Set<string>();
  for (const { scores } of observations) {
    for (const [name, value] of Object.entries(scores ?? {})) if (typeof value === 'boolean') judged.add(name);
  }
  return Object.fromEntries([...judged].map((name) => [name, 'higher' as const]));
}
