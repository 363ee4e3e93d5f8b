import { Ajv } from 'ajv';
import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';
import { readJson } from './json-text.js';

/** Whether the answer is JSON that fits a JSON Schema (draft-07). */
export const jsonSchema = defineScorer({
  id: 'json_schema',
  title: 'Fits a JSON Schema',
  description: 'The answer is valid JSON and fits the given JSON Schema.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({
    schema: z.record(z.string(), z.unknown()).superRefine((schema, context) => {
      try {
        new Ajv({ strict: false }).compile(schema);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is no JSON Schema' });
      }
    }),
  }),
  example: { schema: { type: 'object', required: ['answer'], properties: { answer: { type: 'string' } } } },
  prepare: (settings) => {
    const validate = new Ajv({ strict: false, allErrors: false }).compile(settings.schema);
    return (subject) => {
      const reading = readJson(subject.output);
      if (reading.kind !== 'valid') return binary(false, `not JSON: ${reading.problem}`);
      if (validate(reading.value)) return binary(true);
      const [first] = validate.errors ?? [];
      return binary(false, `${first?.instancePath || 'the value'} ${first?.message ?? 'does not fit'}`);
    };
  },
});
