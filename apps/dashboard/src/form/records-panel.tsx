import type { ReactNode } from 'react';
import { useApi } from '../api/queries.js';
import type { QueryParameters } from '../api/client.js';
import { DataTable, type Column } from '../design/data-table.js';
import { Panel } from '../design/panel.js';
import { Empty, Loaded } from '../design/states.js';

interface RecordsPanelProps<T> {
  title: string;
  path: string;
  query?: QueryParameters;
  columns: readonly Column<T>[];
  rowId: (row: T) => string;
  /** Why there is none and what to do. */
  empty: { title: string; text?: ReactNode };
  aside?: ReactNode;
}

/** A list of one kind of thing from one path of the API. */
export function RecordsPanel<T extends object>(props: RecordsPanelProps<T>) {
  const { title, path, query, columns, rowId, empty, aside } = props;
  const records = useApi<{ items: T[] }>(path, query ? { query } : {});
  return (
    <Panel title={title} flush aside={aside}>
      <Loaded query={records} what={title}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={empty.title}>{empty.text}</Empty>
          ) : (
            <DataTable label={title} rows={items} columns={columns} rowId={rowId} />
          )
        }
      </Loaded>
    </Panel>
  );
}
