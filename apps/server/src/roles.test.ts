import 'reflect-metadata';
import { type DynamicModule, type ForwardReference, RequestMethod, type Type } from '@nestjs/common';
import { readSettings, routes } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { rootModule } from './roles.js';

type ModuleLike = Type | DynamicModule | ForwardReference | Promise<DynamicModule>;

const settings = readSettings({ CLICKHOUSE_URL: 'http://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/none' });
const backend = { connection: {} } as Parameters<typeof rootModule>[2];

/** Every controller class reachable from a module, without starting anything. */
function controllersOf(module: ModuleLike, seen = new Set<unknown>()): Type[] {
  if (seen.has(module) || module instanceof Promise || 'forwardRef' in module) return [];
  seen.add(module);
  const dynamic = 'module' in module ? module : undefined;
  const type: Type = dynamic === undefined ? (module as Type) : dynamic.module;
  const declared = (Reflect.getMetadata('controllers', type) ?? []) as Type[];
  const imported = (Reflect.getMetadata('imports', type) ?? []) as ModuleLike[];
  const nested = [...imported, ...((dynamic?.imports ?? []) as ModuleLike[])];
  return [...declared, ...(dynamic?.controllers ?? []), ...nested.flatMap((each) => controllersOf(each, seen))];
}

/** `GET /api/v1/incidents/{id}` for every handler of a controller. */
function routesOf(controller: Type): string[] {
  const prefix = String(Reflect.getMetadata('path', controller) ?? '');
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const method = typeof handler === 'function' ? Reflect.getMetadata('method', handler) : undefined;
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata('path', handler as object) as string | string[]].flat();
    return paths.map((path) => {
      const whole = `/${prefix}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
      return `${RequestMethod[method as number]} ${whole.replace(/:(\w+)/g, '{$1}')}`;
    });
  });
}

describe('the HTTP API', () => {
  const served = [...new Set(controllersOf(rootModule('api', settings, backend)))].flatMap(routesOf);
  const documented = routes.map((route) => `${route.method} ${route.path}`);
  // Telemetry and the API's own description are no part of the described API.
  const apart = /^\w+ \/(v1|api\/docs|api\/openapi|api\/public)/;

  it('serves every route of the contract', () => {
    expect(documented.filter((route) => !served.includes(route))).toEqual([]);
  });

  it('serves nothing that the contract does not say', () => {
    expect(served.filter((route) => !documented.includes(route) && !apart.test(route))).toEqual([]);
  });

  it('serves every route once', () => {
    expect(served.filter((route, index) => served.indexOf(route) !== index)).toEqual([]);
  });
});
