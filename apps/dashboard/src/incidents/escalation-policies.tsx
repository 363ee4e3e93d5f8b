import { Button } from '@mantine/core';
import type { contact, escalationPolicy, notificationChannel, rotation } from '@plimsoll/contract';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { useApi, useProject } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Dialog } from '../design/dialog.js';
import { plural } from '../design/format.js';
import { CallForm } from '../form/call-form.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { browserZone } from '../time/zone.js';
import { policyFields, policyOf, targetValue } from './policy-fields.js';

type Policy = z.infer<typeof escalationPolicy>;

/** Who is told next when nobody acknowledges. */
export function EscalationPolicies() {
  const [editing, setEditing] = useState<Policy | 'new' | null>(null);
  const columns = useMemo<Column<Policy>[]>(
    () => [
      { id: 'name', header: 'Policy', value: ({ name }) => name, cell: ({ name }) => name },
      {
        id: 'objectives',
        header: 'For',
        cell: ({ objectives }) => objectives.join(', ') || 'every objective that no other names',
      },
      { id: 'steps', header: 'Steps', cell: (row) => <Steps policy={row} /> },
      {
        id: 'repeat',
        header: 'Begins again',
        numeric: true,
        cell: ({ repeat }) => (repeat === 0 ? 'never' : plural(repeat, 'time')),
      },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: (row) => (
          <span className="nowrap">
            <Button onClick={() => setEditing(row)}>Change</Button>{' '}
            <RemoveButton
              path={`/escalation-policies/${row.id}`}
              what={row.name}
              consequence="Its objectives tell the channels only; nobody is told again when nothing happens."
              invalidates={['/escalation-policies']}
            />
          </span>
        ),
      },
    ],
    [],
  );
  const close = () => setEditing(null);
  return (
    <>
      <RecordsPanel<Policy>
        title="Escalation"
        path="/escalation-policies"
        columns={columns}
        rowId={({ id }) => id}
        empty={{ title: 'No policy yet.', text: 'A page that nobody acknowledges stays unanswered.' }}
        aside={<Button onClick={() => setEditing('new')}>New policy</Button>}
      />
      <Dialog
        opened={editing !== null}
        onClose={close}
        title={editing === 'new' ? 'New policy' : 'Change a policy'}
        size="lg"
      >
        {editing && <PolicyForm policy={editing === 'new' ? null : editing} onDone={close} />}
      </Dialog>
    </>
  );
}

function Steps({ policy }: { policy: Policy }) {
  return (
    <ol style={{ margin: 0, paddingLeft: 18 }}>
      {policy.steps.map((step, index) => (
        <li key={index}>
          {step.targets.map((target) => targetValue(target).replace(':', ' ')).join(', ')}{' '}
          <span className="muted">waits {step.waitMinutes} min</span>
        </li>
      ))}
    </ol>
  );
}

function PolicyForm({ policy, onDone }: { policy: Policy | null; onDone: () => void }) {
  const project = useProject();
  const contacts = useApi<{ items: z.infer<typeof contact>[] }>('/contacts');
  const rotations = useApi<{ items: z.infer<typeof rotation>[] }>('/rotations');
  const channels = useApi<{ items: z.infer<typeof notificationChannel>[] }>('/channels');
  if (!contacts.data || !rotations.data || !channels.data) return null;
  const targets = [
    ...rotations.data.items.map(({ name }) => ({ value: `rotation:${name}`, label: `who is on call in ${name}` })),
    ...contacts.data.items.map(({ name }) => ({ value: `user:${name}`, label: name })),
    ...channels.data.items.map(({ name, kind }) => ({
      value: `${kind === 'webhook' ? 'webhook' : 'channel'}:${name}`,
      label: `${name} (${kind})`,
    })),
  ];
  if (targets.length === 0)
    return <span className="muted">There is nobody to tell yet: add a channel, a contact or a rotation first.</span>;
  return (
    <CallForm
      stacked
      fields={policyFields(policy, targets, project?.timeZone ?? browserZone())}
      action="Save"
      invalidates={['/escalation-policies']}
      fault={({ targets0 }) => (targets0 ? null : 'The first step tells nobody yet.')}
      request={(values) => ({ path: '/escalation-policies', body: policyOf(values) })}
      onDone={onDone}
    />
  );
}
