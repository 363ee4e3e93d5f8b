import { Ajv, type ValidateFunction } from 'ajv';
import { z } from 'zod';
import { binary, defineScorer, type SubjectTool, type SubjectToolCall } from '../scorer.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compile(ajv: Ajv, parameters: unknown): ValidateFunction | null {
  if (!isObject(parameters)) return null;
  try {
    return ajv.compile(parameters);
  } catch {
    // A schema that the client sent broken cannot be held against the model's call.
    return null;
  }
}

function problemOf(call: SubjectToolCall, tools: readonly SubjectTool[], ajv: Ajv): string | null {
  const tool = tools.find(({ name }) => name === call.name);
  if (tools.length > 0 && tool === undefined) return `unknown tool ${call.name}`;
  if (typeof call.arguments === 'string' && call.arguments.trim() !== '')
    return `arguments of ${call.name} are not JSON`;
  const validate = compile(ajv, tool?.parameters);
  if (validate === null || validate(isObject(call.arguments) ? call.arguments : {})) return null;
  const [first] = validate.errors ?? [];
  return `${call.name}${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`;
}

/** Whether every tool call names an offered tool and its arguments fit that tool's schema. */
export const toolCallValid = defineScorer({
  id: 'tool_call_valid',
  title: 'Valid tool calls',
  description: 'Every tool call names a tool that was offered, with JSON arguments that fit its schema.',
  output: 'binary',
  better: 'higher',
  settings: z.strictObject({}),
  example: {},
  prepare: () => (subject) => {
    if (subject.toolCalls.length === 0) return null;
    const ajv = new Ajv({ strict: false });
    const problem = subject.toolCalls
      .map((call) => problemOf(call, subject.tools, ajv))
      .find((found) => found !== null);
    return binary(problem === undefined, problem ?? null);
  },
});
