import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = fileURLToPath(new URL('../apps/cli/bin/plimsoll.mjs', import.meta.url));

interface Answer {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the built command line. */
function plimsoll(args: readonly string[], input = ''): Answer {
  const result = spawnSync(process.execPath, [entry, ...args], { cwd: root, input, encoding: 'utf8' });
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

test('a verdict loads only what it needs', () => {
  // The start must stay under a second: what `eval cost` loads must not include the engines or the server.
  const text = readFileSync(fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url)), 'utf8');
  const eager = [...text.matchAll(/^import .* from '([^']+)'/gm)].map(([, specifier]) => specifier);
  expect(eager).toEqual(['node:fs', 'commander', '@plimsoll/contract', './eval/commands.js']);
});
