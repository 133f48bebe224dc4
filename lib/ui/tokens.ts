/** The meanings a hue may carry on screen. Indigo acts, teal is memory, gold is earned. */
export type Tone = "neutral" | "indigo" | "teal" | "gold" | "green" | "amber" | "red";

/** Tiers of memory, from the conversation to what stays. */
export type Tier = "stm" | "itm" | "ltm";

/** The three tiers in order of how long they last. */
export const TIERS: readonly Tier[] = ["stm", "itm", "ltm"];

/** Steps of the space scale in pixels at the default text size; there is no other distance. */
export type Space = 2 | 4 | 8 | 12 | 16 | 24 | 32 | 48 | 64 | 96;

/** Roles of colour that screens use; steps of a hue stay inside components. */
export type ColourRole =
  | "bg"
  | "surface"
  | "raised"
  | "sunken"
  | "text"
  | "text-2"
  | "line"
  | "line-2"
  | "line-control"
  | "accent"
  | "accent-hover"
  | "on-accent"
  | "link"
  | "focus"
  | "danger"
  | "danger-hover"
  | "earned"
  | "on-gold"
  | "memory"
  | "scrim";

/** Themes a person may choose; `system` follows the device. */
export type Theme = "system" | "light" | "dark" | "contrast";

/** Ground of the page in light and dark, for `<meta name="theme-color">`, which takes no OKLCH. */
export const THEME_COLOUR = { light: "#f7f7f9", dark: "#0f1115" } as const;
