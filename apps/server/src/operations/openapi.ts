import { type Route, routes } from '@plimsoll/contract';
import { z } from 'zod';
import { version } from '../version.js';

type Json = Record<string, unknown>;

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return rest;
}

function propertiesOf(schema: z.ZodType): readonly [name: string, schema: unknown, required: boolean][] {
  const { properties, required } = jsonSchema(schema, 'input');
  const needed = Array.isArray(required) ? required : [];
  return Object.entries((properties ?? {}) as Json).map(([name, one]) => [name, one, needed.includes(name)]);
}

function parametersOf(route: Route): Json[] {
  const path = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = route.query === undefined ? [] : propertiesOf(route.query);
  return [...path, ...query.map(([name, schema, required]) => ({ name, in: 'query', required, schema }))];
}

function responsesOf(route: Route): Json {
  const problem = {
    description: 'RFC 9457 problem details',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  if (route.produces !== undefined) {
    const content = { [route.produces]: { schema: { type: 'string' } } };
    return { '200': { description: 'OK', content }, default: problem };
  }
  if (route.response === undefined) return { '204': { description: 'Done' }, default: problem };
  const content = { 'application/json': { schema: jsonSchema(route.response, 'output') } };
  return { '200': { description: 'OK', content }, default: problem };
}

function operationOf(route: Route): Json {
  return {
    summary: route.summary,
    tags: [route.tag],
    parameters: parametersOf(route),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } },
        }),
    responses: responsesOf(route),
    security: route.scope === 'public' ? [] : [{ apiKey: [] }, { session: [] }],
    ...(route.scope === 'public' ? {} : { 'x-plimsoll-scope': route.scope }),
  };
}

/** The OpenAPI 3.1 document, made from the contract's route table. */
export function openApiDocument(problem: z.ZodType): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plimsoll',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Observability and quality objectives for LLM systems. A key belongs to one project; with a session the header `x-plimsoll-project` names it.',
    },
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: jsonSchema(problem, 'output') },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `plk_<prefix>_<secret>`' },
        session: { type: 'apiKey', in: 'cookie', name: 'plimsoll_session' },
      },
    },
  };
}
