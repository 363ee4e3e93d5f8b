import { context, type Context, createContextKey } from '@opentelemetry/api';

/** What a call is about. Everything set here stands on every span that is started within. */
export interface CallContext {
  /** The function of your product that calls the model: `support-answer`. */
  feature?: string;
  /** Your customer, not your user. */
  customer?: string;
  team?: string;
  environment?: string;
  release?: string;
  promptName?: string;
  promptVersion?: string;
  user?: string;
  session?: string;
  tags?: readonly string[];
  /** Links the trace to an outcome that will not know its trace id, e.g. an order number. */
  outcomeKey?: string;
}

const key = createContextKey('plimsoll call context');

/** The attribute of each field, as the platform reads it. */
const attributeNames = {
  feature: 'plimsoll.feature',
  customer: 'plimsoll.customer',
  team: 'plimsoll.team',
  environment: 'plimsoll.environment',
  release: 'plimsoll.release',
  promptName: 'plimsoll.prompt.name',
  promptVersion: 'plimsoll.prompt.version',
  user: 'plimsoll.user.id',
  session: 'plimsoll.session.id',
  tags: 'plimsoll.tags',
  outcomeKey: 'plimsoll.outcome.key',
} as const satisfies Record<keyof CallContext, string>;

export function callContextOf(within: Context): CallContext {
  return (within.getValue(key) as CallContext | undefined) ?? {};
}

/** Span attributes of a call context. */
export function attributesOf(call: CallContext): Record<string, string | string[]> {
  const attributes: Record<string, string | string[]> = {};
  for (const [field, name] of Object.entries(attributeNames)) {
    const value = call[field as keyof CallContext];
    if (typeof value === 'string') attributes[name] = value;
    else if (value !== undefined) attributes[name] = [...value];
  }
  return attributes;
}

/**
 * Runs `work` with these fields on every span started within, on top of those already set outside.
 * Needs an active context manager (`start` from `@plimsoll/sdk/node` brings one); without one only synchronous work is covered.
 */
export function withCall<T>(fields: CallContext, work: () => T): T {
  const outer = context.active();
  return context.with(outer.setValue(key, { ...callContextOf(outer), ...fields }), work);
}

export const feature = <T>(name: string, work: () => T): T => withCall({ feature: name }, work);

export const promptVersion = <T>(promptName: string, version: string, work: () => T): T =>
  withCall({ promptName, promptVersion: version }, work);

export const user = <T>(id: string, work: () => T): T => withCall({ user: id }, work);

export const session = <T>(id: string, work: () => T): T => withCall({ session: id }, work);
