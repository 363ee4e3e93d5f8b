import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function filesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return ['dist', 'node_modules'].includes(name) ? [] : filesOf(path, ending);
    return ending.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
}

/** What a person may come to read: pages whole, code without its comments and the `cause` of errors. */
function shown(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.md')) return text.replaceAll(/never (?:called )?a cause|never the word cause/gi, '');
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|[^:])\/\/.*$/gm, '$1')
    .replaceAll(/\bcause\b(?=\s*[:,)}?.;]|\s+instanceof| =)|\{ cause\b|\.cause\b/g, '');
}

const places: readonly (readonly [folder: string, ending: RegExp])[] = [
  ['apps/dashboard/src', /\.tsx?$/],
  ['apps/server/src/incidents', /\.ts$/],
  ['libs/incidents/src', /\.ts$/],
  ['libs/notify/src', /\.ts$/],
  ['docs', /\.md$/],
];

// A suspect is what changed before; whether it was to blame, a person says.
test.each(places)('%s speaks of suspects and never of causes', (folder, ending) => {
  const found = filesOf(join(root, folder), ending).flatMap((path) => {
    const words = shown(path).match(/[^\n]*\b(?:root[- ]causes?|causes?|caused)\b[^\n]*/gi) ?? [];
    return words.map((line) => `${relative(root, path)}: ${line.trim()}`);
  });
  expect(found).toEqual([]);
});
