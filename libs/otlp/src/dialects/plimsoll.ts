import type { Dialect, Source } from './dialect.js';
import { asNumber, resourceText, tags, text } from './source.js';

/** Own keys count on the span first, then on the resource. */
function own(key: string): Source<string>[] {
  return [...text(key), ...resourceText(key)];
}

/** The keys of our own SDK: explicit statements of the user, so they win over everything. */
export const plimsoll: Dialect = {
  id: 'plimsoll',
  title: 'Plimsoll',
  scopes: ['@plimsoll/sdk'],
  keys: ['plimsoll.*'],
  sources: {
    feature: own('plimsoll.feature'),
    customer: own('plimsoll.customer'),
    team: own('plimsoll.team'),
    environment: own('plimsoll.environment'),
    release: own('plimsoll.release'),
    promptName: own('plimsoll.prompt.name'),
    promptVersion: own('plimsoll.prompt.version'),
    userId: own('plimsoll.user.id'),
    sessionId: own('plimsoll.session.id'),
    outcomeKey: own('plimsoll.outcome.key'),
    tags: tags('plimsoll.tags'),
    sampleP: [
      {
        key: 'plimsoll.sample_p',
        read: (span) => {
          const given = asNumber(span.value('plimsoll.sample_p') ?? span.resourceText('plimsoll.sample_p'));
          return given !== undefined && given > 0 && given <= 1 ? given : undefined;
        },
        from: { oneOf: ['plimsoll.sample_p', 'resource plimsoll.sample_p'] },
      },
    ],
  },
};
