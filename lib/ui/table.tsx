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
}

/** Rows and columns in a box of their own that scrolls sideways on narrow screens. */
export function Table({ label, columns, rows }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.label} scope="col" class={cellClass(column)}>
                {column.hidden ? <span class="sr">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, i) =>
                i === 0
                  ? <th key={i} scope="row" class={cellClass(columns[i])}>{slot(cell)}</th>
                  : <td key={i} class={cellClass(columns[i])}>{slot(cell)}</td>
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
