import { readFileSync } from 'node:fs';
import { changeCreate, githubHookBody, gitlabHookBody } from '@plimsoll/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changeOfGithub, changeOfGitlab } from './deploy-hooks.js';

const hookCase = z.object({
  name: z.string(),
  sender: z.enum(['github', 'gitlab']),
  event: z.string(),
  query: z.object({ feature: z.string().optional(), environment: z.string().optional() }),
  body: z.unknown(),
  expected: z.unknown(),
});
const file = new URL('../../../../test/cases/incidents/deploy-hooks.json', import.meta.url);
const cases = z.array(hookCase).parse(JSON.parse(readFileSync(file, 'utf8')));

describe('deploy hooks', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { sender, event, query, body, expected }) => {
    const change =
      sender === 'github'
        ? changeOfGithub(event, githubHookBody.parse(body), query)
        : changeOfGitlab(gitlabHookBody.parse(body), query);
    expect(change).toEqual(expected);
    if (change !== null) expect(changeCreate.safeParse(change).success).toBe(true);
  });

  it('refuses nothing that a sender adds or leaves out', () => {
    expect(changeOfGithub('ping', githubHookBody.parse({ zen: 'Design for failure.', hook_id: 1 }), {})).toBeNull();
    expect(changeOfGitlab(gitlabHookBody.parse({ object_kind: 'push', future: [1] }), {})).toBeNull();
  });
});
