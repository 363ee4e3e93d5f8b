import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { price, TokenBucket } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useApi, useCall } from '../api/queries.js';
import { formatMoney } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import classes from './access.module.css';
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

/** Prices in force. People read them per million tokens; the exact price of a token is in the title. */
export function PricesSection() {
  const [model, setModel] = useState('');
  const prices = useApi<{ items: Price[] }>('/prices', { query: { model, limit: 500 } });
  return (
    <>
      <NewPrice />
      <Panel
        title="Prices of a million tokens"
        flush
        aside={
          <TextInput
            data-filter
            aria-label="Model"
            placeholder="Exact model name"
            value={model}
            onChange={(event) => setModel(event.currentTarget.value)}
          />
        }
      >
        <Loaded query={prices} what="Prices" rows={10}>
          {({ items }) =>
            items.length === 0 ? <Empty title="No price has that model." /> : <PriceTable items={items} />
          }
        </Loaded>
      </Panel>
    </>
  );
}

function PriceTable({ items }: { items: Price[] }) {
  return (
    <table className="table" aria-label="Prices">
      <thead>
        <tr>
          <th>Provider</th>
          <th>Model</th>
          <th>Tokens</th>
          <th className="num">Price of 1M</th>
          <th>Source</th>
        </tr>
      </thead>
      <tbody>
        {items.map((row) => (
          <tr
            key={[
              row.provider,
              row.model,
              row.bucket,
              row.serviceTier,
              row.aboveInputTokens,
              row.validFrom,
              row.source,
            ].join()}
          >
            <td>{row.provider}</td>
            <td>
              {row.model}
              {row.serviceTier && <span className="muted"> {row.serviceTier}</span>}
              {row.aboveInputTokens !== undefined && (
                <span className="muted"> above {row.aboveInputTokens} tokens</span>
              )}
            </td>
            <td>{buckets[row.bucket]}</td>
            <td className="num" title={`${row.perToken} ${row.currency} a token`}>
              {formatMoney(String(Number(row.perToken) * 1e6), row.currency)}
            </td>
            <td className="muted">{row.source}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NewPrice() {
  const [provider, setProvider] = useState('');
  const [model, setModel] = useState('');
  const [bucket, setBucket] = useState<string>('input');
  const [perMillion, setPerMillion] = useState('');
  const create = useCall(['/prices', '/costs']);
  const valid = /^\d+(\.\d{1,6})?$/.test(perMillion);
  return (
    <Panel title="Your own price">
      <form
        className={classes.form}
        style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (!valid) return;
          const body = { provider, model, bucket, perToken: perTokenOf(perMillion) };
          create.mutate({ path: '/prices', method: 'POST', body }, { onSuccess: () => setPerMillion('') });
        }}
      >
        <TextInput
          label="Provider"
          required
          value={provider}
          onChange={(event) => setProvider(event.currentTarget.value)}
        />
        <TextInput label="Model" required value={model} onChange={(event) => setModel(event.currentTarget.value)} />
        <NativeSelect
          label="Tokens"
          value={bucket}
          onChange={(event) => setBucket(event.currentTarget.value)}
          data={Object.entries(buckets).map(([value, label]) => ({ value, label }))}
        />
        <TextInput
          label="Price of a million"
          required
          inputMode="decimal"
          value={perMillion}
          onChange={(event) => setPerMillion(event.currentTarget.value)}
          error={create.error?.message ?? (perMillion && !valid ? 'A decimal number' : undefined)}
        />
        <Button type="submit" variant="filled" loading={create.isPending}>
          Add
        </Button>
      </form>
    </Panel>
  );
}
