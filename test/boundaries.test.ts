import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

type Layer = 'contract' | 'pure' | 'adapter' | 'app';

// Direction: app -> adapter -> pure -> contract. Within a layer libraries may use each other, applications may not.
const mayUse: Readonly<Record<Layer, readonly Layer[]>> = {
  contract: [],
  pure: ['contract', 'pure'],
  adapter: ['contract', 'pure', 'adapter'],
  app: ['contract', 'pure', 'adapter'],
};

const pureLibraries = [
  'otlp',
  'scoring',
  'drift',
  'slo',
  'incidents',
  'cost',
  'gpu',
  'masking',
  'statistics',
  'openslo',
];
const adapters = ['clickhouse', 'postgres', 'queue', 'notify', 'embedded', 'sdk'];

interface Package {
  readonly name: string;
  readonly folder: string;
  readonly layer: Layer;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  readonly references: readonly string[];
  readonly files: readonly string[];
}

function layerOf(folder: string): Layer {
  const [kind, name = ''] = folder.split('/');
  if (kind === 'apps') return 'app';
  if (folder === 'libs/contract') return 'contract';
  if (pureLibraries.includes(name)) return 'pure';
  if (adapters.includes(name) || folder === 'migrations') return 'adapter';
  throw new Error(`${folder} belongs to no layer: name it in test/boundaries.test.ts`);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['dist', 'node_modules'].includes(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|tsx|cts|mts)$/.test(entry.name) ? [path] : [];
  });
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

function readPackage(folder: string): Package {
  const manifest = readJson(join(root, folder, 'package.json'));
  const tsconfig = readJson(join(root, folder, 'tsconfig.json'));
  const references = (tsconfig['references'] ?? []) as { path: string }[];
  return {
    name: String(manifest['name']),
    folder,
    layer: layerOf(folder),
    dependencies: new Set(
      ['dependencies', 'peerDependencies'].flatMap((kind) => Object.keys((manifest[kind] ?? {}) as object)),
    ),
    devDependencies: new Set(Object.keys((manifest['devDependencies'] ?? {}) as object)),
    references: references.map(({ path }) => relative(root, resolve(root, folder, path))),
    files: sourceFiles(join(root, folder)),
  };
}

