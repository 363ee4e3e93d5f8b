/** The simulated company: what it sells, to whom, and with which models. */

export interface Model {
  provider: string;
  request: string;
  response: string;
  /** Output tokens a second and time to the first token in milliseconds, medians. */
  tokensPerSecond: number;
  ttftMs: number;
}

export const models = {
  mini: {
    provider: 'openai',
    request: 'gpt-4o-mini',
    response: 'gpt-4o-mini-2024-07-18',
    tokensPerSecond: 95,
    ttftMs: 320,
  },
  large: { provider: 'openai', request: 'gpt-4o', response: 'gpt-4o-2024-08-06', tokensPerSecond: 75, ttftMs: 450 },
  sonnet: {
    provider: 'anthropic',
    request: 'claude-sonnet-4-5',
    response: 'claude-sonnet-4-5-20250929',
    tokensPerSecond: 65,
    ttftMs: 800,
  },
  flash: {
    provider: 'gcp.gemini',
    request: 'gemini-2.5-flash',
    response: 'gemini-2.5-flash',
    tokensPerSecond: 160,
    ttftMs: 280,
  },
  embedding: {
    provider: 'openai',
    request: 'text-embedding-3-small',
    response: 'text-embedding-3-small',
    tokensPerSecond: 0,
    ttftMs: 60,
  },
} as const satisfies Record<string, Model>;
export type ModelName = keyof typeof models;

export interface Feature {
  name: string;
  team: string;
  service: string;
  /** Share of all requests. */
  weight: number;
  model: ModelName;
  promptName: string;
  promptVersion: string;
  inputTokens: number;
  outputTokens: number;
  cachedShare: number;
  /** The JSON contract of the answer, or prose. */
  answers: 'json' | 'prose';
  shape: 'chat' | 'retrieval' | 'agent';
  outcome: string | null;
  /** Share of decided outcomes that succeed. */
  success: number;
}

export const features: readonly Feature[] = [
  {
    name: 'support-answer',
    team: 'care',
    service: 'storefront',
    weight: 0.36,
    model: 'mini',
    promptName: 'support-answer',
    promptVersion: 'v41',
    inputTokens: 1400,
    outputTokens: 170,
    cachedShare: 0.55,
    answers: 'json',
    shape: 'retrieval',
    outcome: 'ticket_resolved',
    success: 0.64,
  },
  {
    name: 'doc-summary',
    team: 'knowledge',
    service: 'back-office',
    weight: 0.18,
    model: 'large',
    promptName: 'doc-summary',
    promptVersion: 'v7',
    inputTokens: 2600,
    outputTokens: 240,
    cachedShare: 0.1,
    answers: 'prose',
    shape: 'chat',
    outcome: null,
    success: 0,
  },
  {
    name: 'sql-copilot',
    team: 'data',
    service: 'back-office',
    weight: 0.14,
    model: 'sonnet',
    promptName: 'sql-copilot',
    promptVersion: 'v12',
    inputTokens: 1900,
    outputTokens: 260,
    cachedShare: 0.4,
    answers: 'prose',
    shape: 'chat',
    outcome: 'query_accepted',
    success: 0.71,
  },
  {
    name: 'checkout-agent',
    team: 'growth',
    service: 'storefront',
    weight: 0.12,
    model: 'large',
    promptName: 'checkout-agent',
    promptVersion: 'v5',
    inputTokens: 1100,
    outputTokens: 120,
    cachedShare: 0.3,
    answers: 'prose',
    shape: 'agent',
    outcome: 'order_placed',
    success: 0.38,
  },
  {
    name: 'email-triage',
    team: 'care',
    service: 'back-office',
    weight: 0.12,
    model: 'flash',
    promptName: 'email-triage',
    promptVersion: 'v3',
    inputTokens: 700,
    outputTokens: 40,
    cachedShare: 0,
    answers: 'json',
    shape: 'chat',
    outcome: null,
    success: 0,
  },
  {
    name: 'code-review',
    team: 'platform',
    service: 'back-office',
    weight: 0.08,
    model: 'sonnet',
    promptName: 'code-review',
    promptVersion: 'v9',
    inputTokens: 5200,
    outputTokens: 420,
    cachedShare: 0.2,
    answers: 'prose',
    shape: 'chat',
    outcome: 'review_applied',
    success: 0.55,
  },
];

export const customers: readonly string[] = [
  'globex',
  'initech',
  'umbra',
  'acme',
  'hooli',
  'stark-freight',
  'wayne-port',
  'tyrell',
  'cyberdyne',
  'soylent',
  'vandelay',
  'wonka',
  'duff',
  'oceanic',
  'massive',
  'aperture',
  'blue-sun',
  'weyland',
  'monarch',
  'gringotts',
];

const customerWeights = Object.fromEntries(customers.map((name, index) => [name, 1 / (index + 2)]));
export const weightOfCustomers: Readonly<Record<string, number>> = customerWeights;

export const promptFault = { feature: 'support-answer', good: 'v41', bad: 'v42' } as const;
