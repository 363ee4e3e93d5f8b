import { Button } from '@mantine/core';
import type { Project } from '@plimsoll/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { sessionKey, useSession } from '../api/queries.js';
import { DataTable, type Column } from '../design/data-table.js';
import { Dialog } from '../design/dialog.js';
import { plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { CallForm } from '../form/call-form.js';
import type { Field } from '../form/field.js';
import { useZone } from '../time/use-time.js';
import { browserZone, formatInstant } from '../time/zone.js';

const currencyField: Field = { name: 'currency', label: 'Currency', required: true, initial: 'USD' };
const daysOf = (text: string | undefined) => (text?.trim() ? Number(text) : null);
const keptWords = (days: number | null) => (days === null ? 'for ever' : plural(days, 'day'));

/** Projects keep their data apart; each has its own keys, currency, time zone and retention. */
export function ProjectsSection() {
  const session = useSession();
  const client = useQueryClient();
  const [editing, setEditing] = useState<Project | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: sessionKey });
  const zone = useZone();
  const columns = useMemo(() => projectColumns(zone, setEditing), [zone]);
  return (
    <>
      <Panel title="New project">
        <CallForm<Project>
          fields={[{ name: 'name', label: 'Name', required: true }, currencyField]}
          action="Make a project"
          invalidates={[]}
          request={({ name, currency }) => ({
            path: '/projects',
            body: { name, currency: currency?.toUpperCase(), timeZone: browserZone() },
          })}
          onDone={refresh}
        />
      </Panel>
      <Panel title="Projects" flush>
        <Loaded query={session} what="Projects">
          {({ projects }) => <DataTable label="Projects" rows={projects} columns={columns} rowId={({ id }) => id} />}
        </Loaded>
      </Panel>
      <Dialog opened={editing !== null} onClose={() => setEditing(null)} title={`Change ${editing?.name ?? ''}`}>
        {editing && (
          <EditProject
            project={editing}
            onDone={() => {
              setEditing(null);
              refresh();
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function projectColumns(zone: string, edit: (project: Project) => void): Column<Project>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      value: ({ name }) => name,
      cell: ({ name, slug, simulated }) => (
        <>
          <Link to="/p/$project" params={{ project: slug }}>
            {name}
          </Link>
          {simulated && <span className="muted"> simulated</span>}
        </>
      ),
    },
    { id: 'slug', header: 'Address', wide: true, cell: ({ slug }) => <span className="mono">{slug}</span> },
    { id: 'currency', header: 'Currency', cell: ({ currency }) => currency },
    { id: 'zone', header: 'Time zone', cell: ({ timeZone }) => timeZone },
    {
      id: 'spans',
      header: 'Keeps figures of calls',
      title: 'Spans with their times, tokens and cost',
      numeric: true,
      cell: ({ spanRetentionDays }) => keptWords(spanRetentionDays),
    },
    {
      id: 'payloads',
      header: 'Keeps their texts',
      title: 'Messages and raw attributes',
      numeric: true,
      cell: ({ payloadRetentionDays }) => keptWords(payloadRetentionDays),
    },
    {
      id: 'made',
      header: 'Made',
      wide: true,
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => formatInstant(createdAt, zone),
    },
    {
      id: 'actions',
      header: '',
      numeric: true,
      cell: (project) => <Button onClick={() => edit(project)}>Change</Button>,
    },
  ];
}

function EditProject({ project, onDone }: { project: Project; onDone: () => void }) {
  const { spanDays, payloadDays } = project.ownRetention;
  const fields: Field[] = [
    { name: 'name', label: 'Name', required: true, initial: project.name },
    { ...currencyField, initial: project.currency },
    { name: 'timeZone', label: 'Time zone', required: true, initial: project.timeZone },
    {
      name: 'spanRetentionDays',
      label: 'Days that spans are kept',
      kind: 'number',
      initial: spanDays === null ? '' : String(spanDays),
      hint: 'For spans that come from now on. Empty: as the installation says',
    },
    {
      name: 'payloadRetentionDays',
      label: 'Days that messages and raw attributes are kept',
      kind: 'number',
      initial: payloadDays === null ? '' : String(payloadDays),
      hint: 'For stored ones too, within the hour; figures stay. Empty: as the installation says',
    },
  ];
  return (
    <CallForm
      stacked
      fields={fields}
      action="Save"
      invalidates={[]}
      request={({ name, currency, timeZone, ...days }) => ({
        path: `/projects/${project.id}`,
        method: 'PATCH',
        body: {
          name,
          currency,
          timeZone,
          spanRetentionDays: daysOf(days.spanRetentionDays),
          payloadRetentionDays: daysOf(days.payloadRetentionDays),
        },
      })}
      onDone={onDone}
    />
  );
}
