import { z } from 'zod';
import { binary, defineScorer } from '../scorer.js';

/** Whether the same tool call with the same arguments comes back again and again. */
export const toolLoop = defineScorer({
  id: 'tool_loop',
  title: 'Tool loop',
  description: 'One answer repeats the same tool call with the same arguments `minRepeats` times or more.',
  output: 'binary',
  better: 'lower',
  settings: z.strictObject({ minRepeats: z.int().min(2).max(100).default(3) }),
  example: {},
  prepare: (settings) => (subject) => {
    if (subject.toolCalls.length === 0) return null;
    const counts = new Map<string, number>();
    for (const call of subject.toolCalls) {
      const key = `${call.name} ${JSON.stringify(call.arguments)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const [call, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
    return binary(count >= settings.minRepeats, count >= settings.minRepeats ? `${count} times ${call}` : null);
  },
});
