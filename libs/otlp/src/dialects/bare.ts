import type { Dialect } from './dialect.js';
import { input, output, raw, systemInRequest, text } from './source.js';

/** Keys without a namespace, as hand-written spans carry them: the last resort. */
export const bare: Dialect = {
  id: 'bare',
  title: 'Bare keys',
  scopes: [],
  keys: [
    'input',
    'output',
    'model',
    'prompt',
    'completion',
    'events',
    'feature',
    'customer',
    'team',
    'user_id',
    'session_id',
    'input_tokens',
    'prompt_tokens',
    'output_tokens',
    'completion_tokens',
  ],
  sources: {
    requestModel: text('model'),
    usageInput: raw('input_tokens', 'prompt_tokens'),
    usageOutput: raw('output_tokens', 'completion_tokens'),
    userId: text('user_id'),
    sessionId: text('session_id'),
    feature: text('feature'),
    customer: text('customer'),
    team: text('team'),
    input: input('input', 'prompt'),
    system: systemInRequest('input'),
    output: output('output', 'completion'),
  },
};
