import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { PlimsollError, type Project, type Scope, type Session } from '@plimsoll/contract';

/** Who asks, and within which project: resolved once a request by the access guard, the only place of tenancy. */
export interface Principal {
  organisationId: string;
  project: Project;
  scopes: readonly Scope[];
  /** Shown in timelines and the audit log: a user's name or `key plk_ab12cd34`. */
  actor: string;
  keyPrefix: string | null;
  /** Spans and log records a second that the key may send; absent: no limit. */
  rateLimit?: number;
  /** Null for an API key. */
  user: Session['user'];
}

/** The request as the guard leaves it. */
export interface RequestWithPrincipal {
  principal?: Principal;
}

function principalOf(context: ExecutionContext): Principal {
  const { principal } = context.switchToHttp().getRequest<RequestWithPrincipal>();
  if (principal === undefined) throw new PlimsollError('unauthenticated', 'sign in or send an API key');
  return principal;
}

/** Parameter decorator: the principal of the request. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => principalOf(context));

/** Parameter decorator: the project that every query of this request is scoped by. */
export const CurrentProject = createParamDecorator(
  (_: unknown, context: ExecutionContext): Project => principalOf(context).project,
);
