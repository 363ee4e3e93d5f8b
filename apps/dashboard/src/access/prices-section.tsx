import { TextInput } from '@mantine/core';
import type { price, TokenBucket } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import type { Column } from '../design/data-table.js';
import { formatMoney } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { CallForm } from '../form/call-form.js';
import { given, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { perTokenOf } from './per-token.js';

type Price = z.infer<typeof price>;

const buckets: Record<TokenBucket, string> = {
  input: 'Input',
  cache_read: 'Read from cache',
  cache_write_5m: 'Written to cache, 5 min',
  cache_write_1h: 'Written to cache, 1 h',
  output: 'Output',
  reasoning: 'Reasoning',
  audio_in: 'Audio in',
  audio_out: 'Audio out',
  image_in: 'Image in',
  image_out: 'Image out',
};

const fields: readonly Field[] = [
  { name: 'provider', label: 'Provider', required: true },
  { name: 'model', label: 'Model', required: true },
  {
    name: 'bucket',
    label: 'Tokens',
    kind: 'select',
    options: Object.entries(buckets).map(([value, label]) => ({ value, label })),
  },
  { name: 'perMillion', label: 'Price of a million', kind: 'number', required: true },
];

const columns: readonly Column<Price>[] = [
  { id: 'provider', header: 'Provider', value: ({ provider }) => provider, cell: ({ provider }) => provider },
  {
    id: 'model',
    header: 'Model',
    value: ({ model }) => model,
    cell: ({ model, serviceTier, aboveInputTokens }) => (
      <>
        {model}
        {serviceTier && <span className="muted"> {serviceTier}</span>}
        {aboveInputTokens !== undefined && <span className="muted"> above {aboveInputTokens} tokens</span>}
      </>
    ),
  },
  { id: 'bucket', header: 'Tokens', value: ({ bucket }) => buckets[bucket], cell: ({ bucket }) => buckets[bucket] },
  {
    id: 'price',
    header: 'Price of 1M',
    numeric: true,
    value: ({ perToken }) => Number(perToken),
    cell: ({ perToken, currency }) => (
      <span title={`${perToken} ${currency} a token`}>{formatMoney(String(Number(perToken) * 1e6), currency)}</span>
    ),
  },
  { id: 'source', header: 'Source', cell: ({ source }) => <span className="muted">{source}</span> },
];

/** Prices in force. People read them per million tokens; the exact price of a token is in the title. */
export function PricesSection() {
  const [model, setModel] = useState('');
  return (
    <>
      <Panel title="Your own price">
        <CallForm
          fields={fields}
          action="Add"
          invalidates={['/prices', '/costs']}
          fault={({ perMillion }) =>
            perMillion && !/^\d+(\.\d{1,6})?$/.test(perMillion) ? 'The price is a decimal number.' : null
          }
          request={(values) => ({
            path: '/prices',
            body: { ...given(values, 'provider', 'model', 'bucket'), perToken: perTokenOf(values.perMillion ?? '') },
          })}
        />
      </Panel>
      <RecordsPanel<Price>
        title="Prices of a million tokens"
        path="/prices"
        query={{ model, limit: 500 }}
        columns={columns}
        rowId={(row) =>
          [row.provider, row.model, row.bucket, row.serviceTier, row.aboveInputTokens, row.validFrom, row.source].join()
        }
        empty={{ title: 'No price has that model.' }}
        aside={
          <TextInput
            data-filter
            aria-label="Model"
            placeholder="Exact model name"
            value={model}
            onChange={(event) => setModel(event.currentTarget.value)}
          />
        }
      />
    </>
  );
}
