import type { spender } from '@plimsoll/contract';
import { useState } from 'react';
import { NativeSelect } from '@mantine/core';
import type { z } from 'zod';
import { useApi } from '../api/queries.js';
import { formatCount, formatPercent } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Meter } from '../design/status.js';

type Spender = z.infer<typeof spender>;

const dimensionWords: Record<string, string> = {
  promptVersion: 'Prompt version',
  promptName: 'Prompt',
  model: 'Model',
  customer: 'Customer',
  feature: 'Feature',
  environment: 'Environment',
  release: 'Release',
  provider: 'Provider',
  team: 'Team',
};

/** What spent the budget: each value's share of it. */
export function SpendersPanel({ slug }: { slug: string }) {
  const query = useApi<{ items: Spender[] }>(`/objectives/${slug}/spenders`, { keep: false });
  const dimensions = [...new Set(query.data?.items.map(({ dimension }) => dimension) ?? [])];
  const [chosen, setChosen] = useState<string | null>(null);
  const dimension = chosen ?? dimensions[0];
  return (
    <Panel
      title="What spent the budget"
      flush
      aside={
        dimensions.length > 1 && (
          <NativeSelect
            aria-label="By"
            value={dimension}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={dimensions.map((name) => ({ value: name, label: dimensionWords[name] ?? name }))}
          />
        )
      }
    >
      <Loaded query={query} what="Spenders">
        {({ items }) => <SpenderTable rows={items.filter((item) => item.dimension === dimension)} />}
      </Loaded>
    </Panel>
  );
}

function SpenderTable({ rows }: { rows: Spender[] }) {
  if (rows.length === 0) return <Empty title="Nothing was spent in this window." />;
  return (
    <table className="table" aria-label="What spent the budget">
      <thead>
        <tr>
          <th>Value</th>
          <th className="num">Bad</th>
          <th className="num">Bad share</th>
          <th>Of the budget</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, 10).map((row) => (
          <tr key={row.value}>
            <td style={{ overflowWrap: 'anywhere' }}>{row.value || 'not tagged'}</td>
            <td className="num">{formatCount(row.bad)}</td>
            <td className="num">{formatPercent(row.errorRatio)}</td>
            <td>
              <span className="row">
                <Meter share={row.budgetShare} color="data" label={`${formatPercent(row.budgetShare)} of the budget`} />
                <span className="num" style={{ minWidth: 52 }}>
                  {formatPercent(row.budgetShare)}
                </span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
