import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import { aria, slot } from "./slot.ts";

/** What a button means: one primary act per view, `danger` for what cannot be undone. */
export type ButtonKind = "primary" | "secondary" | "ghost" | "danger";

interface Looks {
  kind?: ButtonKind;
  size?: "sm" | "md" | "lg";
  /** Icon before the label. */
  icon?: IconName;
  class?: string;
}

type ButtonBase = Omit<JSX.IntrinsicElements["button"], "icon" | "size" | "class">;
type AnchorBase = Omit<JSX.IntrinsicElements["a"], "icon" | "size" | "class">;

/** Props of {@link Button}: those of `<button>` and how it looks. */
export interface ButtonProps extends ButtonBase, Looks {
  /** Keeps the label, shows a spinner next to it and refuses a second press. */
  busy?: boolean;
  /**
   * Why the button cannot be used now. It stays focusable, so that the reason can be read, and
   * does nothing when pressed.
   */
  disabledReason?: string;
  /** Marks a button whose press is heard by something around it. */
  "data-copy"?: string;
  "data-wrap"?: string;
  children: ComponentChildren;
}

/** A button with a label. */
export function Button(props: ButtonProps) {
  const { kind, size, icon, class: extra, busy, disabledReason, children, onClick, ...rest } =
    props;
  const off = Boolean(busy) || disabledReason !== undefined;
  return (
    <button
      type="button"
      {...rest}
      class={buttonClass({ kind, size, class: extra })}
      aria-busy={busy ? "true" : undefined}
      aria-disabled={off ? "true" : undefined}
      title={disabledReason ?? rest.title}
      onClick={off ? refuse : onClick}
    >
      {busy ? <Spinner /> : icon ? <Icon name={icon} size={size === "sm" ? 16 : 18} /> : null}
      {slot(children)}
    </button>
  );
}

/** Props of {@link LinkButton}: those of `<a>` and how it looks. */
export interface LinkButtonProps extends AnchorBase, Looks {
  href: string;
  children: ComponentChildren;
}

/** A link that looks like a button because it starts something. */
export function LinkButton({ kind, size, icon, class: extra, children, ...rest }: LinkButtonProps) {
  return (
    <a {...rest} class={buttonClass({ kind, size, class: extra })}>
      {icon ? <Icon name={icon} size={size === "sm" ? 16 : 18} /> : null}
      {slot(children)}
    </a>
  );
}

/** Props of {@link IconButton}: those of `<button>`, an icon and its name. */
export interface IconButtonProps extends ButtonBase, Looks {
  icon: IconName;
  /** What the button does; there is no visible text. */
  label: string;
  /** For a button that stays on or off. */
  pressed?: boolean;
  busy?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
}

/** A button that shows an icon alone. Its label is also its tooltip. */
export function IconButton(props: IconButtonProps) {
  const { icon, label, kind = "ghost", size, class: extra, pressed, busy, buttonRef, ...rest } =
    props;
  return (
    <button
      type="button"
      {...rest}
      ref={buttonRef}
      class={`${buttonClass({ kind, size, class: extra })} btn-icon`}
      aria-label={label}
      title={label}
      aria-pressed={aria(pressed)}
      aria-busy={busy ? "true" : undefined}
    >
      {busy ? <Spinner /> : <Icon name={icon} size={size === "sm" ? 16 : 18} />}
    </button>
  );
}

/** A turning ring. The words next to it say what is waited for. */
export function Spinner() {
  return <span class="spin" aria-hidden="true" />;
}

/** Classes of a button, for elements that are neither a button nor a link. */
export function buttonClass({ kind = "secondary", size = "md", class: extra }: Looks): string {
  const classes = ["btn"];
  if (kind !== "secondary") classes.push(`btn-${kind}`);
  if (size !== "md") classes.push(`btn-${size}`);
  if (extra) classes.push(extra);
  return classes.join(" ");
}

function refuse(event: Event) {
  event.preventDefault();
}
