import type { maintenanceWindow } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { z } from 'zod';
import { useProject } from '../api/queries.js';
import type { Column } from '../design/data-table.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import { instantOfWall, listOf, wallOfInstant, type Field, type FormValues } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { useZone } from '../time/use-time.js';
import { browserZone, formatInstant, zoneName } from '../time/zone.js';
import { useObjectiveField } from './use-objective-field.js';

type Window = z.infer<typeof maintenanceWindow>;

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const hourMs = 3_600_000;
const isWeekly = ({ kind }: FormValues) => kind === 'weekly';
const isOnce = ({ kind }: FormValues) => kind !== 'weekly';

/** Planned work, once or every week, in which nobody is told. */
export function MaintenancePanels() {
  const zone = useZone();
  const columns = useMemo<Column<Window>[]>(
    () => [
      {
        id: 'state',
        header: 'State',
        cell: ({ active, next }) =>
          active ? <Status color="risk">now</Status> : <Status color="muted">{next ? 'planned' : 'over'}</Status>,
      },
      { id: 'name', header: 'Maintenance', value: ({ name }) => name, cell: ({ name }) => name },
      {
        id: 'of',
        header: 'Of',
        cell: ({ objectives, features, environments }) =>
          [...objectives, ...features, ...environments].join(', ') || 'everything',
      },
      { id: 'schedule', header: 'When', cell: ({ schedule }) => scheduleText(schedule, zone) },
      {
        id: 'next',
        header: 'Next',
        wide: true,
        cell: ({ next }) => (next ? `${formatInstant(next.from, zone)} to ${formatInstant(next.to, zone)}` : '-'),
      },
      { id: 'by', header: 'By', wide: true, cell: ({ createdBy }) => createdBy },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: ({ id, name }) => (
          <RemoveButton
            path={`/maintenance-windows/${id}`}
            what={name}
            consequence="Messages go out in those times again."
            invalidates={['/maintenance-windows']}
          />
        ),
      },
    ],
    [zone],
  );
  return (
    <>
      <NewMaintenance />
      <RecordsPanel<Window>
        title="Maintenance windows"
        path="/maintenance-windows"
        columns={columns}
        rowId={({ id }) => id}
        empty={{ title: 'No maintenance is planned.', text: 'A window may come back every week.' }}
      />
    </>
  );
}

function scheduleText(schedule: Window['schedule'], zone: string): string {
  if (schedule.kind === 'once')
    return `${formatInstant(schedule.startsAt, zone)} to ${formatInstant(schedule.endsAt, zone)}`;
  const { hours } = schedule;
  return `${hours.days.map((day) => days[day - 1]).join(', ')} ${hours.from} to ${hours.to} ${hours.timeZone}`;
}

function NewMaintenance() {
  const zone = useZone();
  const project = useProject();
  const objective = useObjectiveField();
  const fields = useMemo<Field[]>(() => {
    const now = Date.now();
    const named = `(${zoneName(now, zone)})`;
    return [
      { name: 'name', label: 'Name', required: true, placeholder: 'move of the database' },
      { name: 'comment', label: 'Why', required: true },
      objective.field,
      { name: 'features', label: 'Features', placeholder: 'all' },
      { name: 'environments', label: 'Environments', placeholder: 'all' },
      {
        name: 'kind',
        label: 'Happens',
        kind: 'select',
        options: [
          { value: 'once', label: 'once' },
          { value: 'weekly', label: 'every week' },
        ],
      },
      { name: 'startsAt', label: `From ${named}`, kind: 'moment', initial: wallOfInstant(now, zone), when: isOnce },
      {
        name: 'endsAt',
        label: `Until ${named}`,
        kind: 'moment',
        initial: wallOfInstant(now + hourMs, zone),
        when: isOnce,
      },
      {
        name: 'days',
        label: 'Days',
        kind: 'checks',
        initial: '7',
        options: days.map((label, index) => ({ value: String(index + 1), label })),
        when: isWeekly,
      },
      { name: 'from', label: 'From', kind: 'time', initial: '02:00', when: isWeekly },
      { name: 'to', label: 'Until', kind: 'time', initial: '04:00', when: isWeekly },
      { name: 'timeZone', label: 'Time zone', initial: project?.timeZone ?? browserZone(), when: isWeekly },
    ];
  }, [objective.field, project?.timeZone, zone]);
  return (
    <Panel title="Plan maintenance">
      <CallForm
        key={objective.ready ? 'ready' : 'waiting'}
        fields={fields}
        quiet
        action="Plan"
        invalidates={['/maintenance-windows']}
        fault={(values) => (isWeekly(values) && !values.days ? 'Choose at least one day.' : null)}
        request={(values) => ({
          path: '/maintenance-windows',
          body: {
            name: values.name,
            comment: values.comment,
            objectives: values.objective ? [values.objective] : [],
            features: listOf(values.features),
            environments: listOf(values.environments),
            schedule: scheduleOf(values, zone),
          },
        })}
      />
    </Panel>
  );
}

function scheduleOf(values: FormValues, zone: string) {
  const { days: chosen, from, to, timeZone, startsAt = '', endsAt = '' } = values;
  if (isWeekly(values)) return { kind: 'weekly', hours: { days: listOf(chosen).map(Number), from, to, timeZone } };
  return { kind: 'once', startsAt: instantOfWall(startsAt, zone), endsAt: instantOfWall(endsAt, zone) };
}
