import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { scrapeTarget } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useApi, useCall } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { announceFailure } from '../shell/announce.js';
import classes from './access.module.css';

type ScrapeTarget = z.infer<typeof scrapeTarget>;

/** Exporters and serving engines whose metrics pages are read. */
export function ScrapingSection() {
  const targets = useApi<{ items: ScrapeTarget[] }>('/scrape-targets');
  const remove = useCall(['/scrape-targets', '/gpus']);
  return (
    <>
      <NewTarget />
      <Panel title="Scrape targets" flush>
        <Loaded query={targets} what="Scrape targets">
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing is scraped yet.">
                A DCGM exporter listens on port 9400; vLLM and SGLang serve /metrics on their own port.
              </Empty>
            ) : (
              <table className="table" aria-label="Scrape targets">
                <thead>
                  <tr>
                    <th>Address</th>
                    <th>Kind</th>
                    <th>Pool</th>
                    <th className="num">Every</th>
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {items.map((target) => (
                    <tr key={target.id}>
                      <td className="mono">{target.url}</td>
                      <td>{target.kind === 'dcgm' ? 'GPU exporter' : 'serving engine'}</td>
                      <td>{target.pool ?? '-'}</td>
                      <td className="num">{target.intervalSeconds} s</td>
                      <td className="num">
                        <Button
                          onClick={() =>
                            remove.mutate(
                              { path: `/scrape-targets/${target.id}`, method: 'DELETE' },
                              { onError: (error) => announceFailure('The target could not be removed', error) },
                            )
                          }
                        >
                          Remove
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function NewTarget() {
  const [url, setUrl] = useState('');
  const [kind, setKind] = useState('dcgm');
  const [pool, setPool] = useState('');
  const create = useCall(['/scrape-targets', '/gpus']);
  return (
    <Panel title="New target">
      <form
        className={classes.form}
        style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { path: '/scrape-targets', method: 'POST', body: { url, kind, ...(pool ? { pool } : {}) } },
            { onSuccess: () => setUrl('') },
          );
        }}
      >
        <TextInput
          label="Address"
          required
          placeholder="http://gpu-node-1:9400/metrics"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={create.error?.message}
        />
        <NativeSelect
          label="Kind"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          data={[
            { value: 'dcgm', label: 'GPU exporter (DCGM)' },
            { value: 'engine', label: 'Serving engine' },
          ]}
        />
        <TextInput label="Pool" value={pool} onChange={(event) => setPool(event.currentTarget.value)} />
        <Button type="submit" variant="filled" loading={create.isPending}>
          Scrape it
        </Button>
      </form>
    </Panel>
  );
}
