import type { ComponentChildren } from "preact";
import { slot } from "./slot.ts";

/** Props of {@link Card}. */
export interface CardProps {
  /** Title at the head; it also names the region. */
  title?: string;
  /** One quiet fact or link at the end of the head. */
  aside?: ComponentChildren;
  /** Needed with `title`: ties the region to its heading. */
  id?: string;
  /** How many of twelve columns it takes on wide screens. */
  span?: 4 | 5 | 6 | 7 | 8;
  class?: string;
  children: ComponentChildren;
}

/** A surface for one matter. With a title it is a named region. */
export function Card({ title, aside, id, span, class: extra, children }: CardProps) {
  const classes = `card${span ? ` c${span}` : ""}${extra ? ` ${extra}` : ""}`;
  if (!title) return <div class={classes} id={id}>{slot(children)}</div>;
  const heading = `${id ?? "card"}-title`;
  return (
    <section class={classes} id={id} aria-labelledby={heading}>
      <div class="card-head">
        <h2 id={heading}>{title}</h2>
        {slot(aside)}
      </div>
      {slot(children)}
    </section>
  );
}

/** Props of {@link Stat}. */
export interface StatProps {
  label: string;
  /** The figure, with its unit. */
  value: ComponentChildren;
  /** Limit, change or period. */
  note?: ComponentChildren;
}

/** One figure with its name. Use inside `<dl>`. */
export function Stat({ label, value, note }: StatProps) {
  return (
    <div class="figure">
      <dt class="small quiet">{label}</dt>
      <dd class="big">{slot(value)}</dd>
      {note ? <dd class="small quiet">{slot(note)}</dd> : null}
    </div>
  );
}
