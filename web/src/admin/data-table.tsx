import type { ReactNode } from 'react';
import { classes } from '../ui/classes.ts';
import style from './admin.module.css';

export interface Column<R> {
  readonly id: string;
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (row: R) => ReactNode;
}

interface DataTableProps<R> {
  /** Its name: read aloud. */
  readonly label: string;
  /** The first one names the row. */
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R, index: number) => string;
}

/** A table to be read. On a phone each row is a card that repeats the columns' titles. */
export function DataTable<R>({ label, columns, rows, keyOf }: DataTableProps<R>) {
  return (
    <table className={classes(style.table, style.cards)}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          {columns.map(({ id, title, isNumber }) => (
            <th key={id} scope="col" className={isNumber === true ? style.number : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={keyOf(row, index)}>
            {columns.map((column, place) => (
              <DataCell key={column.id} column={column} row={row} isFirst={place === 0} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DataCell<R>({
  column: { title, isNumber = false, cell },
  row,
  isFirst,
}: {
  readonly column: Column<R>;
  readonly row: R;
  readonly isFirst: boolean;
}) {
  const className = isNumber ? style.number : undefined;
  if (isFirst) {
    return (
      <th scope="row" className={className}>
        {cell(row)}
      </th>
    );
  }
  return (
    <td className={className} data-label={title}>
      <div>{cell(row)}</div>
    </td>
  );
}
