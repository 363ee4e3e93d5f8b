import { Button } from '@mantine/core';
import type { ObjectiveSummary, runbook, runbookAction } from '@plimsoll/contract';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { useApi } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Dialog } from '../design/dialog.js';
import { CallForm } from '../form/call-form.js';
import { given, listOf, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { parametersOf, parametersText } from './runbook-parameters.js';

type Runbook = z.infer<typeof runbook>;
type Action = z.infer<typeof runbookAction>;

/** What to do when something burns, and the calls that may be made from there. */
export function RunbooksSection() {
  const [editing, setEditing] = useState<Runbook | 'new' | null>(null);
  const [allowing, setAllowing] = useState<Action | 'new' | null>(null);
  const runbookColumns = useMemo(() => columnsOfRunbooks(setEditing), []);
  const actionColumns = useMemo(() => columnsOfActions(setAllowing), []);
  return (
    <>
      <RecordsPanel<Runbook>
        title="Runbooks"
        path="/runbooks"
        columns={runbookColumns}
        rowId={({ id }) => id}
        empty={{ title: 'No runbook yet.', text: 'Whoever is paged at night will miss it.' }}
        aside={
          <Button variant="filled" onClick={() => setEditing('new')}>
            New runbook
          </Button>
        }
      />
      <RecordsPanel<Action>
        title="Actions"
        path="/runbook-actions"
        columns={actionColumns}
        rowId={({ id }) => id}
        empty={{
          title: 'No action is allowed.',
          text: 'An action calls one address, for instance to roll a prompt back.',
        }}
        aside={<Button onClick={() => setAllowing('new')}>New action</Button>}
      />
      <Dialog
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === 'new' ? 'New runbook' : 'Change a runbook'}
        size="lg"
      >
        {editing && <RunbookForm known={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />}
      </Dialog>
      <Dialog
        opened={allowing !== null}
        onClose={() => setAllowing(null)}
        title={allowing === 'new' ? 'New action' : 'Change an action'}
      >
        {allowing && <ActionForm known={allowing === 'new' ? null : allowing} onDone={() => setAllowing(null)} />}
      </Dialog>
    </>
  );
}

function columnsOfRunbooks(edit: (runbook: Runbook) => void): Column<Runbook>[] {
  return [
    { id: 'name', header: 'Runbook', value: ({ name }) => name, cell: ({ name }) => name },
    {
      id: 'for',
      header: 'For',
      cell: ({ objectives, kinds, suspectKinds }) =>
        [...objectives, ...kinds, ...suspectKinds.map((kind) => `suspect ${kind}`)].join(', ') || 'everything',
    },
    { id: 'actions', header: 'Actions', cell: ({ actions }) => actions.join(', ') || '-' },
    {
      id: 'buttons',
      header: '',
      numeric: true,
      cell: (row) => (
        <>
          <Button onClick={() => edit(row)}>Change</Button>{' '}
          <RemoveButton
            path={`/runbooks/${row.id}`}
            what={row.name}
            consequence="Incidents no longer show it; what was ticked stays in their timelines."
            invalidates={['/runbooks', '/incidents']}
          />
        </>
      ),
    },
  ];
}

function columnsOfActions(edit: (action: Action) => void): Column<Action>[] {
  return [
    {
      id: 'title',
      header: 'Action',
      value: ({ title }) => title,
      cell: ({ title, name }) => (
        <>
          {title} <span className="muted">{name}</span>
        </>
      ),
    },
    { id: 'host', header: 'Calls', cell: ({ host }) => <span className="mono">{host}</span> },
    {
      id: 'parameters',
      header: 'With',
      cell: ({ parameters }) => parametersText(parameters).replaceAll('\n', ', ') || '-',
    },
    {
      id: 'buttons',
      header: '',
      numeric: true,
      cell: (row) => (
        <>
          <Button onClick={() => edit(row)}>Change</Button>{' '}
          <RemoveButton
            path={`/runbook-actions/${row.id}`}
            what={row.title}
            consequence="Runbooks that name it cannot run it any more."
            invalidates={['/runbook-actions', '/incidents']}
          />
        </>
      ),
    },
  ];
}

const kinds = [
  { value: 'latency', label: 'latency' },
  { value: 'error', label: 'errors' },
  { value: 'quality', label: 'quality' },
  { value: 'cost', label: 'cost' },
];

function RunbookForm({ known, onDone }: { known: Runbook | null; onDone: () => void }) {
  const actions = useApi<{ items: Action[] }>('/runbook-actions');
  const objectives = useApi<{ items: ObjectiveSummary[] }>('/objectives', { query: { limit: 200 } });
  if (!actions.data || !objectives.data) return null;
  const fields: Field[] = [
    { name: 'name', label: 'Name', required: true, initial: known?.name ?? '' },
    {
      name: 'body',
      label: 'Text',
      kind: 'area',
      required: true,
      hint: 'Markdown. "- [ ] ..." is a step to tick; {{suspect.from}}, {{incident.reference}} and others are filled in',
      placeholder: '- [ ] Compare the prompts\n- [ ] Roll back to {{suspect.from}}',
      initial: known?.body ?? '',
    },
    {
      name: 'objectives',
      label: 'For these objectives',
      kind: 'checks',
      options: objectives.data.items.map(({ slug, name }) => ({ value: slug, label: name })),
      initial: known?.objectives.join(',') ?? '',
    },
    { name: 'kinds', label: 'For these kinds', kind: 'checks', options: kinds, initial: known?.kinds.join(',') ?? '' },
    {
      name: 'suspectKinds',
      label: 'For suspects of kind',
      placeholder: 'prompt, model',
      initial: known?.suspectKinds.join(', ') ?? '',
      hint: 'Nothing chosen at all: for every incident',
    },
    {
      name: 'actions',
      label: 'Actions',
      kind: 'checks',
      options: actions.data.items.map(({ name, title }) => ({ value: name, label: title })),
      initial: known?.actions.join(',') ?? '',
    },
  ];
  return (
    <CallForm
      stacked
      fields={fields}
      action="Save"
      invalidates={['/runbooks', '/incidents']}
      request={(values) => ({
        path: '/runbooks',
        body: {
          name: values.name,
          body: values.body,
          objectives: listOf(values.objectives),
          kinds: listOf(values.kinds),
          suspectKinds: listOf(values.suspectKinds),
          actions: listOf(values.actions),
        },
      })}
      onDone={onDone}
    />
  );
}

function ActionForm({ known, onDone }: { known: Action | null; onDone: () => void }) {
  const fields: Field[] = [
    { name: 'name', label: 'Stable name', required: true, initial: known?.name ?? '', placeholder: 'roll-back' },
    { name: 'title', label: 'What its button says', required: true, initial: known?.title ?? '' },
    {
      name: 'url',
      label: 'Address',
      required: true,
      placeholder: 'https://',
      hint: known ? 'Written anew: it is not shown again' : undefined,
    },
    { name: 'secret', label: 'Signing secret (base64)', kind: 'secret' },
    {
      name: 'parameters',
      label: 'Values that are sent',
      kind: 'area',
      placeholder: 'prompt={{suspect.name}}\nversion={{suspect.from}}',
      hint: 'A line each, name=value; {{...}} is filled in from the incident',
      initial: known ? parametersText(known.parameters) : '',
    },
    { name: 'allowPrivate', label: 'Address in a private network', kind: 'switch' },
  ];
  return (
    <CallForm
      stacked
      fields={fields}
      action="Allow"
      invalidates={['/runbook-actions', '/incidents']}
      request={(values) => ({
        path: '/runbook-actions',
        body: {
          ...given(values, 'name', 'title', 'url', 'secret'),
          parameters: parametersOf(values.parameters ?? ''),
          allowPrivate: values.allowPrivate === 'yes',
        },
      })}
      onDone={onDone}
    />
  );
}
