import type { contact, onCallShift } from '@plimsoll/contract';
import type { z } from 'zod';
import { useApi } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';
import { Tile } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import { given } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { EscalationPolicies } from './escalation-policies.js';
import { Rotations } from './rotations.js';

export type OnCallShift = z.infer<typeof onCallShift>;
type Contact = z.infer<typeof contact>;

/** Who is woken, in which order, and who is on call now. */
export function OnCallSection() {
  return (
    <>
      <OnCallNow />
      <EscalationPolicies />
      <Rotations />
      <Contacts />
    </>
  );
}

function OnCallNow() {
  const shifts = useApi<{ items: OnCallShift[] }>('/on-call', { every: 60_000 });
  const zone = useZone();
  return (
    <Panel title="On call now">
      <Loaded query={shifts} what="The people on call" rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody is on call.">
              Add contacts, then a rotation of them; a policy says when they are told.
            </Empty>
          ) : (
            <div className="tiles">
              {items.map((shift) => (
                <Tile
                  key={shift.rotation}
                  label={shift.rotation}
                  value={shift.contact ?? 'nobody'}
                  {...(shift.contact === null ? { color: 'failing' as const } : {})}
                  note={
                    (shift.to === null ? 'no handover is planned' : `until ${formatInstant(shift.to, zone)}`) +
                    (shift.isOverride ? ', standing in' : '') +
                    (shift.next === null ? '' : `, then ${shift.next}`)
                  }
                />
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  );
}

const contactColumns: readonly Column<Contact>[] = [
  { id: 'name', header: 'Name', value: ({ name }) => name, cell: ({ name }) => name },
  { id: 'channel', header: 'Reached by', cell: ({ channel }) => channel },
  { id: 'email', header: 'Own mail address', cell: ({ email }) => email ?? '-' },
  {
    id: 'actions',
    header: '',
    numeric: true,
    cell: ({ id, name }) => (
      <RemoveButton
        path={`/contacts/${id}`}
        what={name}
        consequence="Rotations and policies that name this contact tell nobody in its place."
        invalidates={['/contacts', '/on-call']}
      />
    ),
  },
];

function Contacts() {
  const channels = useApi<{ items: { name: string }[] }>('/channels');
  const names = channels.data?.items.map(({ name }) => name) ?? [];
  return (
    <>
      <RecordsPanel<Contact>
        title="Contacts"
        path="/contacts"
        columns={contactColumns}
        rowId={({ id }) => id}
        empty={{ title: 'No contact yet.', text: 'A contact is a person and the channel that reaches them.' }}
      />
      <Panel title="New contact">
        {names.length === 0 ? (
          <span className="muted">Add a channel under Notifications first: it is how a contact is reached.</span>
        ) : (
          <CallForm
            key={names.join()}
            fields={[
              { name: 'name', label: 'Name', required: true },
              {
                name: 'channel',
                label: 'Reached by',
                kind: 'select',
                options: names.map((name) => ({ value: name, label: name })),
              },
              { name: 'email', label: 'Own mail address', placeholder: 'where the channel sends mail' },
            ]}
            quiet
            action="Add"
            invalidates={['/contacts', '/on-call']}
            request={(values) => ({ path: '/contacts', body: given(values, 'name', 'channel', 'email') })}
          />
        )}
      </Panel>
    </>
  );
}
