import type { ComponentChildren } from "preact";
import { slot } from "./slot.ts";

/** A column of a {@link Table}. */
export interface Column {
  label: string;
  /** Numbers stand right with even digits; `fixed` never breaks. */
  kind?: "number" | "fixed";
  /** Names the column for readers only. */
  hidden?: boolean;
}

/** Props of {@link Table}. */
export interface TableProps {
  /** Names the table, also as a box that scrolls. */
  label: string;
  columns: readonly Column[];
  /** Cells per row; the cell of the first column is the row's header. */
  rows: readonly (readonly ComponentChildren[])[];
  /** On narrow screens each row becomes a card, its cells named by their columns. */
  stacks?: boolean;
}

/**
 * Rows and columns in a box of their own that scrolls sideways on narrow screens, or stacks there.
 *
 * The roles are spelled out because browsers drop those of a table whose parts are no table parts
 * any more.
 */
export function Table({ label, columns, rows, stacks = false }: TableProps) {
  const role = <R extends string>(name: R): R | undefined => stacks ? name : undefined;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table class={stacks ? "table stacks" : "table"} role={role("table")}>
        <thead role={role("rowgroup")}>
          <tr role={role("row")}>
            {columns.map((column) => (
              <th
                key={column.label}
                scope="col"
                role={role("columnheader")}
                class={cellClass(column)}
              >
                {column.hidden ? <span class="sr">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role={role("rowgroup")}>
          {rows.map((cells, row) => (
            <tr key={row} role={role("row")}>
              {cells.map((cell, i) =>
                i === 0
                  ? (
                    <th key={i} scope="row" role={role("rowheader")} class={cellClass(columns[i])}>
                      {slot(cell)}
                    </th>
                  )
                  : (
                    <td
                      key={i}
                      role={role("cell")}
                      class={cellClass(columns[i])}
                      data-label={stacks && !columns[i]?.hidden ? columns[i]?.label : undefined}
                    >
                      {slot(cell)}
                    </td>
                  )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellClass(column: Column | undefined): string | undefined {
  if (column?.kind === "number") return "n";
  return column?.kind === "fixed" ? "w" : undefined;
}
