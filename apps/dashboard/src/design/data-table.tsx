import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useShortcuts } from '../shell/shortcuts.js';

export interface Column<T> {
  id: string;
  header: ReactNode;
  /** What is sorted by; without it the column cannot be sorted. */
  value?: (row: T) => string | number | null;
  cell: (row: T) => ReactNode;
  numeric?: boolean;
  title?: string;
  /** Hidden where the screen is narrow. */
  wide?: boolean;
}

interface DataTableProps<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowId: (row: T) => string;
  onOpen?: (row: T) => void;
  sort?: { id: string; desc: boolean };
  footer?: ReactNode;
  /** j, k and Enter move through the rows; one table a page has them. */
  keys?: boolean;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
});

/** A table whose columns sort on a click; missing values stay last either way. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, rows, columns, rowId, onOpen, sort, footer, keys = false } = props;
  const [sorting, setSorting] = useState(sort ? [sort] : []);
  const body = useRef<HTMLTableSectionElement>(null);
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return helper.columns(
      columns.map((column) =>
        helper.accessor((row: T) => column.value?.(row) ?? undefined, {
          id: column.id,
          enableSorting: column.value !== undefined,
          sortUndefined: 'last',
          sortFn: 'basic',
          sortDescFirst: column.numeric ?? false,
        }),
      ),
    );
  }, [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows as T[],
    getRowId: rowId,
    enableSortingRemoval: false,
    state: { sorting },
    onSortingChange: setSorting,
  });
  const byId = new Map(columns.map((column) => [column.id, column]));
  const move = (step: number) => {
    const elements = [...(body.current?.querySelectorAll<HTMLElement>('tr[tabindex]') ?? [])];
    const index = elements.indexOf(document.activeElement as HTMLElement);
    elements[Math.max(0, Math.min(elements.length - 1, index + step))]?.focus();
  };
  useShortcuts(
    label,
    keys && onOpen
      ? [
          { keys: 'j', label: 'Next row', run: () => move(1) },
          { keys: 'k', label: 'Row before', run: () => move(-1) },
        ]
      : [],
  );
  return (
    <table className="table" aria-label={label}>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => {
              const column = byId.get(header.column.id);
              const sorted = sorting.find(({ id }) => id === header.column.id);
              // A column of buttons has no name, and an empty heading is none.
              if (column?.header === '') return <td key={header.id} />;
              return (
                <th
                  key={header.id}
                  className={cellClass(column)}
                  title={column?.title}
                  aria-sort={sorted ? (sorted.desc ? 'descending' : 'ascending') : undefined}
                >
                  {header.column.getCanSort() ? (
                    <button type="button" className="sort" onClick={header.column.getToggleSortingHandler()}>
                      {column?.header}
                      {sorted &&
                        (sorted.desc ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
                    </button>
                  ) : (
                    column?.header
                  )}
                </th>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody ref={body}>
        {table.getRowModel().rows.map((row) => (
          <tr key={row.id} {...(onOpen ? openable(() => onOpen(row.original)) : {})}>
            {columns.map((column) => (
              <td key={column.id} className={cellClass(column)}>
                {column.cell(row.original)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {footer && <tfoot>{footer}</tfoot>}
    </table>
  );
}

function cellClass<T>(column: Column<T> | undefined): string | undefined {
  const names = [column?.numeric ? 'num' : '', column?.wide ? 'wide-only' : ''].filter(Boolean);
  return names.length > 0 ? names.join(' ') : undefined;
}

/** Makes a row open something by click and by Enter, but leaves links, buttons and selected text inside it alone. */
export function openable(open: () => void) {
  return {
    tabIndex: 0,
    'data-link': true,
    onClick: (event: MouseEvent<HTMLElement>) => {
      if ((event.target as HTMLElement).closest('a, button, input') || window.getSelection()?.toString()) return;
      open();
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.key === 'Enter' && event.target === event.currentTarget) open();
    },
  };
}
