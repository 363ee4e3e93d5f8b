import type { ObjectiveWrite } from '@plimsoll/contract';

interface ObjectiveTemplate {
  id: string;
  title: string;
  explanation: string;
  definition: ObjectiveWrite;
}

const defaults = {
  description: '',
  filter: {},
  groupBy: [],
  unit: 'call',
  window: '28d',
  policy: 'google',
  stretch: true,
  volumeAware: false,
  alerting: true,
} as const;

/** The three objectives that most products need first. */
export const objectiveTemplates: readonly ObjectiveTemplate[] = [
  {
    id: 'latency',
    title: 'Fast answers',
    explanation: 'The first token comes within a second for 99 % of calls.',
    definition: {
      ...defaults,
      filter: {},
      groupBy: [],
      slug: 'first-token-latency',
      name: 'First token within 1 s',
      indicator: { kind: 'latency', measure: 'ttft', thresholdMs: 1000 },
      target: '0.99',
    },
  },
  {
    id: 'error',
    title: 'Few errors',
    explanation: '99.5 % of calls end without an error.',
    definition: {
      ...defaults,
      filter: {},
      groupBy: [],
      slug: 'calls-without-error',
      name: 'Calls without an error',
      indicator: { kind: 'error' },
      target: '0.995',
    },
  },
  {
    id: 'quality',
    title: 'Good answers',
    explanation: '95 % of scored answers are no refusal. Pick another scorer in the next step.',
    definition: {
      ...defaults,
      filter: {},
      groupBy: [],
      slug: 'answers-without-refusal',
      name: 'Answers without a refusal',
      indicator: { kind: 'quality', scorer: 'refusal', measure: 'ratio' },
      target: '0.95',
    },
  },
];
