import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a receiver lets the timestamp be off, seconds. */
export const signatureToleranceSeconds = 300;

/**
 * Value of `webhook-signature` (Standard Webhooks 1.0.0): `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`,
 * once a secret, separated by spaces while secrets are rotated.
 * A secret is base64, with or without the prefix `whsec_`.
 */
export function signWebhook(secrets: readonly string[], id: string, timestampSeconds: number, body: string): string {
  return secrets.map((secret) => `v1,${digest(secret, id, timestampSeconds, body).toString('base64')}`).join(' ');
}

/** Whether one of the signatures is of one of the secrets and the timestamp is within five minutes of `nowSeconds`. */
export function verifyWebhook(
  secrets: readonly string[],
  headers: { readonly id: string; readonly timestamp: string; readonly signature: string },
  body: string,
  nowSeconds: number,
): boolean {
  const timestamp = Number(headers.timestamp);
  if (!Number.isInteger(timestamp) || Math.abs(nowSeconds - timestamp) > signatureToleranceSeconds) return false;
  const given = headers.signature.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []));
  return secrets.some((secret) => {
    const expected = digest(secret, headers.id, timestamp, body);
    return given.some((text) => {
      const bytes = Buffer.from(text, 'base64');
      return bytes.length === expected.length && timingSafeEqual(bytes, expected);
    });
  });
}

function digest(secret: string, id: string, timestampSeconds: number, body: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest();
}
