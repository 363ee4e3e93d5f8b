import { Body, type PipeTransform, Query } from '@nestjs/common';
import { PlimsollError } from '@plimsoll/contract';
import type { z } from 'zod';

/** Parses one part of a request with its schema; the error names the first field at fault and the reason. */
export class ZodPipe<T extends z.ZodType> implements PipeTransform<unknown, z.output<T>> {
  constructor(
    private readonly schema: T,
    private readonly part: string,
  ) {}

  transform(value: unknown): z.output<T> {
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String).join('.') ?? '';
    const field = path === '' ? this.part : path;
    throw new PlimsollError('invalid_input', `${field}: ${issue?.message ?? 'not valid'}`, { field });
  }
}

/** `@ZodBody(schema) body: z.output<typeof schema>` */
export const ZodBody = (schema: z.ZodType): ParameterDecorator => Body(new ZodPipe(schema, 'body'));

/** `@ZodQuery(schema) query: z.output<typeof schema>` */
export const ZodQuery = (schema: z.ZodType): ParameterDecorator => Query(new ZodPipe(schema, 'query'));
