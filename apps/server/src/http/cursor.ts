import { PlimsollError } from '@plimsoll/contract';
import type { z } from 'zod';

/** Opaque cursor: the sort key of the last row of a page. */
export function encodeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws PlimsollError `invalid_input` when the text is no cursor of this list. */
export function decodeCursor<T extends z.ZodType>(text: string, schema: T): z.output<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new PlimsollError('invalid_input', 'cursor: not a cursor of this list', { field: 'cursor', cause });
  }
}
