import type { ComponentChildren } from "preact";
import { IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { commonText } from "./text/common.ts";
import { slot } from "./slot.ts";

/** How serious a notice is. */
export type NoticeTone = "info" | "amber" | "red" | "green";

const NOTICE_ICON: Record<NoticeTone, IconName> = {
  info: "info",
  amber: "warn",
  red: "warn",
  green: "check",
};

/** Props of {@link Banner}. */
export interface BannerProps {
  tone?: NoticeTone;
  /** The first words, set bold. */
  lead?: string;
  children?: ComponentChildren;
  /** What can be done about it. */
  action?: ComponentChildren;
  /** Names the region. */
  label?: string;
}

/** A message above the content. Show one at a time, the most urgent (UI-49). */
export function Banner({ tone = "info", lead, children, action, label }: BannerProps) {
  return (
    <section
      class={`banner${tone === "info" ? "" : ` banner-${tone}`}`}
      aria-label={label}
      role={tone === "red" ? "alert" : undefined}
    >
      <Icon name={NOTICE_ICON[tone]} />
      <p>
        {lead ? <strong>{lead}</strong> : null} {slot(children)}
      </p>
      {action}
    </section>
  );
}

/** Props of {@link Toast}. */
export interface ToastProps {
  icon?: IconName;
  tone?: "green" | "gold" | "red" | "indigo";
  children: ComponentChildren;
  /** A button such as *Undo*. */
  action?: ComponentChildren;
  onDismiss?: () => void;
  locale?: string;
}

/** A short message that leaves by itself. It is never the only place a fact is told. */
export function Toast({ icon = "check", tone = "green", children, action, ...rest }: ToastProps) {
  return (
    <div class="toast">
      <Icon name={icon} class={`t-${tone}`} />
      <p class="grow">{slot(children)}</p>
      {action}
      {rest.onDismiss
        ? (
          <IconButton
            icon="x"
            size="sm"
            label={commonText(rest.locale).dismiss}
            onClick={rest.onDismiss}
          />
        )
        : null}
    </div>
  );
}

/** Where toasts appear. It is a polite live region, so it has to be there before the first one. */
export function ToastRegion({ children, top }: { children?: ComponentChildren; top?: boolean }) {
  return (
    <div class={`toasts${top ? " toasts-top" : ""}`} role="status" aria-live="polite">
      {slot(children)}
    </div>
  );
}

/** Props of {@link EmptyState}. */
export interface EmptyStateProps {
  title: string;
  /** What this is and why it is empty, with one example. */
  children: ComponentChildren;
  /** The one thing to do. */
  action?: ComponentChildren;
  icon?: "memory" | "search" | "chat";
}

/** What stands where a list has nothing to show. */
export function EmptyState({ title, children, action, icon = "memory" }: EmptyStateProps) {
  return (
    <div class="empty">
      {icon === "memory"
        ? (
          <svg viewBox="0 0 48 48" aria-hidden="true">
            <circle cx="24" cy="24" r="4" fill="currentColor" />
            <circle cx="24" cy="24" r="12" />
            <circle cx="24" cy="24" r="21" stroke-dasharray="3 5" />
          </svg>
        )
        : (
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <use href={`/icons.svg#${icon}`} />
          </svg>
        )}
      <h2 class="title">{title}</h2>
      <p>{slot(children)}</p>
      {action}
    </div>
  );
}

/** Props of {@link ErrorCard}. */
export interface ErrorCardProps {
  /** What happened. */
  title: string;
  /** Why, and what still works. */
  children: ComponentChildren;
  /** Next steps, the best first. */
  actions?: ComponentChildren;
  /** Joins this card to the server's log line. */
  correlationId?: string | null;
  /** Puts the id on the clipboard; without it the id is only shown. */
  onCopyId?: () => void;
  icon?: IconName;
  tone?: "red" | "amber" | "indigo";
  locale?: string;
}

/** Says what happened, what still works, what to do next, and the id to name (UI-56). */
export function ErrorCard(props: ErrorCardProps) {
  const { title, children, actions, correlationId, onCopyId, tone = "red", locale } = props;
  const text = commonText(locale);
  return (
    <div class="card" role="alert">
      <div class="fault">
        <Icon name={props.icon ?? "warn"} class={`t-${tone}`} />
        <div class="stack">
          <h3>{title}</h3>
          <p class="quiet">{slot(children)}</p>
        </div>
      </div>
      {actions ? <div class="row">{slot(actions)}</div> : null}
      {correlationId
        ? (
          <p class="tiny quiet row row-4">
            {text.id} <code>{correlationId}</code>
            {onCopyId
              ? <IconButton icon="copy" size="sm" label={text.copyId} onClick={onCopyId} />
              : null}
          </p>
        )
        : null}
    </div>
  );
}

/** Widths of a placeholder line, in percent. */
export type SkeletonWidth = 30 | 50 | 70 | 90;

/** Grey lines in the place and size of what is being loaded. */
export function Skeleton({ lines }: { lines: readonly SkeletonWidth[] }) {
  return (
    <div class="stack stack-12" aria-hidden="true">
      {lines.map((width, i) => <span key={i} class={`skel w-${width}`} />)}
    </div>
  );
}
