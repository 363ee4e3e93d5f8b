import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings, routes } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function pagesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((found) => {
    const path = join(folder, found.name);
    if (found.isDirectory()) return ['node_modules', 'dist', 'fixtures'].includes(found.name) ? [] : pagesIn(path);
    return found.name.endsWith('.md') ? [path] : [];
  });
}

const pages = ['README.md', 'CONTRIBUTING.md', ...pagesIn('docs'), ...pagesIn('libs')];
const text = new Map(pages.map((page) => [page, readFileSync(join(root, page), 'utf8')]));
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

/** All places of a pattern, as `page: what was found`, where `isRight` says no. */
function wrong(pattern: RegExp, isRight: (match: RegExpExecArray, page: string) => boolean): string[] {
  return pages.flatMap((page) =>
    [...(text.get(page) ?? '').matchAll(pattern)]
      .filter((match) => !isRight(match, page))
      .map((match) => `${page}: ${match[0]}`),
  );
}

/** As Markdown viewers name headings. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function begins(path: string): boolean {
  const folder = join(root, dirname(path));
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(basename(path)));
}

describe('every page of the documentation', () => {
  test('links to files and headings that exist', () => {
    const broken = wrong(/\]\(((?!https?:|mailto:)[^)\s]+)\)/g, ([, target = ''], page) => {
      const [path = '', anchor] = target.split('#', 2);
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      return existsSync(file) && (anchor === undefined || anchorsOf(file).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test('is found from the README, and each decision from their index', () => {
    const linked = (from: string) =>
      new Set(
        [...(text.get(from) ?? '').matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => join(dirname(from), target)),
      );
    const isDecision = (page: string) => dirname(page) === 'docs/decisions' && basename(page) !== 'README.md';
    const docs = pages.filter((page) => page.startsWith('docs/'));
    expect(docs.filter((page) => !isDecision(page) && !linked('README.md').has(page))).toEqual([]);
    const index = linked('docs/decisions/README.md');
    expect(docs.filter((page) => isDecision(page) && !index.has(page))).toEqual([]);
  });

  test('names files, scripts and projects of tests that exist', () => {
    const start = /(?<=[`\s(])(?:apps|libs|test|docs|migrations|docker)\/[\w./-]*[\w/](?=[`\s),:;]|\.\s)/g;
    // The test runner takes the beginning of a path; NNNN stands for a number.
    expect(wrong(start, ([path]) => path.includes('NNNN') || begins(path))).toEqual([]);
    expect(wrong(/npm run ([a-z:-]+)/g, ([, name = '']) => name in scripts)).toEqual([]);
    expect(wrong(/--project (\w+)/g, ([, name = '']) => ['unit', 'store', 'flows', 'browser'].includes(name))).toEqual(
      [],
    );
  });

  test('names paths of the API that exist', () => {
    const known = routes.map(({ path }) => path.split('/'));
    const isKnown = (path: string): boolean => {
      const parts = path.replace(/\/$/, '').split('/');
      return known.some((route) =>
        // A page may name the beginning of several.
        parts.every((part, index) => /^[{$<:]/.test(part) || route[index]?.startsWith('{') || route[index] === part),
      );
    };
    expect(wrong(/\/api\/v1\/[\w/{}$<>:-]+/g, ([path]) => isKnown(path))).toEqual([]);
  });
});

/** Read by programs that are no part of the server: clients, the command line, tests. */
const ofOthers = [
  'PLIMSOLL_API_KEY',
  'PLIMSOLL_API_URL',
  'PLIMSOLL_OTLP_ENDPOINT',
  'PLIMSOLL_ADMIN_KEY',
  'PLIMSOLL_TEST_REQUIRE_ALL',
  'PLIMSOLL_TEST_FUZZ_SECONDS',
];

/** The names that the reader of settings asks its environment for. */
function settingNames(): string[] {
  const asked = new Set<string>();
  readSettings(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }));
  return [...asked].filter((name) => !name.endsWith('_FILE'));
}

describe('settings', () => {
  const names = settingNames();

  test('stand in the table of docs/operations.md, each once, and nothing else does', () => {
    const rows = [...(text.get('docs/operations.md') ?? '').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(rows)).toEqual(new Set(names));
    expect(rows).toHaveLength(names.length);
  });

  test('that a page names exist', () => {
    const known = new Set([...names, ...names.map((name) => `${name}_FILE`), ...ofOthers]);
    expect(wrong(/\bPLIMSOLL_[A-Z_]+\b/g, ([name]) => known.has(name))).toEqual([]);
  });
});

/** Each command of the command line with the source that declares it, options included. */
function declaredCommands(): Map<string, string> {
  const parts = readFileSync(join(root, 'apps/cli/src/main.ts'), 'utf8').split(".command('").slice(1);
  const commands = new Map(parts.map((part) => [part.slice(0, part.indexOf("'")), part]));
  for (const file of readdirSync(join(root, 'apps/cli/src/eval'))) {
    const source = readFileSync(join(root, 'apps/cli/src/eval', file), 'utf8');
    for (const [, name = ''] of source.matchAll(/\bname: '([a-z]+)'/g)) commands.set(`eval ${name}`, source);
  }
  return commands;
}

describe('commands', () => {
  const declared = declaredCommands();

  test('of the command line that a page shows exist, with their options', () => {
    const shown = /npx plimsoll ((?:eval )?[a-z-]+)([^`\n]*)/g;
    const exist = wrong(shown, ([, name = '', rest = '']) => {
      const source = declared.get(name);
      const options = rest.match(/(?<=[\s[])--[a-z][a-z-]*/g) ?? [];
      return source !== undefined && options.every((option) => source.includes(option) || /^--(url|key)$/.test(option));
    });
    expect(exist).toEqual([]);
  });
});
