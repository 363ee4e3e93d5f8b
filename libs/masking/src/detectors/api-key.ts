import type { Detector } from '../detector.js';

const shapes = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse and others of the same form.
  'sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,200}',
  'pk-lf-[a-z0-9-]{20,60}',
  // Groq, xAI, Perplexity, NVIDIA, Replicate, Hugging Face, LangSmith.
  'gsk_[A-Za-z0-9]{30,100}',
  'xai-[A-Za-z0-9]{40,120}',
  'pplx-[A-Za-z0-9]{30,100}',
  'nvapi-[A-Za-z0-9_-]{40,120}',
  'r8_[A-Za-z0-9]{30,60}',
  'hf_[A-Za-z0-9]{30,64}',
  'lsv2_(?:pt|sk)_[A-Za-z0-9_]{32,100}',
  // Google, AWS.
  'AIza[0-9A-Za-z_-]{35}',
  String.raw`ya29\.[0-9A-Za-z_-]{20,500}`,
  '(?:AKIA|ASIA)[0-9A-Z]{16}',
  // GitHub, GitLab, npm.
  'gh[pousr]_[A-Za-z0-9]{36,255}',
  'github_pat_[A-Za-z0-9_]{22,255}',
  'glpat-[A-Za-z0-9_-]{20,64}',
  'npm_[A-Za-z0-9]{36}',
  // Slack, Stripe, SendGrid.
  'xox[abeprs]-[A-Za-z0-9-]{10,250}',
  'xapp-[A-Za-z0-9-]{20,250}',
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}',
  String.raw`SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}`,
  // Our own.
  'plk_[A-Za-z0-9]{4,32}_[A-Za-z0-9]{16,128}',
];

/** Keys with a known shape. */
export const apiKey: Detector = {
  id: 'api_key',
  title: 'API keys of known providers',
  pattern: new RegExp(String.raw`\b(?:${shapes.join('|')})`, 'g'),
};
