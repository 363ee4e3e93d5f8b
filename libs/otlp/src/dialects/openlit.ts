import type { Dialect } from './dialect.js';
import { raw, ttft } from './source.js';

/** OpenLIT: OTel names, with a cost and a time to first token of its own. */
export const openlit: Dialect = {
  id: 'openlit',
  title: 'OpenLIT',
  scopes: ['@openlit/instrumentation-*', 'openlit'],
  keys: [
    'openlit.*',
    'gen_ai.usage.cost',
    'gen_ai.server.time_to_first_token',
    'gen_ai.sdk.version',
    'gen_ai.tool.args',
    'gen_ai.hub.*',
  ],
  sources: {
    cost: raw('gen_ai.usage.cost'),
    // Measured from the first byte of the answer, about 1 ms: what the client defines, not what a user waits for.
    ttft: [ttft('gen_ai.server.time_to_first_token', 's')],
  },
};
