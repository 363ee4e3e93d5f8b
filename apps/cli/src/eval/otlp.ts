import { PlimsollError } from '@plimsoll/contract';
import type { EvalCommand } from './eval-command.js';
import { printJson, readBytes } from './input.js';

const signals = ['traces', 'logs', 'metrics'] as const;
type Signal = (typeof signals)[number];

interface SignalFile {
  readonly signal: Signal;
  readonly path: string;
}

function isSignal(text: string): text is Signal {
  return (signals as readonly string[]).includes(text);
}

function parseArgument(argument: string): SignalFile {
  const colon = argument.indexOf(':');
  const signal = argument.slice(0, Math.max(colon, 0));
  const path = argument.slice(colon + 1);
  if (!isSignal(signal) || path === '') {
    throw new PlimsollError(
      'invalid_input',
      `${argument}: must be SIGNAL:FILE with SIGNAL one of ${signals.join(', ')}`,
      {
        field: 'SIGNAL:FILE',
      },
    );
  }
  return { signal, path };
}

export const otlp: EvalCommand = {
  name: 'otlp',
  summary: 'what the platform reads in raw OTLP request bodies (protobuf or JSON, gzip or not)',
  example: 'npx plimsoll eval otlp traces:test/fixtures/otlp/genkit/chat-basic/traces-1.bin',
  configure: (command) => {
    command.argument('<SIGNAL:FILE...>', 'request bodies of one scenario').action(async (args: string[]) => {
      const files = args.map(parseArgument).map(({ signal, path }) => ({ signal, bytes: readBytes(path) }));
      const { evaluateOtlp } = await import('@plimsoll/otlp');
      printJson(evaluateOtlp(files));
    });
  },
  schemas: async () => {
    const { evalOtlpInput, evalOtlpResult } = await import('@plimsoll/otlp');
    return { input: evalOtlpInput, output: evalOtlpResult };
  },
};
