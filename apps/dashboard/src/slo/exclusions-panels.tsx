import type { Exclusion, Objective } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { Column } from '../design/data-table.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { CallForm } from '../form/call-form.js';
import { instantOfWall, wallOfInstant, type Field } from '../form/field.js';
import { RecordsPanel } from '../form/records-panel.js';
import { RemoveButton } from '../form/remove-button.js';
import { useZone } from '../time/use-time.js';
import { formatInstant, zoneName } from '../time/zone.js';

const paths = ['/exclusions', '/objectives'];
const hourMs = 3_600_000;

/** Stretches of time that do not count: signed, listed for good, and taken back at any time. */
export function ExclusionsPanels({ objective }: { objective: Objective | null }) {
  const zone = useZone();
  const columns = useMemo<Column<Exclusion>[]>(
    () => [
      {
        id: 'state',
        header: 'State',
        cell: ({ revokedAt }) =>
          revokedAt ? <Status color="muted">taken back</Status> : <Status color="risk">does not count</Status>,
      },
      { id: 'of', header: 'Of', cell: (row) => <span className="nowrap">{row.objective ?? 'every objective'}</span> },
      {
        id: 'from',
        header: 'From',
        value: ({ from }) => from,
        cell: ({ from }) => <span className="nowrap">{formatInstant(from, zone)}</span>,
      },
      {
        id: 'to',
        header: 'Until',
        value: ({ to }) => to,
        cell: ({ to }) => <span className="nowrap">{formatInstant(to, zone)}</span>,
      },
      { id: 'reason', header: 'Why', cell: ({ reason }) => reason },
      {
        id: 'signed',
        header: 'Signed',
        cell: ({ createdBy, createdAt, revokedBy, revokedAt }) => (
          <div className="nowrap">
            {createdBy}, {formatInstant(createdAt, zone)}
            {revokedAt && (
              <div className="muted">
                taken back by {revokedBy}, {formatInstant(revokedAt, zone)}
              </div>
            )}
          </div>
        ),
      },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: ({ id, revokedAt }) =>
          revokedAt ? null : (
            <RemoveButton
              action="Take back"
              path={`/exclusions/${id}`}
              what="the exclusion"
              consequence="The calls of that time count again, in every figure; the exclusion stays listed."
              invalidates={paths}
            />
          ),
      },
    ],
    [zone],
  );
  return (
    <>
      <RecordsPanel<Exclusion>
        title="Excluded time"
        path="/exclusions"
        columns={columns}
        rowId={({ id }) => id}
        empty={{
          title: 'All time counts.',
          text: 'What was not the fault of the product can be taken out, with a reason.',
        }}
      />
      <NewExclusion objective={objective} />
    </>
  );
}

function NewExclusion({ objective }: { objective: Objective | null }) {
  const zone = useZone();
  const fields = useMemo<Field[]>(() => {
    const now = Date.now();
    const named = `(${zoneName(now, zone)})`;
    return [
      {
        name: 'scope',
        label: 'Of',
        kind: 'select',
        options: [
          ...(objective ? [{ value: objective.slug, label: objective.name }] : []),
          { value: '', label: 'every objective' },
        ],
      },
      {
        name: 'from',
        label: `From ${named}`,
        kind: 'moment',
        required: true,
        initial: wallOfInstant(now - hourMs, zone),
      },
      { name: 'to', label: `Until ${named}`, kind: 'moment', required: true, initial: wallOfInstant(now, zone) },
      { name: 'reason', label: 'Why', required: true, placeholder: 'provider outage, see their status page' },
    ];
  }, [objective, zone]);
  return (
    <Panel title="Exclude time">
      <CallForm
        fields={fields}
        quiet
        action="Sign and exclude"
        invalidates={paths}
        request={({ scope, from = '', to = '', reason }) => ({
          path: '/exclusions',
          body: {
            ...(scope ? { objective: scope } : {}),
            from: instantOfWall(from, zone),
            to: instantOfWall(to, zone),
            reason,
          },
        })}
      />
    </Panel>
  );
}