const folders = ['apps', 'libs'].flatMap((kind) =>
  readdirSync(join(root, kind))
    .map((name) => `${kind}/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json'))),
);
const packages = [...folders, 'migrations'].map(readPackage);
const packageByName = new Map(packages.map((one) => [one.name, one]));

/** Vite puts what these use into their own files, so what they bundle is a development dependency. */
const bundled = ['apps/dashboard', 'libs/sdk'];

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || /\/(testing|testing\/.*|vitest\.config|vite\.config)\.ts$/.test(file);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

const importPattern = /(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"\s]+)['"]/gm;

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Package name, or null for a file of the same package. */
  readonly target: string | null;
}

function importsOf(file: string): Import[] {
  // Code in template literals is text for somebody else, such as a snippet to paste.
  const code = withoutComments(readFileSync(file, 'utf8')).replaceAll(/`(?:\\.|[^`\\])*`/g, '``');
  return [...code.matchAll(importPattern)].map(([, specifier = '']) => ({
    file: relative(root, file),
    specifier,
    target: specifier.startsWith('.')
      ? null
      : specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
  }));
}

const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

describe.each(packages.map((one) => [one.folder, one] as const))('%s', (_, one) => {
  const imports = one.files.flatMap(importsOf);

  test('declares every package that it imports', () => {
    const undeclared = imports.filter(({ file, specifier, target }) => {
      if (target === null || builtin.has(specifier) || specifier.startsWith('node:')) return false;
      if (one.dependencies.has(target)) return false;
      if (bundled.includes(one.folder) && one.devDependencies.has(target)) return false;
      return !(
        isTest(file) &&
        (one.devDependencies.has(target) ||
          ['vitest', 'fast-check', 'vite', 'zod'].includes(target) ||
          target.startsWith('@testing-library') ||
          target === 'axe-core')
      );
    });
    expect(undeclared.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual([]);
  });

  test('uses only what lies below it', () => {
    const wrong = imports.filter(({ file, target }) => {
      const other = target === null ? undefined : packageByName.get(target);
      if (other === undefined || other === one || isTest(file)) return false;
      return !mayUse[one.layer].includes(other.layer);
    });
    expect(wrong.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual([]);
  });

  test('imports no file of another package by path', () => {
    const folder = join(root, one.folder);
    const outside = imports.filter(({ file, specifier, target }) => {
      return target === null && !resolve(root, dirname(file), specifier).startsWith(`${folder}/`);
    });
    expect(outside.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual([]);
  });

  test('references in its tsconfig what it declares in its package.json', () => {
    const declared = [...one.dependencies, ...one.devDependencies].flatMap(
      (name) => packageByName.get(name)?.folder ?? [],
    );
    // Vite builds the dashboard from the sources of what it uses.
    if (one.folder !== 'apps/dashboard') expect([...one.references].sort()).toEqual([...declared].sort());
  });
});

// What would make a verdict depend on more than its arguments.
const impure: readonly (readonly [string, RegExp])[] = [
  ['a clock', /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(/],
  ['randomness', /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/],
  ['the environment', /\bprocess\.(env|argv|cwd|hrtime|stdout|stderr)\b/],
  ['the network', /\bfetch\(/],
  ['a timer', /\bset(Timeout|Interval|Immediate)\(/],
];

describe.each(
  packages.filter(({ layer }) => layer === 'pure' || layer === 'contract').map((one) => [one.folder, one] as const),
)('%s is pure', (_, one) => {
  const files = one.files.filter((file) => !isTest(file));

  test.each(impure)('without %s', (_what, pattern) => {
    const found = files.filter((file) => pattern.test(withoutComments(readFileSync(file, 'utf8'))));
    expect(found.map((file) => relative(root, file))).toEqual([]);
  });

  test('without Node modules that reach outside', () => {
    // zlib and crypto compute; buffers and url are data.
    const harmless = ['node:zlib', 'node:crypto', 'node:buffer', 'node:url'];
    const reasons: Readonly<Record<string, string>> = {
      'libs/cost/src/price-book/shipped.ts': 'node:module', // reads the price book that ships inside the package
      'libs/scoring/src/scorers/guarded-pattern.ts': 'node:vm', // the only way to stop a pattern that runs away
    };
    const found = files
      .flatMap(importsOf)
      .filter(({ specifier }) => builtin.has(specifier) && !harmless.includes(specifier))
      .filter(({ file, specifier }) => reasons[file] !== specifier);
    expect(found.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual([]);
  });
});

test('settings are read in one place of each program', () => {
  const readers = packages
    .flatMap((one) => one.files)
    .filter((file) => !isTest(file) && /\bprocess\.env\b/.test(withoutComments(readFileSync(file, 'utf8'))))
    .map((file) => relative(root, file))
    .sort();
  expect(readers).toEqual(
    [
      'apps/cli/src/main.ts',
      'apps/clickhouse-embedded/src/main.cts',
      'apps/demo/src/main.ts',
      'apps/server/src/main.ts',
    ].filter((file) => readers.includes(file)),
  );
});

test('what tests build with stands in folders named testing, which tests alone import', () => {
  const found = packages
    .flatMap((one) => one.files)
    .filter((file) => !isTest(file))
    .flatMap(importsOf)
    .filter(({ specifier }) => /\/testing(\/|\.js$|$)/.test(specifier));
  expect(found.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual([]);
});

test('SQL stands in queries files, recomputations and migrations only', () => {
  const sql = /\b(SELECT|INSERT INTO|DELETE FROM|UPDATE)\b[\s\S]{0,400}\b(FROM|VALUES|SET|WHERE)\b/;
  const found = packages
    .filter(({ folder }) => folder === 'apps/server')
    .flatMap((one) => one.files)
    .filter((file) => !isTest(file) && !/\.(queries|recompute)\.ts$/.test(file))
    .filter((file) => sql.test(withoutComments(readFileSync(file, 'utf8'))))
    .map((file) => relative(root, file));
  expect(found).toEqual([]);
});

test('the top level holds only the folders that were agreed', () => {
  const agreed = ['apps', 'docker', 'docs', 'libs', 'migrations', 'test'];
  const found = readdirSync(root).filter(
    (name) => !name.startsWith('.') && name !== 'node_modules' && statSync(join(root, name)).isDirectory(),
  );
  expect(found.filter((name) => !agreed.includes(name))).toEqual([]);
});
