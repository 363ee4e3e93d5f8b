import { createHmac } from 'node:crypto';
import { type Masked, type MaskingPolicy, replaceAll } from './masker.js';

/** 40 bits: among a million pseudonyms of a project, two are the same with probability 0.4. */
const digits = 10;
/** Names repeat: attribute keys, models, features. Longer ones hardly do. */
const longestKept = 200;
const mostKept = 10_000;

/** Answers by policy object; a policy that is read anew begins afresh. */
const known = new WeakMap<MaskingPolicy, Map<string, Masked>>();

/**
 * Masks what figures are grouped by and things are found by: users, sessions, features, models, attribute keys. A finding
 * becomes `[email:9f86d08188]`, the same for the same finding (HMAC-SHA-256 under the project's key), so that groups stay
 * apart and joins hold while nobody can tell whose they are. Names are never dropped with the content.
 */
export function maskName(name: string, policy: MaskingPolicy): Masked {
  if (name === '') return { text: '', counts: {} };
  let names = known.get(policy);
  if (names === undefined) known.set(policy, (names = new Map()));
  const before = names.get(name);
  if (before !== undefined) return before;
  const masked = replaceAll(name, policy, (finding, id) => `[${id}:${pseudonym(finding, policy)}]`);
  if (name.length <= longestKept) {
    if (names.size >= mostKept) names.clear();
    names.set(name, masked);
  }
  return masked;
}

function pseudonym(finding: string, policy: MaskingPolicy): string {
  return createHmac('sha256', policy.nameKey).update(finding).digest('hex').slice(0, digits);
}
