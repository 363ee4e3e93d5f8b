import type { auditEntry } from '@plimsoll/contract';
import { useMemo } from 'react';
import type { z } from 'zod';
import type { Column } from '../design/data-table.js';
import { RecordsPanel } from '../form/records-panel.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';

type AuditEntry = z.infer<typeof auditEntry>;

/** What was changed to what, as far as it was recorded. */
function detailText(detail: AuditEntry['detail']): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

/** Who changed what, newest first. */
export function AuditSection() {
  const zone = useZone();
  const columns = useMemo<Column<AuditEntry>[]>(
    () => [
      {
        id: 'at',
        header: 'When',
        value: ({ at }) => at,
        cell: ({ at }) => <span className="nowrap">{formatInstant(at, zone, Date.now(), true)}</span>,
      },
      { id: 'actor', header: 'Who', value: ({ actor }) => actor, cell: ({ actor }) => actor },
      { id: 'action', header: 'What', value: ({ action }) => action, cell: ({ action }) => action },
      {
        id: 'subject',
        header: 'Of',
        value: ({ subject }) => subject,
        cell: ({ subject }) => <span style={{ overflowWrap: 'anywhere' }}>{subject}</span>,
      },
      {
        id: 'detail',
        header: 'Detail',
        wide: true,
        cell: ({ detail }) => (
          <span className="muted" style={{ overflowWrap: 'anywhere' }}>
            {detailText(detail)}
          </span>
        ),
      },
    ],
    [zone],
  );
  return (
    <RecordsPanel<AuditEntry>
      title="Audit log"
      path="/audit"
      query={{ limit: 200 }}
      columns={columns}
      rowId={({ id }) => id}
      empty={{ title: 'Nobody has changed anything yet.' }}
    />
  );
}
