import type { EvalCommand } from './eval-command.js';
import { printJson, readStandardInput } from './input.js';

export const suspects: EvalCommand = {
  name: 'suspects',
  summary: 'which change an incident is likely due to (JSON on standard input)',
  example: `echo '{"onset": "2026-11-20T12:00:00Z", "end": "2026-11-20T13:00:00Z",
       "cells": [{"period": "baseline", "attributes": {"promptVersion": "v7"}, "n": 1600, "bad": 64},
                 {"period": "incident", "attributes": {"promptVersion": "v8"}, "n": 400, "bad": 120}],
       "changes": [{"id": "A", "kind": "prompt", "at": "2026-11-20T11:58:00Z", "attribute": "promptVersion", "from": "v7", "to": "v8"}]}' \\
  | npx plimsoll eval suspects`,
  configure: (command) => {
    command.action(async () => {
      const { evaluateSuspects } = await import('@plimsoll/incidents');
      printJson(evaluateSuspects(readStandardInput()));
    });
  },
  schemas: async () => {
    const { suspectsInput, suspectsOutput } = await import('@plimsoll/contract');
    return { input: suspectsInput, output: suspectsOutput };
  },
};
