import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { PlimsollError, routes, type Scope, type Settings } from '@plimsoll/contract';
import '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import type { Principal, RequestWithPrincipal } from '../http/principal.js';
import { SETTINGS } from '../stores/settings.js';
import { allows, type Headers, keyOfHeaders } from './credentials.js';
import { KeyVerifier } from './key-verifier.js';
import { SessionService } from './session.service.js';

export const sessionCookie = 'plimsoll_session';

type Request = FastifyRequest & RequestWithPrincipal;

/** `GET /api/v1/incidents/:id` -> scope, as the contract's route table says. */
const scopeOfRoute: ReadonlyMap<string, Scope | 'public'> = new Map(
  routes.map((route) => [`${route.method} ${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`, route.scope]),
);

/** Paths that take telemetry; they are not in the table because OTLP declares them, not we. */
const ingestPath = /^\/v1\/|^\/api\/public\/otel\//;

function neededScope(request: Request): Scope | 'public' {
  const path = request.routeOptions.url ?? '';
  const known = scopeOfRoute.get(`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`);
  if (known !== undefined) return known;
  if (ingestPath.test(path)) return 'ingest';
  // A route that nobody declared is open to nobody but an administrator.
  return 'admin';
}

function wantedProject(request: Request): string | undefined {
  const header = request.headers['x-plimsoll-project'];
  if (typeof header === 'string' && header !== '') return header;
  // An EventSource cannot send headers.
  const query = request.query as Readonly<Record<string, unknown>> | undefined;
  return typeof query?.['project'] === 'string' ? query['project'] : undefined;
}

/** Senders of hooks set no headers of ours: there the key may stand in the address, or be GitLab's secret token. */
function credentialsOf(request: Request): Headers {
  const { headers } = request;
  if (!(request.routeOptions.url ?? '').startsWith('/api/v1/hooks/') || keyOfHeaders(headers) !== null) return headers;
  const query = request.query as Readonly<Record<string, unknown>> | undefined;
  const key = typeof query?.['key'] === 'string' ? query['key'] : headers['x-gitlab-token'];
  return { ...headers, 'x-api-key': key };
}

/** The one place of tenancy: every request gets its organisation, project and scopes here or is refused. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(KeyVerifier) private readonly keys: KeyVerifier,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const needed = neededScope(request);
    if (needed !== 'public') request.principal = await this.resolve(request, needed);
    return true;
  }

  private async resolve(request: Request, needed: Scope): Promise<Principal> {
    const cookie = request.cookies?.[sessionCookie];
    const credentials = credentialsOf(request);
    if (keyOfHeaders(credentials) !== null || cookie === undefined) {
      return this.keys.verify(credentials, needed);
    }
    this.refuseForeignOrigin(request);
    const principal = await this.sessions.principal(cookie, wantedProject(request));
    if (allows(principal.scopes, needed)) return principal;
    throw new PlimsollError('forbidden', `your role does not allow this; it needs the scope "${needed}"`);
  }

  /** A browser sends the cookie also for a page of somebody else: such a page may read nothing, and must change nothing. */
  private refuseForeignOrigin(request: Request): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { origin, host } = request.headers;
    const own = [`http://${host}`, `https://${host}`, this.settings.publicUrl?.replace(/\/$/, '')];
    if (origin !== undefined && own.includes(origin)) return;
    throw new PlimsollError('forbidden', 'header origin: a change with a session cookie must come from the dashboard', {
      field: 'header origin',
    });
  }
}
