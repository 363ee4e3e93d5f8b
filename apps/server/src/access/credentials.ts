import { createHash, randomBytes } from 'node:crypto';
import { PlimsollError, type Scope } from '@plimsoll/contract';

const keyPattern = /^plk_([a-z0-9]{4,16})_[A-Za-z0-9_-]{16,}$/;

/** What is stored in place of a secret. Secrets are long and random, so a fast hash is as good as a slow one. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A new API key, `plk_<prefix>_<secret>`. */
export function makeApiKey(): string {
  return `plk_${randomBytes(4).toString('hex')}_${randomBytes(24).toString('base64url')}`;
}

export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The part of a key that may be shown; a key of a foreign form (set by an operator) shows no more than four letters. */
export function shownPrefix(key: string): string {
  const match = keyPattern.exec(key);
  return match === null ? `${key.slice(0, 4)}...` : `plk_${match[1]}`;
}

const implied: Readonly<Record<Scope, readonly Scope[]>> = {
  ingest: ['ingest'],
  read: ['read'],
  write: ['write', 'read'],
  admin: ['admin', 'write', 'read'],
};

/** True when one of the granted scopes is or implies the needed one. */
export function allows(granted: readonly Scope[], needed: Scope): boolean {
  return granted.some((scope) => implied[scope].includes(needed));
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function passwordOfBasic(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const [user, password] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  // Some clients send "public:secret", others put the one key they have into the user name.
  return password === '' ? user : password;
}

/**
 * The API key of a request: `Authorization: Bearer`, `Authorization: Basic` (the password) or `x-api-key`.
 * @returns null when no header carries one.
 * @throws PlimsollError `unauthenticated` for an Authorization header of another scheme.
 */
export function keyOfHeaders(headers: Headers): string | null {
  const apiKey = single(headers['x-api-key'])?.trim();
  if (apiKey !== undefined && apiKey !== '') return apiKey;
  const authorization = single(headers['authorization'])?.trim();
  if (authorization === undefined || authorization === '') return null;
  // OTEL_EXPORTER_OTLP_HEADERS is percent-encoded, and some exporters forget to decode it.
  const [scheme = '', value = ''] = authorization.replace('%20', ' ').split(/\s+/, 2);
  if (value !== '' && scheme.toLowerCase() === 'bearer') return value;
  if (value !== '' && scheme.toLowerCase() === 'basic') return passwordOfBasic(value);
  throw new PlimsollError('unauthenticated', 'header authorization: must be "Bearer <API key>"', {
    field: 'header authorization',
  });
}
