import type { Objective, spender } from '@plimsoll/contract';
import { useState, type ReactNode } from 'react';
import { NativeSelect } from '@mantine/core';
import type { z } from 'zod';
import { useApi, useProjectSlug } from '../api/queries.js';
import { formatCount, formatPercent } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Meter } from '../design/status.js';
import { CallsLink } from '../traces/figure-link.js';
import { dimensionLabels, dimensionOf } from './call-words.js';

type Spender = z.infer<typeof spender>;

interface SpendersPanelProps {
  objective: Objective;
  windowSearch: Record<string, string>;
}

/** What spent the budget: each value's share of it. */
export function SpendersPanel({ objective, windowSearch }: SpendersPanelProps) {
  const { slug } = objective;
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
            data={dimensions.map((name) => ({ value: name, label: labelOf(name) }))}
          />
        )
      }
    >
      <Loaded query={query} what="Spenders">
        {({ items }) => (
          <SpenderTable
            rows={items.filter((item) => item.dimension === dimension)}
            slug={slug}
            money={objective.kind === 'cost'}
            windowSearch={windowSearch}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function labelOf(name: string): string {
  const dimension = dimensionOf(name);
  return dimension ? dimensionLabels[dimension] : name;
}

interface SpenderTableProps {
  rows: Spender[];
  slug: string;
  /** Money is no count of bad calls: what was counted stands in their place. */
  money: boolean;
  windowSearch: Record<string, string>;
}

function SpenderTable({ rows, slug, money, windowSearch }: SpenderTableProps) {
  const project = useProjectSlug();
  if (rows.length === 0) return <Empty title="Nothing was spent in this window." />;
  return (
    <table className="table" aria-label="What spent the budget">
      <thead>
        <tr>
          <th>Value</th>
          {money ? (
            <th className="num">Counted</th>
          ) : (
            <>
              <th className="num">Bad</th>
              <th className="num">Bad share</th>
            </>
          )}
          <th>Of the budget</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, 10).map((row) => (
          <tr key={row.value}>
            <td style={{ overflowWrap: 'anywhere' }}>{row.value || 'not tagged'}</td>
            {money ? (
              <td className="num">
                <SpenderLink
                  row={row}
                  project={project}
                  slug={slug}
                  search={{ ...windowSearch, outcome: 'all', sort: 'cost' }}
                >
                  {formatCount(row.eligible)}
                </SpenderLink>
              </td>
            ) : (
              <>
                <td className="num">
                  <SpenderLink row={row} project={project} slug={slug} search={{ ...windowSearch, outcome: 'bad' }}>
                    {formatCount(row.bad)}
                  </SpenderLink>
                </td>
                <td className="num">
                  <SpenderLink row={row} project={project} slug={slug} search={{ ...windowSearch, outcome: 'all' }}>
                    {formatPercent(row.errorRatio)}
                  </SpenderLink>
                </td>
              </>
            )}
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

interface SpenderLinkProps {
  row: Spender;
  project: string;
  slug: string;
  search: Record<string, string>;
  children: ReactNode;
}

function SpenderLink({ row, project, slug, search, children }: SpenderLinkProps) {
  const dimension = dimensionOf(row.dimension);
  if (!dimension) return children;
  return (
    <CallsLink
      project={project}
      objective={slug}
      search={{ ...search, [dimension]: row.value }}
      what={`Calls of ${row.value || 'no tag'}`}
    >
      {children}
    </CallsLink>
  );
}
