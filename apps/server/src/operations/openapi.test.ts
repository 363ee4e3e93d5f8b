import { problem, routes } from '@plimsoll/contract';
import { expect, test } from 'vitest';
import { openApiDocument } from './openapi.js';

const document = openApiDocument(problem) as {
  openapi: string;
  paths: Record<
    string,
    Record<string, { parameters: { name: string; in: string }[]; responses: Record<string, unknown> }>
  >;
};

test('every route of the contract is in the document', () => {
  expect(document.openapi).toBe('3.1.0');
  for (const route of routes) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    expect(operation, `${route.method} ${route.path}`).toBeDefined();
    const inPath = operation?.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(operation?.responses['default']).toBeDefined();
  }
});

test('the document is plain JSON without references to nowhere', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
  expect(references.filter((reference) => reference !== '#/components/schemas/Problem')).toEqual([]);
});
