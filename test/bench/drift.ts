/**
 * False alarms and detection of the drift rule on real outputs.
 *
 *   npm run bench:drift -- [--llmdrift FILE] [--outputs FILE --pairs FILE] [--splits 200] [--draws 100] [--sizes 50,100]
 *
 * `--llmdrift` is the whole LLMDrift data as JSON Lines (task, model, version, prompt, output, correct, format_ok);
 * without it the slice in test/fixtures is used, which is small: it only shows that the bench works. `--outputs` is a
 * gzipped JSON Lines file of (generator, instruction, output) and `--pairs` a list of {reference, current}, for data
 * that may not be passed on. Prints one JSON line a measurement.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { DriftObservation } from '@plimsoll/contract';
import { evaluateWindows, measureWindows, pick, type Window } from '@plimsoll/drift';
import { generator } from '@plimsoll/statistics';

interface Pool {
  readonly name: string;
  readonly observations: readonly DriftObservation[];
}

interface Pair {
  readonly name: string;
  readonly before: readonly DriftObservation[];
  readonly after: readonly DriftObservation[];
}

function shuffled(size: number, random: () => number): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let index = size - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other] as number, order[index] as number];
  }
  return order;
}

interface Alarm {
  /** The answers were said to have moved. */
  readonly answers: boolean;
  /** Only the questions were said to have moved. */
  readonly mix: boolean;
}

function alarm(reference: Window, current: Window): Alarm {
  const { verdict } = evaluateWindows(reference, current);
  return { answers: verdict === 'change' || verdict === 'regression', mix: verdict === 'input_mix_changed' };
}

const print = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const share = (alarms: readonly Alarm[], side: keyof Alarm): number =>
  alarms.filter((one) => one[side]).length / Math.max(1, alarms.length);

function falseAlarms(pools: readonly Pool[], sizes: readonly number[], splits: number): void {
  for (const n of sizes) {
    const all: Alarm[] = [];
    for (const [index, { name, observations }] of pools.entries()) {
      if (observations.length < 2 * n) continue;
      const { reference: window } = measureWindows(observations, []);
      const random = generator(1_000 * n + index);
      const own = Array.from({ length: splits }, () => {
        const order = shuffled(window.size, random);
        return alarm(pick(window, order.slice(0, n)), pick(window, order.slice(n, 2 * n)));
      });
      all.push(...own);
      print({
        bench: 'drift',
        measure: 'false_alarms',
        pool: name,
        n,
        splits,
        answers: share(own, 'answers'),
        mix: share(own, 'mix'),
      });
    }
    print({
      bench: 'drift',
      measure: 'false_alarms',
      pool: 'all',
      n,
      splits: all.length,
      answers: share(all, 'answers'),
      mix: share(all, 'mix'),
    });
  }
}

function detection(pairs: readonly Pair[], sizes: readonly number[], draws: number): void {
  for (const [index, { name, before, after }] of pairs.entries()) {
    const { reference, current } = measureWindows(before, after);
    for (const n of sizes) {
      const common = Math.min(reference.size, current.size);
      if (common < 2 * n) continue;
      const random = generator(77 + 1_000 * n + index);
      const alarms = Array.from({ length: draws }, () => {
        // Disjoint prompts: what a window of production traffic looks like.
        const order = shuffled(common, random);
        return alarm(pick(reference, order.slice(0, n)), pick(current, order.slice(n, 2 * n)));
      });
      print({
        bench: 'drift',
        measure: 'detection',
        pair: name,
        n,
        draws,
        answers: share(alarms, 'answers'),
        mix: share(alarms, 'mix'),
      });
    }
  }
}

interface LlmDriftRow {
  task: string;
  model: string;
  version: string;
  prompt: string;
  output: string;
  correct: number | null;
  format_ok: number;
}

/** The slice of the repository, in the form of the whole. */
function ownSlice(): LlmDriftRow[] {
  const file = new URL('../fixtures/llmdrift/prime.jsonl', import.meta.url);
  const rows = lines<Omit<LlmDriftRow, 'task' | 'format_ok'> & { formatOk: number }>(readFileSync(file, 'utf8'));
  return rows.map(({ formatOk, ...row }) => ({ ...row, task: 'prime', format_ok: formatOk }));
}

const lines = <T>(text: string): T[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

function llmDrift(rows: readonly LlmDriftRow[]): { pools: Pool[]; pairs: Pair[] } {
  const groups = new Map<string, DriftObservation[]>();
  for (const row of rows) {
    const name = `${row.task} ${row.model} ${row.version}`;
    const scores = { format_ok: row.format_ok === 1, ...(row.correct === null ? {} : { correct: row.correct === 1 }) };
    const observation = { output: row.output, input: row.prompt, scores };
    const own = groups.get(name);
    if (own) own.push(observation);
    else groups.set(name, [observation]);
  }
  const pools = [...groups].map(([name, observations]) => ({ name, observations }));
  const pairs = pools.flatMap(({ name, observations }): Pair[] => {
    if (!name.endsWith('0613')) return [];
    const stem = name.slice(0, -4);
    const before = groups.get(`${stem}0314`) ?? groups.get(`${stem}0301`) ?? [];
    return [{ name: `${stem.trim()} March > June`, before, after: observations }];
  });
  return { pools, pairs };
}

interface GeneratedRow {
  pid: number;
  dataset: string;
  generator: string;
  instruction: string;
  output: string;
}

function generated(outputs: string, pairsFile: string): { pools: Pool[]; pairs: Pair[] } {
  const groups = new Map<string, DriftObservation[]>();
  for (const row of lines<GeneratedRow>(gunzipSync(readFileSync(outputs)).toString())) {
    const own = groups.get(row.generator);
    const observation = { output: row.output, input: row.instruction };
    if (own) own.push(observation);
    else groups.set(row.generator, [observation]);
  }
  const named = JSON.parse(readFileSync(pairsFile, 'utf8')) as { reference: string; current: string }[];
  return {
    pools: [...groups].map(([name, observations]) => ({ name, observations })),
    pairs: named.map(({ reference, current }) => ({
      name: `${reference} > ${current}`,
      before: groups.get(reference) ?? [],
      after: groups.get(current) ?? [],
    })),
  };
}

const { values } = parseArgs({
  options: {
    llmdrift: { type: 'string' },
    outputs: { type: 'string' },
    pairs: { type: 'string' },
    splits: { type: 'string', default: '20' },
    draws: { type: 'string', default: '20' },
    sizes: { type: 'string', default: '50,100,200,400' },
  },
});
const sets = [
  llmDrift(values.llmdrift ? lines<LlmDriftRow>(readFileSync(values.llmdrift, 'utf8')) : ownSlice()),
  ...(values.outputs && values.pairs ? [generated(values.outputs, values.pairs)] : []),
];
const sizes = values.sizes.split(',').map(Number);
detection(
  sets.flatMap(({ pairs }) => pairs),
  sizes,
  Number(values.draws),
);
falseAlarms(
  sets.flatMap(({ pools }) => pools),
  sizes,
  Number(values.splits),
);
