import type { Detector } from '../detector.js';

/** Keys with a known shape: OpenAI, Anthropic, Google, AWS, GitHub, GitLab, Slack, Stripe, Hugging Face and our own. */
export const apiKey: Detector = {
  id: 'api_key',
  title: 'API keys of known providers',
  pattern:
    /\b(?:sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,200}|AIza[0-9A-Za-z_-]{35}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,64}|xox[abeprs]-[A-Za-z0-9-]{10,250}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}|hf_[A-Za-z0-9]{30,64}|plk_[A-Za-z0-9]{4,32}_[A-Za-z0-9]{16,128})/g,
};
