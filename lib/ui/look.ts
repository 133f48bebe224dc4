import type { Theme } from "./tokens.ts";

/** How a person wants the product to look. Kept in a cookie, so that the first paint is right. */
export interface Look {
  theme: Theme;
  /** Text size: 87.5, 100, 125 or 200 percent of the device's own. */
  size: "small" | "medium" | "large" | "largest";
  motion: "system" | "reduced";
  spacing: "normal" | "wide";
  /** How much room controls and cards take. */
  density: "comfortable" | "compact";
  links: "plain" | "underlined";
  /** What a screen reader is told while an answer is written. */
  announce: "sentences" | "end" | "off";
}

/** The look of someone who chose nothing. */
export const DEFAULT_LOOK: Look = {
  theme: "system",
  size: "medium",
  motion: "system",
  spacing: "normal",
  density: "comfortable",
  links: "plain",
  announce: "sentences",
};

/** Name of the cookie. It holds no personal data and scripts may write it. */
export const LOOK_COOKIE = "nova_look";

/** What each part of the look may be, in the order of the settings page. */
export const LOOK_CHOICES: { readonly [K in keyof Look]: readonly Look[K][] } = {
  theme: ["system", "light", "dark", "contrast"],
  size: ["small", "medium", "large", "largest"],
  motion: ["system", "reduced"],
  spacing: ["normal", "wide"],
  density: ["comfortable", "compact"],
  links: ["plain", "underlined"],
  announce: ["sentences", "end", "off"],
};

/** Reads the look from form fields or a query string; what is unknown keeps its default. */
export function parseLook(fields: URLSearchParams): Look {
  return {
    theme: choose("theme", fields),
    size: choose("size", fields),
    motion: choose("motion", fields),
    spacing: choose("spacing", fields),
    density: choose("density", fields),
    links: choose("links", fields),
    announce: choose("announce", fields),
  };
}

function choose<K extends keyof Look>(key: K, fields: URLSearchParams): Look[K] {
  const wanted = fields.get(key);
  const choices: readonly Look[K][] = LOOK_CHOICES[key];
  return choices.find((choice) => choice === wanted) ?? DEFAULT_LOOK[key];
}

/** Reads the look from a `Cookie` header, `null` included. */
export function lookFromCookie(header: string | null): Look {
  const found = header?.split(/;\s*/).find((pair) => pair.startsWith(`${LOOK_COOKIE}=`));
  const value = found?.slice(LOOK_COOKIE.length + 1) ?? "";
  return parseLook(new URLSearchParams(value.replaceAll(".", "&").replaceAll(":", "=")));
}

/** The `Set-Cookie` value (also valid for `document.cookie`) that keeps a look for a year. */
export function lookCookie(look: Look): string {
  const value = Object.entries(look).map(([key, choice]) => `${key}:${choice}`).join(".");
  return `${LOOK_COOKIE}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}

/** Attributes of `<html>` that put a look into effect; what follows the device has none. */
export function lookAttributes(look: Look): Record<`data-${string}`, string | undefined> {
  const unless = (value: string, plain: string) => value === plain ? undefined : value;
  return {
    "data-theme": unless(look.theme, "system"),
    "data-size": unless(look.size, "medium"),
    "data-motion": unless(look.motion, "system"),
    "data-spacing": unless(look.spacing, "normal"),
    "data-density": unless(look.density, "comfortable"),
    "data-links": unless(look.links, "plain"),
  };
}
