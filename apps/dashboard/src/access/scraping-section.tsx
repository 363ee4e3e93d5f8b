import type { scrapeTarget } from '@plimsoll/contract';
import type { z } from 'zod';
import type { Column } from '../design/data-table.js';
import { Panel } from '../design/panel.js';
import { CallForm } from '../form/call-form.js';
import { given, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';

type ScrapeTarget = z.infer<typeof scrapeTarget>;

const paths = ['/scrape-targets', '/gpus'];
const fields: readonly Field[] = [
  { name: 'url', label: 'Address', required: true, placeholder: 'http://gpu-node-1:9400/metrics' },
  {
    name: 'kind',
    label: 'Kind',
    kind: 'select',
    options: [
      { value: 'dcgm', label: 'GPU exporter (DCGM)' },
      { value: 'engine', label: 'Serving engine' },
    ],
  },
  { name: 'pool', label: 'Pool' },
];

const columns: readonly Column<ScrapeTarget>[] = [
  { id: 'url', header: 'Address', value: ({ url }) => url, cell: ({ url }) => <span className="mono">{url}</span> },
  { id: 'kind', header: 'Kind', cell: ({ kind }) => (kind === 'dcgm' ? 'GPU exporter' : 'serving engine') },
  { id: 'pool', header: 'Pool', cell: ({ pool }) => pool ?? '-' },
  { id: 'every', header: 'Every', numeric: true, cell: ({ intervalSeconds }) => `${intervalSeconds} s` },
  {
    id: 'actions',
    header: '',
    numeric: true,
    cell: ({ id, url }) => (
      <RemoveButton
        path={`/scrape-targets/${id}`}
        what={url}
        consequence="Its GPUs and models stop at their last figures."
        invalidates={paths}
      />
    ),
  },
];

/** Exporters and serving engines whose metrics pages are read. */
export function ScrapingSection() {
  return (
    <>
      <Panel title="New target">
        <CallForm
          fields={fields}
          action="Scrape it"
          invalidates={paths}
          request={(values) => ({ path: '/scrape-targets', body: given(values, 'url', 'kind', 'pool') })}
        />
      </Panel>
      <RecordsPanel<ScrapeTarget>
        title="Scrape targets"
        path="/scrape-targets"
        columns={columns}
        rowId={({ id }) => id}
        empty={{
          title: 'Nothing is scraped yet.',
          text: 'A DCGM exporter listens on port 9400; vLLM and SGLang serve /metrics on their own port.',
        }}
      />
    </>
  );
}
