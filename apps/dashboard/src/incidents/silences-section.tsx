import type { silence } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { z } from 'zod';
import type { Column } from '../design/data-table.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import { instantOfWall, listOf, wallOfInstant, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { MaintenancePanels } from './maintenance-panels.js';
import { RemoveButton } from '../form/remove-button.js';
import { useZone } from '../time/use-time.js';
import { formatInstant, zoneName } from '../time/zone.js';
import { useObjectiveField } from './use-objective-field.js';

type Silence = z.infer<typeof silence>;

const hourMs = 3_600_000;

/** Times in which nobody is told; incidents open and keep their timeline all the same. */
export function SilencesSection() {
  return (
    <>
      <NewSilence />
      <SilenceTable />
      <MaintenancePanels />
    </>
  );
}

function NewSilence() {
  const zone = useZone();
  const objective = useObjectiveField();
  const fields = useMemo<Field[]>(() => {
    const now = Date.now();
    return [
      { name: 'comment', label: 'Why', required: true, placeholder: 'load test of the new cluster' },
      objective.field,
      { name: 'features', label: 'Features', placeholder: 'all' },
      { name: 'startsAt', label: `From (${zoneName(now, zone)})`, kind: 'moment', initial: wallOfInstant(now, zone) },
      {
        name: 'endsAt',
        label: `Until (${zoneName(now, zone)})`,
        kind: 'moment',
        required: true,
        initial: wallOfInstant(now + hourMs, zone),
      },
    ];
  }, [objective.field, zone]);
  return (
    <Panel title="New silence">
      <CallForm
        key={objective.ready ? 'ready' : 'waiting'}
        fields={fields}
        action="Silence"
        invalidates={['/silences']}
        request={({ comment, objective, features, startsAt, endsAt }) => ({
          path: '/silences',
          body: {
            comment,
            objectives: objective ? [objective] : [],
            features: listOf(features),
            ...(startsAt ? { startsAt: instantOfWall(startsAt, zone) } : {}),
            endsAt: instantOfWall(endsAt ?? '', zone),
          },
        })}
      />
    </Panel>
  );
}

function SilenceTable() {
  const zone = useZone();
  const columns = useMemo<Column<Silence>[]>(
    () => [
      {
        id: 'active',
        header: 'State',
        cell: ({ active }) => <Status color={active ? 'risk' : 'muted'}>{active ? 'silent' : 'planned'}</Status>,
      },
      { id: 'comment', header: 'Why', cell: ({ comment }) => comment },
      {
        id: 'scope',
        header: 'Of',
        cell: ({ objectives, features }) => [...objectives, ...features].join(', ') || 'everything',
      },
      {
        id: 'from',
        header: 'From',
        value: ({ startsAt }) => startsAt,
        cell: (row) => formatInstant(row.startsAt, zone),
      },
      { id: 'to', header: 'Until', value: ({ endsAt }) => endsAt, cell: (row) => formatInstant(row.endsAt, zone) },
      { id: 'by', header: 'By', cell: ({ createdBy }) => createdBy },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: ({ id, comment }) => (
          <RemoveButton
            action="End"
            path={`/silences/${id}`}
            what={`"${comment}"`}
            consequence="Messages go out again from now on; what opened meanwhile is told."
            invalidates={['/silences']}
          />
        ),
      },
    ],
    [zone],
  );
  return (
    <RecordsPanel<Silence>
      title="Silences"
      path="/silences"
      columns={columns}
      rowId={({ id }) => id}
      empty={{ title: 'Nothing is silenced.', text: 'Silence an objective while you test or migrate it.' }}
    />
  );
}
