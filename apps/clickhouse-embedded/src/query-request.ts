import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ClickHouseFailure, failureCode } from './failure.js';

/** The parts of a request that are not its body. */
export interface QueryRequest {
  readonly queryId: string;
  /** From the URL; the body then is data or the rest of the query. */
  readonly query: string;
  readonly database: string | undefined;
  readonly defaultFormat: string | undefined;
  readonly settings: Map<string, string>;
  readonly params: Map<string, string>;
  readonly compressResponse: boolean;
}

/** URL parameters of ClickHouse's HTTP interface that are not settings, and those that have no meaning here. */
const notSettings = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'role',
  'stacktrace',
  'session_id',
  'session_timeout',
  'session_check',
  'client_protocol_version',
  'buffer_size',
  'wait_end_of_query',
  'enable_http_compression',
  'compress',
  'decompress',
]);

export function readQueryRequest(request: IncomingMessage, url: URL): QueryRequest {
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
    else if (!notSettings.has(name)) settings.set(name, value);
  }
  for (const name of ['compress', 'decompress', 'session_id']) {
    if ((url.searchParams.get(name) ?? '0') === '0') continue;
    const message = `${name} is not supported by embedded ClickHouse; use Content-Encoding: gzip and self-contained queries`;
    throw new ClickHouseFailure(failureCode.notImplemented, message);
  }
  const accepted = header(request, 'accept-encoding') ?? '';
  return {
    queryId: url.searchParams.get('query_id') || randomUUID(),
    query: url.searchParams.get('query') ?? '',
    database: url.searchParams.get('database') || header(request, 'x-clickhouse-database'),
    defaultFormat: header(request, 'x-clickhouse-format') ?? url.searchParams.get('default_format') ?? undefined,
    settings,
    params,
    compressResponse: url.searchParams.get('enable_http_compression') === '1' && /\bgzip\b/.test(accepted),
  };
}

/** Basic auth, the X-ClickHouse headers or URL parameters, in ClickHouse's own order of preference. */
export function authenticate(request: IncomingMessage, url: URL, password: string): void {
  const given = credentials(request, url);
  if (!given)
    throw new ClickHouseFailure(failureCode.requiredPassword, 'default: Authentication failed: no password given');
  if (given.user !== 'default' || !sameSecret(given.password, password)) {
    const message = `${given.user}: Authentication failed: password is incorrect, or there is no user with such name`;
    throw new ClickHouseFailure(failureCode.authenticationFailed, message);
  }
}

function credentials(request: IncomingMessage, url: URL): { user: string; password: string } | undefined {
  const key = header(request, 'x-clickhouse-key');
  if (key !== undefined) return { user: header(request, 'x-clickhouse-user') ?? 'default', password: key };
  const basic = /^Basic (.+)$/i.exec(header(request, 'authorization') ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { user, password: rest.join(':') };
  }
  const password = url.searchParams.get('password');
  return password === null ? undefined : { user: url.searchParams.get('user') ?? 'default', password };
}

function sameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Fields of a multipart form: the official client sends long parameters that way, with the query as a field. */
export async function readForm(request: IncomingMessage, body: Buffer): Promise<Map<string, string>> {
  const type = header(request, 'content-type') ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const fields = new Map<string, string>();
  for (const [name, value] of form.entries()) {
    if (typeof value !== 'string') {
      throw new ClickHouseFailure(
        failureCode.notImplemented,
        `external data "${name}" is not supported by embedded ClickHouse`,
      );
    }
    fields.set(name, value);
  }
  return fields;
}
