import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { readSettings } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { AccessGuard } from './access.guard.js';
import { keyOfHeaders, type Headers } from './credentials.js';
import type { KeyVerifier } from './key-verifier.js';
import type { SessionService } from './session.service.js';

interface Asked {
  readonly url: string;
  readonly headers?: Headers;
  readonly query?: Record<string, string>;
}

/** The key by which a request would be judged, and for which scope. */
async function judged({
  url,
  headers = {},
  query = {},
}: Asked): Promise<{ key: string | null; needed: string } | null> {
  let seen: { key: string | null; needed: string } | null = null;
  const keys = {
    verify: (given: Headers, needed: string) => {
      seen = { key: keyOfHeaders(given), needed };
      return Promise.resolve({});
    },
  } as unknown as KeyVerifier;
  const request = { method: 'POST', routeOptions: { url }, headers, query };
  const context = { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  await new AccessGuard(keys, {} as SessionService, readSettings({})).canActivate(context);
  return seen;
}

describe('the key of a hook', () => {
  const hook = '/api/v1/hooks/github';

  it.each<[string, Asked, string | null]>([
    ['stands in its address', { url: hook, query: { key: 'plk_a' } }, 'plk_a'],
    ['is the secret token of GitLab', { url: hook, headers: { 'x-gitlab-token': 'plk_b' } }, 'plk_b'],
    ['is first that of a header', { url: hook, headers: { authorization: 'Bearer c' }, query: { key: 'plk_a' } }, 'c'],
    ['may be missing', { url: hook }, null],
    ['counts in no other address', { url: '/api/v1/changes', query: { key: 'plk_a' } }, null],
    ['is no token elsewhere', { url: '/api/v1/changes', headers: { 'x-gitlab-token': 'plk_b' } }, null],
  ])('%s', async (_name, asked, key) => {
    expect(await judged(asked)).toEqual({ key, needed: 'ingest' });
  });
});
