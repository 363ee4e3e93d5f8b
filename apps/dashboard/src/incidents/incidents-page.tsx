import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import type { IncidentSummary, ObjectiveSummary } from '@plimsoll/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { useApi, useProjectSlug } from '../api/queries.js';
import { Sparkline } from '../chart/sparkline.js';
import { openable } from '../design/data-table.js';
import { formatPercent } from '../design/format.js';
import { Empty, Loaded } from '../design/states.js';
import { Key, Status } from '../design/status.js';
import type { IncidentPageOf } from '../shell/home-page.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useNow } from '../time/clock.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { formatBurn, incidentAge, isClosed, severityWords, stateWords } from './incident-words.js';
import classes from './incidents-page.module.css';
import { MuteDialog } from './mute-dialog.js';
import { rangeOf } from './row-range.js';
import { SnoozeDialog } from './snooze-dialog.js';
import { useIncidentAction } from './use-incident-action.js';
import { useContactNames } from './use-contact-names.js';

const states = ['open', 'acknowledged', 'resolved'] as const;
type ListState = (typeof states)[number];

/** What burns now, how fast, since when, who has it and what is suspected. */
export function IncidentsPage() {
  const [words, setSearch] = usePageSearch();
  const state: ListState = states.find((name) => name === oneWord(words, 'state')) ?? 'open';
  const text = oneWord(words, 'q') ?? '';
  const [assignee, severity] = [oneWord(words, 'assignee') ?? '', oneWord(words, 'severity') ?? ''];
  const query = useApi<IncidentPageOf>('/incidents', {
    query: { state, assignee, severity, limit: 100 },
    every: 60_000,
  });
  const people = useContactNames();
  const counts = query.data?.counts;
  return (
    <>
      <div className="page-head">
        <h1 className="page-title">Incidents</h1>
        <SegmentedControl
          aria-label="State"
          value={state}
          onChange={(value) => setSearch({ state: value })}
          data={[
            { value: 'open', label: `Open ${counts?.open ?? ''}` },
            { value: 'acknowledged', label: `Acknowledged ${counts?.acknowledged ?? ''}` },
            { value: 'resolved', label: `Resolved ${counts?.resolved ?? ''}` },
          ]}
        />
        <NativeSelect
          aria-label="Severity"
          value={severity}
          onChange={(event) => setSearch({ severity: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: 'pages and tickets' },
            { value: 'page', label: 'pages' },
            { value: 'ticket', label: 'tickets' },
          ]}
        />
        <NativeSelect
          aria-label="Assignee"
          value={assignee}
          onChange={(event) => setSearch({ assignee: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: 'whoever has it' },
            { value: 'none', label: 'nobody has it' },
            ...new Set([...people, ...(assignee && assignee !== 'none' ? [assignee] : [])]),
          ]}
        />
        <TextInput
          data-filter
          aria-label="Filter incidents"
          placeholder="Filter by title, feature or suspect"
          value={text}
          onChange={(event) => setSearch({ q: event.currentTarget.value || undefined })}
          className={classes.filter ?? ''}
          rightSection={<Key>/</Key>}
        />
      </div>
      <Loaded query={query} what="Incidents" rows={6} rowHeight={40}>
        {(data) => <IncidentList items={data.items} text={text} state={state} />}
      </Loaded>
    </>
  );
}

