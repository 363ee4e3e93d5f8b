import { expect, test } from 'vitest';
import type { Dialect, FieldName } from './dialect.js';
import { dialects, sourcesOf } from './index.js';

const introduction = `# Dialects

What the ingest reads from each client, field by field. Many spans speak more than one dialect, so no span is given to one: every field has its own ordered list of sources, and the first that is present wins. Empty text, \`{}\`, \`[]\` and null are absent; 0 and false are values. For token counts, costs and finish reasons a number wins over text and a list over text.

Attributes that no dialect explains are kept as they are and counted (\`unmapped_attributes\`). To add a dialect, copy the smallest file in \`libs/otlp/src/dialects\`, put it into the list in \`index.ts\`, add rows to the tests, and write this page anew:

\`\`\`sh
npx vitest run --project unit libs/otlp/src/dialects/conformance.test.ts -u
\`\`\`

What holds for all of them:

- **Calls are counted once where their client tells them from what is around them.** A span that names a model and no kind in any convention counts as a generation. No recorded span is one. Around another call (a function written by hand that names the model of the call inside it) it counts as a second one, and so do its tokens if it repeats them: which spans have children is not known when they arrive. Name its operation (\`gen_ai.operation.name\` = \`invoke_agent\`) or leave the model out. Two instrumentations of one client are two calls as well: switch one off.
- **Metadata is what a client calls metadata.** Any other attribute stays among the raw ones, is found there, and counts as unmapped if no dialect explains it: were all of it metadata, nothing would ever be unmapped. Request parameters (temperature, limits) are such attributes, explained; a span's page lists them.
- **Metrics are counted and not stored.** \`gen_ai.client.operation.time_to_first_chunk\` and \`gen_ai.server.time_to_first_token\` as metrics are sums over many calls of a model; no data point names a span, so none can say which call was slow, and a percentile of ours would mix two measures. The first token is read from spans: by those names as attributes, by events and by the sources below.
- **Writes to a cache that live an hour** have a price of their own. The conventions have no name for them; they are read where a client tells them (\`cacheWriteInput1h\`), and all other writes are taken as those of five minutes.
`;

const fields = [...new Set(dialects.flatMap((dialect) => Object.keys(dialect.sources) as FieldName[]))].toSorted(
  (left, right) => (left < right ? -1 : 1),
);

function speakerOf(source: unknown, field: FieldName): Dialect | undefined {
  return dialects.find((dialect) => (dialect.sources[field] as readonly unknown[] | undefined)?.includes(source));
}

function printPage(): string {
  const clients = dialects.map(({ title, scopes }) => {
    const named = scopes.map((scope) => `\`${scope}\``).join(', ');
    return `- ${title}${named === '' ? '' : `: ${named}`}`;
  });
  const orders = fields.map((field) => {
    const lines = sourcesOf(field).map(
      (source, index) => `${index + 1}. ${speakerOf(source, field)?.title}: \`${source.key}\``,
    );
    return `### ${field}\n\n${lines.join('\n')}\n`;
  });
  return `${introduction}
## Clients and their instrumentation scopes

${clients.join('\n')}

## Sources of each field, in order

${orders.join('\n')}`;
}

test('docs/dialects.md says what the registry does', async () => {
  await expect(printPage()).toMatchFileSnapshot('../../../../docs/dialects.md');
});
