import { expect, test } from 'vitest';
import type { Dialect, FieldName } from './dialect.js';
import { dialects, sourcesOf } from './index.js';

const introduction = `# Dialects

What the ingest reads from each client, field by field. Many spans speak more than one dialect, so no span is given to one: every field has its own ordered list of sources, and the first that is present wins. Empty text, \`{}\`, \`[]\` and null are absent; 0 and false are values. For token counts, costs and finish reasons a number wins over text and a list over text.

Attributes that no dialect explains are kept as they are and counted (\`unmapped_attributes\`). To add a dialect, copy the smallest file in \`libs/otlp/src/dialects\`, put it into the list in \`index.ts\`, add rows to the tests, and write this page anew:

\`\`\`sh
npx vitest run --project unit libs/otlp/src/dialects/conformance.test.ts -u
\`\`\`
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
