import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evalOtlpResult } from '@plimsoll/otlp';
import { describe, expect, test } from 'vitest';
import { generator, mutateBytes } from './fuzz/mutations.js';

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
    const random = generator(seed);
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
