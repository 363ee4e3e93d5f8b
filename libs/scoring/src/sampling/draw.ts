import { createHash } from 'node:crypto';

const DOMAIN = 'plimsoll.sampling.v1';

/**
 * The draw of a trace, uniform in [0, 1): the first 53 bits of SHA-256(domain, policy version, trace id) over 2^53.
 * One draw for all scorers of a policy version, so that smaller samples lie inside larger ones and stay comparable.
 */
export function draw(policyVersion: string, traceId: string): number {
  const digest = createHash('sha256').update(`${DOMAIN}\0${policyVersion}\0${traceId}`).digest();
  const high = digest.readUInt32BE(0);
  const low = digest.readUInt32BE(4) >>> 11;
  return (high * 2 ** 21 + low) / 2 ** 53;
}
