import type { Onboarding } from '@plimsoll/contract';
import { useMemo } from 'react';
import { type Column, DataTable } from '../design/data-table.js';
import { formatCount } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';

type Rejection = Onboarding['lastRejections'][number];
type UnmappedAttribute = Onboarding['unmappedAttributes'][number];

/** The last refused requests, newest first: nothing where nothing was refused. */
export function RefusedPanel({ rejections }: { rejections: readonly Rejection[] }) {
  const zone = useZone();
  const columns = useMemo<Column<Rejection>[]>(
    () => [
      {
        id: 'at',
        header: 'When',
        value: ({ at }) => at,
        cell: ({ at }) => <span className="nowrap">{formatInstant(at, zone, Date.now(), true)}</span>,
      },
      {
        id: 'reason',
        header: 'Why',
        value: ({ reason }) => reason,
        cell: ({ reason, detail }) => (
          <>
            <strong>{reason}</strong> <span className="muted">{detail}</span>
          </>
        ),
      },
      { id: 'field', header: 'Field', wide: true, cell: ({ field }) => <span className="mono">{field ?? '-'}</span> },
      {
        id: 'route',
        header: 'Where',
        wide: true,
        cell: ({ route, signal }) => <span className="mono">{route === '' ? signal : route}</span>,
      },
      {
        id: 'key',
        header: 'Key',
        wide: true,
        cell: ({ keyPrefix }) =>
          keyPrefix === null ? (
            <span className="muted nowrap">none known</span>
          ) : (
            <span className="mono">{keyPrefix}…</span>
          ),
      },
      {
        id: 'count',
        header: 'Times',
        numeric: true,
        value: ({ count }) => count,
        cell: ({ count }) => formatCount(count),
      },
    ],
    [zone],
  );
  if (rejections.length === 0) return null;
  return (
    <Panel title="Refused in the last day" aside={<span className="muted">newest first</span>} flush>
      <DataTable
        label="Refused requests"
        rows={rejections}
        columns={columns}
        rowId={({ at, reason, route, field, keyPrefix, detail }) =>
          [at, reason, route, field, keyPrefix, detail].join(' ')
        }
      />
    </Panel>
  );
}

const attributeColumns: readonly Column<UnmappedAttribute>[] = [
  { id: 'key', header: 'Attribute', value: ({ key }) => key, cell: ({ key }) => <span className="mono">{key}</span> },
  {
    id: 'scope',
    header: 'Sent by',
    value: ({ scopeName }) => scopeName,
    cell: ({ scopeName }) => (scopeName === '' ? <span className="muted">unnamed</span> : scopeName),
  },
  {
    id: 'count',
    header: 'Spans',
    numeric: true,
    value: ({ count }) => count,
    cell: ({ count }) => formatCount(count),
  },
];

/** Attributes that no dialect explains: shown on their spans, read into no figure. */
export function UnmappedPanel({ attributes }: { attributes: readonly UnmappedAttribute[] }) {
  if (attributes.length === 0) return null;
  return (
    <Panel
      title="Attributes without a meaning here"
      aside={<span className="muted">30 days; kept on their spans</span>}
      flush
    >
      <DataTable
        label="Unmapped attributes"
        rows={attributes}
        columns={attributeColumns}
        rowId={({ scopeName, key }) => `${scopeName} ${key}`}
        sort={{ id: 'count', desc: true }}
      />
    </Panel>
  );
}
