import type { ComponentChildren, Ref } from "preact";
import { IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { commonText } from "./text/common.ts";
import { slot } from "./slot.ts";

/** Props of {@link Dialog}. */
export interface DialogProps {
  id: string;
  /** Names the object and the act: "Forget this memory?". */
  title: string;
  children: ComponentChildren;
  /** Buttons, the safe one first. */
  actions: ComponentChildren;
  dialogRef?: Ref<HTMLDialogElement>;
  onClose?: () => void;
}

/**
 * A modal question. Open it with `showModal()`: the browser then keeps focus inside, closes it on
 * Esc and gives focus back.
 */
export function Dialog({ id, title, children, actions, dialogRef, onClose }: DialogProps) {
  return (
    <dialog
      class="dialog"
      id={id}
      ref={dialogRef}
      onClose={onClose}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} class="stack stack-12">{slot(children)}</div>
      <div class="actions">{slot(actions)}</div>
    </dialog>
  );
}

/** Props of {@link Drawer}. */
export interface DrawerProps {
  id: string;
  title: string;
  children: ComponentChildren;
  onClose: () => void;
  drawerRef?: Ref<HTMLDialogElement>;
  locale?: string;
}

/**
 * A column of context beside the content. `show()` opens it as a column, `showModal()` as a sheet
 * over the page on narrow screens.
 */
export function Drawer({ id, title, children, onClose, drawerRef, locale }: DrawerProps) {
  return (
    <dialog
      class="drawer"
      id={id}
      ref={drawerRef}
      aria-labelledby={`${id}-title`}
      onClose={onClose}
    >
      <div class="drawer-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <IconButton icon="x" size="sm" label={commonText(locale).close} onClick={onClose} />
      </div>
      {slot(children)}
    </dialog>
  );
}

/** Props of {@link Menu}. */
export interface MenuProps {
  /** Id that the button names in `popovertarget`. */
  id: string;
  label: string;
  children: ComponentChildren;
}

/**
 * A short list of acts on one thing, opened by a button with `popovertarget`. It needs no script:
 * the browser opens it next to the button and closes it on Esc or a press outside.
 */
export function Menu({ id, label, children }: MenuProps) {
  return (
    <div class="menu" id={id} popover="auto" role="group" aria-label={label}>{slot(children)}</div>
  );
}

/** Props of {@link MenuItem}. */
export interface MenuItemProps {
  icon?: IconName;
  /** For what destroys something. */
  danger?: boolean;
  href?: string;
  onClick?: (event: Event) => void;
  /** Closes the menu of this id when pressed. */
  closes?: string;
  type?: "button" | "submit";
  children: ComponentChildren;
}

/** One act of a {@link Menu}: a link with `href`, else a button. */
export function MenuItem(props: MenuItemProps) {
  const { icon, danger, href, onClick, closes, type = "button", children } = props;
  const classes = `menu-item${danger ? " is-danger" : ""}`;
  const inside = (
    <>
      {icon ? <Icon name={icon} /> : null}
      {slot(children)}
    </>
  );
  if (href !== undefined) return <a class={classes} href={href}>{inside}</a>;
  return (
    <button
      class={classes}
      type={type}
      onClick={onClick}
      popovertarget={closes}
      popovertargetaction={closes ? "hide" : undefined}
    >
      {inside}
    </button>
  );
}