function IncidentList({ items, text, state }: { items: IncidentSummary[]; text: string; state: ListState }) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const act = useIncidentAction();
  const now = useNow();
  const zone = useZone();
  const list = useRef<HTMLTableSectionElement>(null);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const lastPicked = useRef<string | null>(null);
  const [muting, setMuting] = useState<IncidentSummary[] | null>(null);
  const [snoozing, setSnoozing] = useState<IncidentSummary[] | null>(null);
  const shown = useMemo(() => items.filter((item) => matches(item, text)), [items, text]);

  const focused = () => {
    const id = document.activeElement?.getAttribute('data-incident');
    return shown.find((item) => item.id === id);
  };
  const chosen = () => {
    const selected = shown.filter(({ id }) => picked.has(id));
    const current = focused();
    return selected.length > 0 ? selected : current ? [current] : [];
  };
  const move = (step: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('tr[data-incident]') ?? [])];
    const index = rows.indexOf(document.activeElement as HTMLElement);
    rows[Math.max(0, Math.min(rows.length - 1, index + step))]?.focus();
  };
  const open = (id: string) => void navigate({ to: '/p/$project/incidents/$id', params: { project, id } });
  useShortcuts('Incidents', [
    { keys: 'j', label: 'Next incident', run: () => move(1) },
    { keys: 'k', label: 'Incident before', run: () => move(-1) },
    { keys: 'a', label: 'Acknowledge', run: () => chosen().forEach((item) => act(item, 'acknowledge')) },
    { keys: 'e', label: 'Escalate', run: () => chosen().forEach((item) => act(item, 'escalate')) },
    { keys: 'r', label: 'Resolve', run: () => chosen().forEach((item) => act(item, 'resolve')) },
    {
      keys: 's',
      label: 'Snooze',
      run: () => chosen().length > 0 && setSnoozing(chosen()),
    },
    {
      keys: 'm',
      label: 'Mute its objective',
      run: () => chosen().length > 0 && setMuting(chosen()),
    },
    {
      keys: 'x',
      label: 'Select',
      run: () => {
        const current = focused();
        if (!current) return;
        const next = new Set(picked);
        if (!next.delete(current.id)) next.add(current.id);
        setPicked(next);
        lastPicked.current = current.id;
      },
    },
    {
      keys: 'Shift+X',
      label: 'Select from the last one to here',
      run: () => {
        const current = focused();
        if (!current) return;
        const ids = shown.map(({ id }) => id);
        setPicked(new Set([...picked, ...rangeOf(ids, lastPicked.current, current.id)]));
        lastPicked.current = current.id;
      },
    },
  ]);

  if (shown.length === 0) return text ? <NothingMatches text={text} /> : <NothingBurns state={state} />;
  return (
    <section className="panel scroll-x" tabIndex={0} aria-label="Incidents">
      <table className="table">
        <thead>
          <tr>
            <th>Severity</th>
            <th>Incident</th>
            <th className="num">Burn</th>
            <th className="num">Lasts</th>
            <th className="wide-only">Top suspect</th>
            <th className="wide-only">State</th>
            <th className="wide-only">Assignee</th>
            <th className="wide-only">Last hours</th>
          </tr>
        </thead>
        <tbody ref={list}>
          {shown.map((incident) => (
            <tr
              key={incident.id}
              data-incident={incident.id}
              data-selected={picked.has(incident.id)}
              {...openable(() => open(incident.id))}
            >
              <td>
                <Status color={isClosed(incident.state) ? 'muted' : severityWords[incident.severity].color}>
                  {severityWords[incident.severity].word}
                </Status>
              </td>
              <td className={classes.title}>
                <Link to="/p/$project/incidents/$id" params={{ project, id: incident.id }}>
                  <span className="muted">{incident.reference}</span> {incident.title}
                </Link>
                {incident.alerts > 1 && <span className="muted"> {incident.alerts} alerts</span>}
                {incident.flapping && <span className="state-risk"> flapping</span>}
              </td>
              <td className="num">{formatBurn(incident.burnRate)}</td>
              <td className="num" title={`since ${formatInstant(incident.onsetAt ?? incident.openedAt, zone)}`}>
                {incidentAge(incident, now)}
              </td>
              <td className="wide-only">
                {incident.topSuspect ? (
                  <>
                    {incident.topSuspect.title} <span className="muted">{incident.topSuspect.band}</span>
                  </>
                ) : (
                  '-'
                )}
              </td>
              <td className="wide-only nowrap">
                <span className={`state-${stateWords[incident.state].color}`}>{stateWords[incident.state].word}</span>
                {incident.acknowledgedBy && <span className="muted"> by {incident.acknowledgedBy}</span>}
              </td>
              <td className="wide-only nowrap">{incident.assignee ?? <span className="muted">nobody</span>}</td>
              <td className="wide-only">
                <Sparkline
                  values={incident.spark.map(({ v }) => v)}
                  label={`Course of ${incident.reference}`}
                  color={isClosed(incident.state) ? 'muted' : 'failing'}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={`wide-only muted ${classes.hints}`}>
        <Key>j</Key> <Key>k</Key> move <Key>Enter</Key> open <Key>a</Key> acknowledge <Key>e</Key> escalate <Key>r</Key>{' '}
        resolve <Key>s</Key> snooze <Key>m</Key> mute <Key>x</Key> select <Key>Shift X</Key> select a range
      </div>
      <MuteDialog
        objectives={
          muting && [
            ...new Map(
              muting.map(({ objectiveSlug, objectiveName }) => [
                objectiveSlug,
                { slug: objectiveSlug, name: objectiveName },
              ]),
            ).values(),
          ]
        }
        onClose={() => setMuting(null)}
      />
      <SnoozeDialog
        incidents={snoozing}
        onClose={() => setSnoozing(null)}
        onSnooze={(incident, until) => act(incident, 'snooze', { until })}
      />
    </section>
  );
}

function matches(incident: IncidentSummary, text: string): boolean {
  if (!text) return true;
  const haystack = [incident.reference, incident.title, incident.feature, incident.topSuspect?.title].join(' ');
  return haystack.toLowerCase().includes(text.toLowerCase());
}

function NothingMatches({ text }: { text: string }) {
  return (
    <Empty
      title={`No incident matches "${text}".`}
      action={
        <Link
          to="."
          search={(previous: Record<string, string | string[] | undefined>) => ({ ...previous, q: undefined })}
        >
          Clear the filter
        </Link>
      }
    />
  );
}

function NothingBurns({ state }: { state: ListState }) {
  const project = useProjectSlug();
  const objectives = useApi<{ items: ObjectiveSummary[] }>('/objectives', { query: { limit: 50 } });
  if (state !== 'open')
    return <Empty title={state === 'resolved' ? 'Nothing was resolved yet.' : 'Nobody holds one.'} />;
  const lowest = objectives.data?.items
    .filter(({ budget }) => budget.remaining !== null)
    .toSorted((a, b) => (a.budget.remaining ?? 0) - (b.budget.remaining ?? 0))[0];
  return (
    <Empty
      title="Nothing is burning."
      action={
        <Link to="/p/$project/slos" params={{ project }}>
          {objectives.data?.items.length === 0 ? 'Set the first objective' : 'See all objectives'}
        </Link>
      }
    >
      {lowest
        ? `Lowest budget: ${lowest.name}, ${formatPercent(lowest.budget.remaining)} left.`
        : 'No objective has a budget to watch yet.'}
    </Empty>
  );
}
