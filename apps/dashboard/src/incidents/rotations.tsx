import { Button } from '@mantine/core';
import type { rotation } from '@plimsoll/contract';
import { useMemo, useState } from 'react';
import type { z } from 'zod';
import { useProject } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Dialog } from '../design/dialog.js';
import { plural } from '../design/format.js';
import { CallForm } from '../form/call-form.js';
import { instantOfWall, listOf, wallOfInstant, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { useZone } from '../time/use-time.js';
import { browserZone, zoneName } from '../time/zone.js';

type Rotation = z.infer<typeof rotation>;

const paths = ['/rotations', '/on-call'];
const dayMs = 86_400_000;

/** People who take turns by the week, and who stands in for whom. */
export function Rotations() {
  const [editing, setEditing] = useState<Rotation | 'new' | null>(null);
  const [standingIn, setStandingIn] = useState<Rotation | null>(null);
  const columns = useMemo<Column<Rotation>[]>(
    () => [
      { id: 'name', header: 'Rotation', value: ({ name }) => name, cell: ({ name }) => name },
      { id: 'members', header: 'Turns', cell: ({ members }) => members.join(', ') },
      {
        id: 'handoff',
        header: 'Handover',
        cell: ({ handoff, startsOn, timeZone }) => `${weekday(startsOn)} ${handoff} ${timeZone}`,
      },
      { id: 'overrides', header: 'Stand-ins', numeric: true, cell: ({ overrides }) => overrides.length },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: (row) => (
          <>
            <Button onClick={() => setStandingIn(row)}>Stand in</Button>{' '}
            <Button onClick={() => setEditing(row)}>Change</Button>{' '}
            <RemoveButton
              path={`/rotations/${row.id}`}
              what={row.name}
              consequence="Policies that name this rotation tell nobody in its place."
              invalidates={paths}
            />
          </>
        ),
      },
    ],
    [],
  );
  const close = () => setEditing(null);
  return (
    <>
      <RecordsPanel<Rotation>
        title="Rotations"
        path="/rotations"
        columns={columns}
        rowId={({ id }) => id}
        empty={{ title: 'No rotation yet.', text: 'In a rotation contacts take turns by the week.' }}
        aside={<Button onClick={() => setEditing('new')}>New rotation</Button>}
      />
      <Dialog
        opened={editing !== null}
        onClose={close}
        title={editing === 'new' ? 'New rotation' : 'Change a rotation'}
      >
        {editing && <RotationForm rotation={editing === 'new' ? null : editing} onDone={close} />}
      </Dialog>
      <Dialog
        opened={standingIn !== null}
        onClose={() => setStandingIn(null)}
        title={`Stand in for ${standingIn?.name ?? ''}`}
      >
        {standingIn && <StandInForm rotation={standingIn} onDone={() => setStandingIn(null)} />}
      </Dialog>
    </>
  );
}

function weekday(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' }).format(Date.parse(day));
}

function RotationForm({ rotation: known, onDone }: { rotation: Rotation | null; onDone: () => void }) {
  const project = useProject();
  const fields: Field[] = [
    { name: 'name', label: 'Name', required: true, initial: known?.name ?? '' },
    {
      name: 'members',
      label: 'Contacts in the order of their turns',
      required: true,
      placeholder: 'kim, alex',
      initial: known?.members.join(', ') ?? '',
      hint: 'Names with commas between them',
    },
    {
      name: 'startsOn',
      label: 'First handover on',
      kind: 'date',
      required: true,
      initial: known?.startsOn ?? new Date().toISOString().slice(0, 10),
    },
    { name: 'handoff', label: 'Handover at', kind: 'time', required: true, initial: known?.handoff ?? '09:00' },
    {
      name: 'timeZone',
      label: 'Time zone',
      required: true,
      initial: known?.timeZone ?? project?.timeZone ?? browserZone(),
    },
  ];
  return (
    <CallForm
      stacked
      fields={fields}
      action="Save"
      invalidates={paths}
      request={({ members, ...rest }) => ({
        path: '/rotations',
        body: { ...rest, members: listOf(members), overrides: known?.overrides ?? [] },
      })}
      onDone={onDone}
    />
  );
}

function StandInForm({ rotation: known, onDone }: { rotation: Rotation; onDone: () => void }) {
  const zone = useZone();
  const now = Date.now();
  const { id: _, overrides, ...rest } = known;
  const present = overrides.filter(({ endsAt }) => Date.parse(endsAt) > now);
  const fields: Field[] = [
    { name: 'contact', label: 'Contact', required: true, hint: 'Also one who takes no turns in this rotation' },
    {
      name: 'startsAt',
      label: `From (${zoneName(now, zone)})`,
      kind: 'moment',
      required: true,
      initial: wallOfInstant(now, zone),
    },
    {
      name: 'endsAt',
      label: `Until (${zoneName(now, zone)})`,
      kind: 'moment',
      required: true,
      initial: wallOfInstant(now + dayMs, zone),
    },
  ];
  return (
    <div className="stack">
      <span className="muted">{plural(present.length, 'stand-in')} planned or running.</span>
      <CallForm
        stacked
        fields={fields}
        action="Stand in"
        invalidates={paths}
        request={({ contact, startsAt, endsAt }) => ({
          path: '/rotations',
          body: {
            ...rest,
            overrides: [
              ...present,
              {
                contact,
                startsAt: instantOfWall(startsAt ?? '', zone),
                endsAt: instantOfWall(endsAt ?? '', zone),
              },
            ],
          },
        })}
        onDone={onDone}
      />
    </div>
  );
}
