import { expect, test } from 'vitest';
import { z } from 'zod';
import { firstIssue } from './first-issue.js';
import { oneOrMany } from './http.js';

const event = z.strictObject({ name: z.string(), at: z.object({ minute: z.number() }) });

const issueOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('parsed');
  const { path, message } = firstIssue(parsed.error);
  return [path.map(String).join('.'), message];
};

test.each([
  ['the field of a plain object', event, { at: { minute: 1 } }, 'name', /expected string/],
  ['the field of one event where many would do', oneOrMany(event), { name: 'a', at: {} }, 'at.minute', /number/],
  ['the field of an event among many', oneOrMany(event), [{ name: 'a', at: { minute: '1' } }], '0.at.minute', /number/],
  ['no field where no shape is near', oneOrMany(event), 'text', '', /expected object.*, or .*expected array/],
  [
    'a field within a union within an object',
    z.object({ body: oneOrMany(event) }),
    { body: [{}] },
    'body.0.name',
    /str/,
  ],
  ['what is closest, not what stands first', z.union([z.number(), event]), { name: 1 }, 'name', /expected string/],
])('names %s', (_, schema, value, path, message) => {
  expect(issueOf(schema, value)).toEqual([path, expect.stringMatching(message)]);
});
