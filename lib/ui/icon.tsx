/** Icons of the sprite. A test holds this list and the sprite together. */
export const ICON_NAMES = [
  "chat",
  "memory",
  "usage",
  "settings",
  "help",
  "search",
  "plus",
  "send",
  "stop",
  "copy",
  "refresh",
  "edit",
  "pin",
  "trash",
  "check",
  "x",
  "down",
  "right",
  "left",
  "arrow",
  "lock",
  "clock",
  "branch",
  "warn",
  "info",
  "shield",
  "eye",
  "more",
  "menu",
  "up",
  "undo",
  "sidebar",
  "user",
  "home",
  "key",
  "link",
  "anchor",
  "sun",
  "stm",
  "itm",
  "ltm",
  "signout",
  "hide",
  "school",
  "study",
  "archive",
  "bell",
] as const;

/** Name of an icon in `static/icons.svg`. */
export type IconName = typeof ICON_NAMES[number];

/** Address of the sprite. */
export const ICONS_URL = "/icons.svg";

/** Props of {@link Icon}. */
export interface IconProps {
  name: IconName;
  /** Side in pixels at the default text size. */
  size?: 16 | 18;
  /** Further classes, for example a tone. */
  class?: string;
}

/**
 * One stroke icon in the colour of its text. It is hidden from assistive technology: whatever it
 * stands for is said by the label next to it or by the `aria-label` of its button.
 */
export function Icon({ name, size = 18, class: extra }: IconProps) {
  return (
    <svg class={`i${size === 16 ? " i-16" : ""}${extra ? ` ${extra}` : ""}`} aria-hidden="true">
      <use href={`${ICONS_URL}#${name}`} />
    </svg>
  );
}

/** Props of {@link Glyph}. */
export interface GlyphProps {
  /** The tier whose rings are drawn. */
  name: "stm" | "itm" | "ltm";
}

/** The sign of a memory tier: a dot that gains a ring when the memory lasts. */
export function Glyph({ name }: GlyphProps) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <use href={`${ICONS_URL}#${name}`} />
    </svg>
  );
}
