import { Switch } from '@mantine/core';
import type { Scorer, ScoringCoverage } from '@plimsoll/contract';
import { useState } from 'react';
import { useApi, useCall } from '../api/queries.js';
import { formatCount, formatPercent } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { announceFailure } from '../shell/announce.js';

/** What judges answers, how much of the traffic it sees, and what it found in the last 24 hours. */
export function ScorersSection() {
  const scorers = useApi<{ items: Scorer[] }>('/scorers', { query: { limit: 200 } });
  const [from] = useState(() => new Date(Date.now() - 86_400_000).toISOString());
  const coverage = useApi<{ items: ScoringCoverage[] }>('/scoring/coverage', { query: { from } });
  const found = new Map(coverage.data?.items.map((item) => [item.scorer, item]));
  return (
    <Panel title="Scorers" flush aside={<span className="muted">figures of the last 24 hours</span>}>
      <Loaded query={scorers} what="Scorers">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No scorer is set up.">Without one there is no quality figure.</Empty>
          ) : (
            <table className="table" aria-label="Scorers">
              <thead>
                <tr>
                  <th>Scorer</th>
                  <th>Kind</th>
                  <th>Features</th>
                  <th className="num">Sampled</th>
                  <th className="num">Scored</th>
                  <th className="num">Passes</th>
                  <th>On</th>
                </tr>
              </thead>
              <tbody>
                {items.map((scorer) => (
                  <ScorerRow key={scorer.id} scorer={scorer} coverage={found.get(scorer.slug)} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Panel>
  );
}

function ScorerRow({ scorer, coverage }: { scorer: Scorer; coverage: ScoringCoverage | undefined }) {
  const save = useCall(['/scorers']);
  const setEnabled = (enabled: boolean) => {
    const { slug, name, kind, settings, filter, sampleRate } = scorer;
    save.mutate(
      {
        path: `/scorers/${encodeURIComponent(slug)}`,
        method: 'PUT',
        body: { slug, name, kind, settings, filter, sampleRate, enabled },
      },
      { onError: (error) => announceFailure(`${name} could not be changed`, error) },
    );
  };
  const notScored = coverage
    ? `${formatCount(coverage.sampledOut)} sampled out, ${formatCount(coverage.overBudget)} over budget, ` +
      `${formatCount(coverage.failed)} failed, ${formatCount(coverage.noContent)} without content, ` +
      `${formatCount(coverage.pending)} waiting`
    : '';
  return (
    <tr>
      <td>
        {scorer.name} <span className="muted">{scorer.slug}</span>
      </td>
      <td>
        {scorer.kind} <span className="muted">version {scorer.version}</span>
      </td>
      <td>{scorer.filter.features?.join(', ') ?? 'all'}</td>
      <td className="num">{formatPercent(scorer.sampleRate)}</td>
      <td className="num" title={notScored}>
        {coverage ? (
          <>
            {formatCount(coverage.scored)} <span className="muted">of {formatCount(coverage.eligible)}</span>
          </>
        ) : (
          '-'
        )}
      </td>
      <td className="num">
        {formatPercent(coverage?.passRate, 1)}
        {coverage?.low !== null && coverage?.low !== undefined && (
          <div className="muted">
            {formatPercent(coverage.low, 0)} to {formatPercent(coverage.high, 0)}
          </div>
        )}
      </td>
      <td>
        <Switch
          aria-label={`${scorer.name} is on`}
          checked={scorer.enabled}
          disabled={save.isPending}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
      </td>
    </tr>
  );
}
