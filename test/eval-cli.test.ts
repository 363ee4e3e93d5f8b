import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evalOtlpResult } from '@plimsoll/otlp';
import { describe, expect, test } from 'vitest';
import { drawing, mutateBytes } from './fuzz/mutations.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = fileURLToPath(new URL('../apps/cli/bin/plimsoll.mjs', import.meta.url));

interface Answer {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the built command line. */
function plimsoll(args: readonly string[], input = ''): Answer {
  const result = spawnSync(process.execPath, [entry, ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return { status: result.status, output: result.stdout, errors: result.stderr };
}

const names = ['otlp', 'slo', 'drift', 'suspects', 'cost', 'gpu', 'exposition', 'openslo'] as const;

describe.each(names)('plimsoll eval %s', (name) => {
  test('has help with an example that runs', () => {
    const help = plimsoll(['eval', name, '--help']);
    expect(help.status).toBe(0);
    const example = help.output.split('Example:\n')[1] ?? '';
    expect(example).toContain('npx plimsoll eval');
    const command = example.replaceAll('npx plimsoll', `${process.execPath} ${entry}`);
    const ran = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout)).toBeTypeOf('object');
  });

  test('prints its schemas', () => {
    const { status, output } = plimsoll(['eval', 'schema', name]);
    expect(status).toBe(0);
    expect(Object.keys(JSON.parse(output) as object)).toEqual(['input', 'output']);
  });
});

test.each([
  ['a JSON text that is none', ['eval', 'slo'], '{', /^plimsoll: standard input: not JSON/],
  ['no input', ['eval', 'cost'], '', /^plimsoll: standard input: empty/],
  ['an unknown field', ['eval', 'slo'], '{"objective": {"target": "0.99", "window": "30d"}, "x": 1}', /^plimsoll: x: /],
  ['a wrong value', ['eval', 'cost'], '{"split": {"amount": "ten", "weights": [1]}}', /split\.amount/],
  ['a missing file', ['eval', 'otlp', 'traces:nowhere.bin'], '', /^plimsoll: nowhere\.bin: cannot be read \(ENOENT\)/],
  ['a wrong signal', ['eval', 'otlp', 'spans:x.bin'], '', /^plimsoll: spans:x\.bin: must be SIGNAL:FILE/],
  [
    'a wrong line',
    ['eval', 'drift', '--reference', 'package.json', '--current', 'package.json'],
    '',
    /package\.json:1/,
  ],
  ['an unknown verdict', ['eval', 'luck'], '', /unknown command 'luck'/],
  ['an unknown schema', ['eval', 'schema', 'luck'], '', /^plimsoll: schema: unknown name "luck"/],
])('%s is refused with exit code 2 and one line', (_, args, input, words) => {
  const { status, output, errors } = plimsoll(args, input);
  expect(status).toBe(2);
  expect(output).toBe('');
  expect(errors).toMatch(words);
  expect(errors.trimEnd().split('\n')).toHaveLength(1);
});

const objective = { target: '0.99', window: '30d', policy: 'google' };
const counts = [
  { window: '5m', eligible: 1000, bad: 210 },
  { window: '1h', eligible: 12_400, bad: 1900 },
];
const tier = ['name', 'severity', 'factor', 'long', 'short', 'burnLong', 'burnShort', 'fires', 'reachable'];
const sampledFields = ['errorRatio', 'burnRate', 'interval', 'lower95', 'lower995', 'effectiveN', 'designN'];
const cell = (period: string, promptVersion: string, n: number, bad: number) => ({
  period,
  attributes: { promptVersion, model: 'm' },
  n,
  bad,
});
const suspectsQuestion = {
  onset: '2026-11-20T12:00:00Z',
  end: '2026-11-20T13:00:00Z',
  cells: [cell('baseline', 'v7', 1600, 64), cell('incident', 'v8', 400, 120)],
  changes: [{ id: 'A', kind: 'prompt', at: '2026-11-20T11:58:00Z', attribute: 'promptVersion', from: 'v7', to: 'v8' }],
};

// The public contract of `plimsoll eval`, form by form: the fields that it promises, at a path of the answer.
test.each<[string, string, object, Readonly<Record<string, readonly string[]>>]>([
  [
    'counts',
    'slo',
    { objective, counts },
    {
      '': ['sli', 'errorRatio', 'burnRate', 'budget', 'tiers', 'page', 'ticket', 'warnings'],
      budget: ['allowedBad', 'consumed', 'remaining', 'exhaustsInSeconds'],
      'tiers.0': [...tier, 'detectionSeconds', 'resetSeconds'],
    },
  ],
  [
    'points of a calendar month, own tiers and guards',
    'slo',
    {
      objective: {
        target: '0.99',
        window: { calendar: 'month', timeZone: 'America/New_York', at: '2026-11-10T00:00:00Z' },
        policy: [{ name: 'own', severity: 'page', long: '1h', short: '5m', budget: '0.02' }],
        minBad: 2,
        volumeAware: true,
        stretch: true,
      },
      points: [
        { t: '2026-11-01T05:00:00Z', eligible: 100, bad: 1 },
        { t: '2026-11-01T05:03:00Z', eligible: 50, bad: 0 },
      ],
      at: '2026-11-10T00:00:00Z',
    },
    { '': ['sli', 'budget', 'tiers'], 'tiers.0': tier },
  ],
  [
    'a sample',
    'slo',
    { objective, sampled: { n: 400, bad: 30 } },
    { '': [...sampledFields, 'standardError', 'status'], interval: ['method', 'level', 'low', 'high'] },
  ],
  [
    'strata',
    'slo',
    { objective, sampled: { strata: [{ name: 'a', population: 900, n: 100, bad: 4 }] } },
    { '': sampledFields },
  ],
  [
    'weighted items',
    'slo',
    {
      objective,
      sampled: {
        items: [
          { x: 1, p: 0.05 },
          { x: 0, p: 0.5 },
        ],
      },
    },
    { '': sampledFields },
  ],
  [
    'a sequence',
    'slo',
    { objective, sequence: { x: [0, 0, 1], weights: null, designBad: '0.15', threshold: 1000 } },
    { '': ['values', 'alarmAt'] },
  ],
  [
    'cost without an objective',
    'slo',
    { cost: { expected: '0.020', ceiling: '0.022', spend: '61.00', outcomes: 1250, windowOutcomes: 900_000 } },
    { '': ['perOutcome', 'burnRate', 'consumedShare'] },
  ],
  [
    'a replay',
    'slo',
    { objective, alertReplay: { long: [16, 16, 16], short: [12, 15, 5], step: '1m' } },
    { '': ['states', 'transitions', 'incidents'], 'transitions.0': ['at', 'from', 'to'] },
  ],
  [
    'suspects',
    'suspects',
    suspectsQuestion,
    {
      '': ['baselineRate', 'incidentRate', 'delta', 'byAttribute', 'suspects', 'unknownShare', 'verdict'],
      'byAttribute.0': ['attribute', 'values', 'rate', 'mix'],
      'byAttribute.0.values.0': ['value', 'rate', 'mix'],
      'suspects.0': ['id', 'score', 'share', 'explained', 'riskDifference', 'band', 'groupedWith'],
    },
  ],
])('answers %s with the fields it promises', (_, name, input, fields) => {
  const { status, output, errors } = plimsoll(['eval', name], JSON.stringify(input));
  expect([status, errors]).toEqual([0, '']);
  for (const [path, expected] of Object.entries(fields)) {
    const steps = path === '' ? [] : path.split('.');
    const at = steps.reduce((value, step) => (value as Record<string, unknown>)[step], JSON.parse(output) as unknown);
    expect(Object.keys(at as object)).toEqual(expect.arrayContaining([...expected]));
  }
});

test('tells of OpenSLO whether it is valid, with lines, and gives canonical v1 back', () => {
  const file = 'test/cases/openslo/answers.yaml';
  const answer = JSON.parse(plimsoll(['eval', 'openslo', file]).output) as Record<string, unknown>;
  expect(['valid', 'valid_with_warnings', 'invalid']).toContain(answer['verdict']);
  const exported = plimsoll(['eval', 'openslo', file, '--export']);
  expect(exported.output).toContain('apiVersion: openslo/v1');
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-eval-'));
  const [again, broken] = [join(scratch, 'again.yaml'), join(scratch, 'broken.yaml')];
  writeFileSync(again, exported.output);
  expect(plimsoll(['eval', 'openslo', again, '--export']).output).toBe(exported.output);
  writeFileSync(broken, 'apiVersion: openslo/v1\nkind: Service\nmetadata: {}\n');
  const invalid = plimsoll(['eval', 'openslo', broken]);
  rmSync(scratch, { recursive: true });
  expect(invalid.status).toBe(0);
  expect(JSON.parse(invalid.output)).toMatchObject({ verdict: 'invalid', findings: [{ line: 3, severity: 'error' }] });
});

test('answers within a second of CPU', () => {
  // Not of the clock: other tests run beside this one.
  const meter = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stderr.write(String((user+system)/1e6))})`;
  const input = JSON.stringify({ objective, counts });
  const ran = spawnSync(process.execPath, ['--import', meter, entry, 'eval', 'slo'], { input, encoding: 'utf8' });
  expect(ran.status).toBe(0);
  expect(Number(ran.stderr)).toBeGreaterThan(0);
  expect(Number(ran.stderr)).toBeLessThan(1);
});

describe('plimsoll eval otlp', () => {
  const recordings = join(root, 'test/fixtures/otlp');
  const files = readdirSync(recordings, { recursive: true, encoding: 'utf8' }).map((path) => join(recordings, path));
  const bodies = files.filter((path) => path.endsWith('.bin'));
  const argumentOf = (path: string): string => `${/(traces|logs|metrics)-\d+\.bin$/.exec(path)?.[1]}:${path}`;

  test('answers for all recorded bodies', () => {
    const { status, output } = plimsoll(['eval', 'otlp', ...bodies.map(argumentOf)]);
    expect(status).toBe(0);
    const answer = evalOtlpResult.parse(JSON.parse(output));
    const expected = files.filter((path) => path.endsWith('expected.json'));
    const counts = expected.map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { spanCount: number }).spanCount);
    expect(counts).toHaveLength(82);
    expect(answer.spanCount).toBe(counts.reduce((sum, count) => sum + count, 0));
    expect(answer.rejected).toEqual([]);
  });

  test.each([1, 2, 3, 4])('answers for a broken body, or says in one line what is wrong (%i)', (seed) => {
    const random = drawing(seed);
    const path = bodies[random(bodies.length)] ?? '';
    const bytes = readFileSync(path);
    const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-eval-'));
    const broken = join(scratch, basename(path));
    writeFileSync(broken, mutateBytes(bytes, bytes, random));
    const { status, output, errors } = plimsoll(['eval', 'otlp', argumentOf(broken)]);
    rmSync(scratch, { recursive: true });
    if (status === 0) evalOtlpResult.parse(JSON.parse(output));
    else expect([status, output, errors.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});

test('a verdict loads only what it needs', () => {
  // The start must stay under a second: what `eval cost` loads must not include the engines or the server.
  const text = readFileSync(fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url)), 'utf8');
  const eager = [...text.matchAll(/^import .* from '([^']+)'/gm)].map(([, specifier]) => specifier);
  expect(eager).toEqual(['node:fs', 'commander', '@plimsoll/contract', './eval/commands.js']);
});
