import type { EvalCommand } from './eval-command.js';
import { printJson, readText } from './input.js';

interface GpuOptions {
  readonly dcgm: string;
  readonly engine?: string;
  readonly previousDcgm: string[];
  readonly previousEngine: string[];
}

export const gpu: EvalCommand = {
  name: 'gpu',
  summary: 'what holds each GPU back, from DCGM and engine exposition pages',
  example:
    'npx plimsoll eval gpu --dcgm test/fixtures/exposition/dcgm_exporter_4.8_k8s.prom --engine test/fixtures/exposition/vllm_v1.prom',
  configure: (command) => {
    command
      .requiredOption('--dcgm <FILE>', 'exposition page of the DCGM exporter')
      .option('--engine <FILE>', 'exposition page of the serving engine')
      .option('--previous-dcgm <FILE...>', 'earlier pages, oldest first', [])
      .option('--previous-engine <FILE...>', 'earlier pages of the engine, oldest first', [])
      .action(async ({ dcgm, engine, previousDcgm, previousEngine }: GpuOptions) => {
        const { evaluateGpu } = await import('@plimsoll/gpu');
        printJson(
          evaluateGpu({
            dcgm: readText(dcgm),
            previousDcgm: previousDcgm.map(readText),
            previousEngine: previousEngine.map(readText),
            ...(engine === undefined ? {} : { engine: readText(engine) }),
          }),
        );
      });
  },
  schemas: async () => {
    const { gpuEvalInput, gpuEvalOutput } = await import('@plimsoll/gpu');
    return { input: gpuEvalInput, output: gpuEvalOutput };
  },
};

export const exposition: EvalCommand = {
  name: 'exposition',
  summary: 'the samples of a Prometheus exposition page',
  example: 'npx plimsoll eval exposition test/fixtures/exposition/vllm_v1.prom',
  configure: (command) => {
    command.argument('<FILE>', 'exposition page').action(async (path: string) => {
      const { evaluateExposition } = await import('@plimsoll/gpu');
      printJson(evaluateExposition(readText(path)));
    });
  },
  // A page of text in, whatever series it holds out.
  schemas: async () => ({}),
};
