import { Button, Switch } from '@mantine/core';
import type { Scorer, ScoringCoverage, ScoringProgress } from '@plimsoll/contract';
import { useMemo, useState } from 'react';
import { useApi, useCall, useProjectSlug } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { formatCount, formatDuration, formatPercent } from '../design/format.js';
import { FigureLink } from '../traces/figure-link.js';
import { RecordsPanel } from '../form/records-panel.js';
import { announceFailure } from '../shell/announce.js';
import { useNow } from '../time/clock.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { ScorerDialog } from './scorer-dialog.js';

/** What judges answers, how much of the traffic it sees, and what it found in the last 24 hours. */
export function ScorersSection() {
  const [from] = useState(() => new Date(Date.now() - 86_400_000).toISOString());
  const [editing, setEditing] = useState<Scorer | 'new' | null>(null);
  const coverage = useApi<{ items: ScoringCoverage[] }>('/scoring/coverage', { query: { from } });
  const columns = useMemo(() => {
    const found = new Map(coverage.data?.items.map((item) => [item.scorer, item]));
    return scorerColumns(found, setEditing);
  }, [coverage.data]);
  return (
    <>
      <ScoringDelay />
      <RecordsPanel<Scorer>
        title="Scorers"
        path="/scorers"
        query={{ limit: 200 }}
        columns={columns}
        rowId={({ id }) => id}
        empty={{ title: 'No scorer is set up.', text: 'Without one there is no quality figure.' }}
        aside={
          <>
            <span className="muted">figures of the last 24 hours</span>
            <Button variant="filled" onClick={() => setEditing('new')}>
              New scorer
            </Button>
          </>
        }
      />
      <ScorerDialog scorer={editing} onClose={() => setEditing(null)} />
    </>
  );
}

/** Scoring gives way on a busy store; up to so many minutes nobody needs to know. */
const unremarkableMs = 5 * 60_000;

/** Quality is blind for calls that wait: said as soon as it is more than a pause. */
function ScoringDelay() {
  const zone = useZone();
  const now = useNow();
  const { data } = useApi<ScoringProgress>('/scoring/progress', { every: 60_000 });
  if (!data?.decidedUntil || now - Date.parse(data.decidedUntil) < unremarkableMs) return null;
  return (
    <div className="notice notice-risk" role="status">
      Scoring is {formatDuration(now - Date.parse(data.decidedUntil))} behind: calls since{' '}
      {formatInstant(data.decidedUntil, zone)} may have no verdict yet; {formatCount(data.waitingRows)} calls and log
      records wait.
    </div>
  );
}

function scorerColumns(found: ReadonlyMap<string, ScoringCoverage>, edit: (scorer: Scorer) => void): Column<Scorer>[] {
  const of = (scorer: Scorer) => found.get(scorer.slug);
  return [
    {
      id: 'name',
      header: 'Scorer',
      value: ({ name }) => name,
      cell: ({ name, slug }) => (
        <>
          {name} <span className="muted">{slug}</span>
        </>
      ),
    },
    {
      id: 'kind',
      header: 'Kind',
      value: ({ kind }) => kind,
      cell: ({ kind, version }) => (
        <>
          {kind} <span className="muted">version {version}</span>
        </>
      ),
    },
    { id: 'features', header: 'Features', wide: true, cell: ({ filter }) => filter.features?.join(', ') ?? 'all' },
    {
      id: 'sampled',
      header: 'Sampled',
      numeric: true,
      value: ({ sampleRate }) => sampleRate,
      cell: ({ sampleRate }) => formatPercent(sampleRate),
    },
    {
      id: 'scored',
      header: 'Scored',
      numeric: true,
      value: (scorer) => of(scorer)?.scored ?? null,
      cell: (scorer) => <ScoredCell coverage={of(scorer)} />,
    },
    {
      id: 'passes',
      header: 'Passes',
      numeric: true,
      value: (scorer) => of(scorer)?.passRate ?? null,
      cell: (scorer) => <PassCell scorer={scorer} coverage={of(scorer)} />,
    },
    { id: 'on', header: 'On', cell: (scorer) => <ScorerSwitch scorer={scorer} /> },
    {
      id: 'actions',
      header: '',
      numeric: true,
      cell: (scorer) => <Button onClick={() => edit(scorer)}>Change</Button>,
    },
  ];
}

function ScoredCell({ coverage }: { coverage: ScoringCoverage | undefined }) {
  if (!coverage) return '-';
  const rest =
    `${formatCount(coverage.sampledOut)} sampled out, ${formatCount(coverage.overBudget)} over budget, ` +
    `${formatCount(coverage.failed)} failed, ${formatCount(coverage.noContent)} without content, ` +
    `${formatCount(coverage.pending)} waiting`;
  return (
    <span title={rest}>
      {formatCount(coverage.scored)} <span className="muted">of {formatCount(coverage.eligible)}</span>
    </span>
  );
}

function PassCell({ scorer, coverage }: { scorer: Scorer; coverage: ScoringCoverage | undefined }) {
  const project = useProjectSlug();
  if (!coverage || coverage.passRate === null) return '-';
  return (
    <>
      <FigureLink
        project={project}
        search={{ from: 'now-24h', to: 'now', failedScorer: scorer.slug }}
        what={`Traces that ${scorer.name} failed`}
      >
        {formatPercent(coverage.passRate, 1)}
      </FigureLink>
      {coverage.low !== null && (
        <div className="muted">
          {formatPercent(coverage.low, 1)} to {formatPercent(coverage.high, 1)}
        </div>
      )}
    </>
  );
}

function ScorerSwitch({ scorer }: { scorer: Scorer }) {
  const save = useCall(['/scorers']);
  const { slug, name, kind, settings, filter, sampleRate } = scorer;
  const setEnabled = (enabled: boolean) =>
    save.mutate(
      {
        path: `/scorers/${encodeURIComponent(slug)}`,
        method: 'PUT',
        body: { slug, name, kind, settings, filter, sampleRate, enabled },
      },
      { onError: (error) => announceFailure(`${name} could not be changed`, error) },
    );
  return (
    <Switch
      aria-label={`${name} is on`}
      checked={scorer.enabled}
      disabled={save.isPending}
      onChange={(event) => setEnabled(event.currentTarget.checked)}
    />
  );
}
