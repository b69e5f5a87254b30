import css from './SmallTable.module.css';

type Props = {
  columns: readonly string[];
  /** As many cells each; the first names its row. */
  rows: readonly (readonly (string | number)[])[];
};

export function SmallTable({ columns, rows }: Props) {
  return (
    <table className={css.table}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            {cells.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
