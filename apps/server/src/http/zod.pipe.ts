import { Body, type PipeTransform, Query } from '@nestjs/common';
import { invalidInput } from '@plimsoll/contract';
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
    throw invalidInput(parsed.error, this.part);
  }
}

/** `@ZodBody(schema) body: z.output<typeof schema>` */
export const ZodBody = (schema: z.ZodType): ParameterDecorator => Body(new ZodPipe(schema, 'body'));

/** `@ZodQuery(schema) query: z.output<typeof schema>` */
export const ZodQuery = (schema: z.ZodType): ParameterDecorator => Query(new ZodPipe(schema, 'query'));
